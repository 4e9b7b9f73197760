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
from tests.bot.emulators.slack.blocks.samples import (
    CONFIRM,
    ELEMENTS,
    ENUM,
    least,
    less,
    missing,
    most,
    mrkdwn,
    option,
    plain,
    unsupported,
)


def faults(one):
    return list(element(frozenset(KNOWN))(one, ""))


def test_every_element_has_an_example():
    """The examples are of all elements that the stand-in knows, and each stands in some block."""
    assert set(KNOWN) == set(ELEMENTS)
    assert set(KNOWN) == IN_ACTIONS | IN_CONTEXT_ACTIONS | IN_INPUT | IN_SECTION


def spoilt(name, **changes):
    return ELEMENTS[name] | changes


@pytest.mark.parametrize("name", sorted(ELEMENTS))
def test_a_right_element_has_no_fault(name):
    """The examples are taken, with an action_id of 255 characters, and no misspelt field is."""
    misspelt = faults(spoilt(name, colour="red"))

    assert [] == faults(spoilt(name, **({} if name == "image" else {"action_id": "x" * 255})))
    assert ["invalid additional property: colour [json-pointer:]"] == misspelt
    if name != "image":
        too_long = faults(spoilt(name, action_id="x" * 256))
        assert ["must be less than 256 characters [json-pointer:/action_id]"] == too_long


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
    """One character more than allowed is named with its place."""
    name, field, value, at, most = case
    (fault,) = faults(spoilt(name, **{field: value}))

    assert f"must be less than {most + 1} characters [json-pointer:{at}]" == fault


BOTH = {"id": "F0123456", "url": "x"}
X, LONG = {"value": "x"}, option("x") | {"value": "x" * 151}
HUNDRED = [option(str(number)) for number in range(100)]
WRONG = {
    unsupported("mrkdwn"): [
        ("/text/type", spoilt("button", text=mrkdwn())),
        ("/options/0/text/type", spoilt("overflow", options=[{"text": mrkdwn()} | X, option()])),
    ],
    ENUM: [
        ("/style", spoilt("button", style="secondary")),
        ("/icon", spoilt("icon_button", icon="star")),
        ("/filter/include/0", spoilt("conversations_select", filter={"include": ["secret"]})),
    ],
    most(10): [
        ("/visible_to_user_ids", spoilt("button", visible_to_user_ids=["U0ANA0001"] * 11)),
        ("/options", spoilt("checkboxes", options=[option()] * 11)),
    ],
    missing("deny"): [
        ("/confirm", spoilt("button", confirm={"title": plain()} | CONFIRM | {"deny": None}))
    ],
    least(2): [("/options", spoilt("overflow", options=[option()]))],
    most(5): [("/options", spoilt("overflow", options=[option(str(n)) for n in range(6)]))],
    "initial option must be among the options": [
        ("/initial_options", spoilt("checkboxes", initial_options=[option("other")])),
        ("/initial_option", spoilt("static_select", initial_option=option("three"))),
    ],
    most(100): [("/options", spoilt("static_select", options=[*HUNDRED, option("two")]))],
    "must provide exactly one of: options, option_groups": [("", {"type": "static_select"})],
    less(151): [("/options/0/value", {"type": "static_select", "options": [LONG]})],
    "must be greater than or equal to 1": [
        ("/max_selected_items", spoilt("multi_static_select", max_selected_items=0))
    ],
    "must provide an integer": [
        ("/min_query_length", spoilt("external_select", min_query_length="3"))
    ],
    "must match the expected format": [
        ("/initial_date", spoilt("datepicker", initial_date="5.1.2026")),
        ("/initial_time", spoilt("timepicker", initial_time="24:00")),
    ],
    "must be greater than or equal to 1000000000": [
        ("/initial_date_time", spoilt("datetimepicker", initial_date_time=5))
    ],
    "must be less than or equal to 3000": [
        ("/max_length", spoilt("plain_text_input", max_length=3001))
    ],
    missing("is_decimal_allowed"): [("", {"type": "number_input"})],
    "must be less than or equal to 10": [("/max_files", spoilt("file_input", max_files=11))],
    "must provide exactly one of: id, url": [
        ("/slack_file", {"type": "image", "alt_text": "a", "slack_file": BOTH})
    ],
    unsupported("slider"): [("/type", {"type": "slider"})],
}


def test_a_wrong_element_is_named():
    """What is wrong is said in Slack's words, with its place."""
    for fault, cases in WRONG.items():
        for at, wrong in cases:
            assert [f"{fault} [json-pointer:{at}]"] == faults(wrong), (fault, at)
