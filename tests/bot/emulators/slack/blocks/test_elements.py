"""Every element: right as in the examples, wrong beyond its limits."""

import pytest

from bot.emulators.slack.blocks.elements import ELEMENTS as KNOWN
from bot.emulators.slack.blocks.elements import (
    IN_ACTIONS,
    IN_CONTEXT_ACTIONS,
    IN_INPUT,
    IN_SECTION,
    element,
)
from tests.bot.emulators.slack.blocks.samples import CONFIRM, ELEMENTS, mrkdwn, option, plain


def faults(one):
    return list(element(frozenset(KNOWN))(one, ""))


def test_every_element_has_an_example():
    """
    The examples are of all elements that the stand-in knows, and each stands in some block.
    """
    assert set(KNOWN) == set(ELEMENTS)
    assert set(KNOWN) == IN_ACTIONS | IN_CONTEXT_ACTIONS | IN_INPUT | IN_SECTION


@pytest.mark.parametrize("name", sorted(ELEMENTS))
def test_a_right_element_has_no_fault(name):
    """
    The examples are taken, with an action_id at its limit.
    """
    more = {} if name == "image" else {"action_id": "x" * 255}

    assert [] == faults(ELEMENTS[name] | more)


@pytest.mark.parametrize("name", sorted(set(ELEMENTS) - {"image"}))
def test_an_action_id_has_255_characters(name):
    """
    One character more is too long, for every interactive element.
    """
    assert ["must be less than 256 characters [json-pointer:/action_id]"] == faults(
        ELEMENTS[name] | {"action_id": "x" * 256}
    )


@pytest.mark.parametrize("name", sorted(set(ELEMENTS)))
def test_no_element_takes_unknown_fields(name):
    """
    A misspelt field is refused.
    """
    assert ["invalid additional property: colour [json-pointer:]"] == faults(
        ELEMENTS[name] | {"colour": "red"}
    )


def spoilt(name, **changes):
    return ELEMENTS[name] | changes


TOO_LONG = [
    ("button", "text", plain("x" * 76), "/text/text", 75),
    ("button", "value", "x" * 2001, "/value", 2000),
    ("button", "url", "x" * 3001, "/url", 3000),
    ("button", "accessibility_label", "x" * 76, "/accessibility_label", 75),
    ("button", "agent_prompt", "x" * 4001, "/agent_prompt", 4000),
    ("button", "confirm", CONFIRM | {"title": plain("x" * 101)}, "/confirm/title/text", 100),
    ("button", "confirm", CONFIRM | {"text": plain("x" * 301)}, "/confirm/text/text", 300),
    ("button", "confirm", CONFIRM | {"confirm": plain("x" * 31)}, "/confirm/confirm/text", 30),
    ("button", "confirm", CONFIRM | {"deny": plain("x" * 31)}, "/confirm/deny/text", 30),
    ("icon_button", "value", "x" * 2001, "/value", 2000),
    ("static_select", "placeholder", plain("x" * 151), "/placeholder/text", 150),
    ("overflow", "options", [option("a"), option("x" * 76)], "/options/1/text/text", 75),
    ("plain_text_input", "initial_value", "x" * 3001, "/initial_value", 3000),
]


@pytest.mark.parametrize("case", TOO_LONG)
def test_texts_have_limits(case):
    """
    One character more than allowed is named with its place.
    """
    name, field, value, at, most = case

    assert [f"must be less than {most + 1} characters [json-pointer:{at}]"] == faults(
        spoilt(name, **{field: value})
    )


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        (spoilt("button", text=mrkdwn()), "unsupported type: mrkdwn [json-pointer:/text/type]"),
        (spoilt("button", style="secondary"), "must be a valid enum value [json-pointer:/style]"),
        (
            spoilt("button", visible_to_user_ids=["U0ANA0001"] * 11),
            "no more than 10 items allowed [json-pointer:/visible_to_user_ids]",
        ),
        (
            spoilt("button", confirm={"title": plain()} | CONFIRM | {"deny": None}),
            "missing required field: deny [json-pointer:/confirm]",
        ),
        (spoilt("icon_button", icon="star"), "must be a valid enum value [json-pointer:/icon]"),
        (
            spoilt("overflow", options=[option()]),
            "no fewer than 2 items allowed [json-pointer:/options]",
        ),
        (
            spoilt("overflow", options=[option(str(n)) for n in range(6)]),
            "no more than 5 items allowed [json-pointer:/options]",
        ),
        (
            spoilt("checkboxes", options=[option()] * 11),
            "no more than 10 items allowed [json-pointer:/options]",
        ),
        (
            spoilt("checkboxes", initial_options=[option("other")]),
            "initial option must be among the options [json-pointer:/initial_options]",
        ),
        (
            spoilt("static_select", options=[option(str(n)) for n in range(101)] + [option("two")]),
            "no more than 100 items allowed [json-pointer:/options]",
        ),
        (
            spoilt("static_select", initial_option=option("three")),
            "initial option must be among the options [json-pointer:/initial_option]",
        ),
        (
            {"type": "static_select"},
            "must provide exactly one of: options, option_groups [json-pointer:]",
        ),
        (
            {"type": "static_select", "options": [{"text": mrkdwn(), "value": "x"}]},
            "unsupported type: mrkdwn [json-pointer:/options/0/text/type]",
        ),
        (
            {"type": "static_select", "options": [option("x") | {"value": "x" * 151}]},
            "must be less than 151 characters [json-pointer:/options/0/value]",
        ),
        (
            spoilt("multi_static_select", max_selected_items=0),
            "must be greater than or equal to 1 [json-pointer:/max_selected_items]",
        ),
        (
            spoilt("external_select", min_query_length="3"),
            "must provide an integer [json-pointer:/min_query_length]",
        ),
        (
            spoilt("conversations_select", filter={"include": ["secret"]}),
            "must be a valid enum value [json-pointer:/filter/include/0]",
        ),
        (
            spoilt("datepicker", initial_date="5.1.2026"),
            "must match the expected format [json-pointer:/initial_date]",
        ),
        (
            spoilt("timepicker", initial_time="24:00"),
            "must match the expected format [json-pointer:/initial_time]",
        ),
        (
            spoilt("datetimepicker", initial_date_time=5),
            "must be greater than or equal to 1000000000 [json-pointer:/initial_date_time]",
        ),
        (
            spoilt("plain_text_input", max_length=3001),
            "must be less than or equal to 3000 [json-pointer:/max_length]",
        ),
        (
            {"type": "number_input"},
            "missing required field: is_decimal_allowed [json-pointer:]",
        ),
        (
            spoilt("file_input", max_files=11),
            "must be less than or equal to 10 [json-pointer:/max_files]",
        ),
        (
            {"type": "image", "alt_text": "a", "slack_file": {"id": "F0123456", "url": "x"}},
            "must provide exactly one of: id, url [json-pointer:/slack_file]",
        ),
        ({"type": "slider"}, "unsupported type: slider [json-pointer:/type]"),
    ],
)
def test_a_wrong_element_is_named(wrong, fault):
    """
    What is wrong is said in Slack's words, with its place.
    """
    assert [fault] == faults(wrong)
