"""What was chosen or typed, as Slack reports it."""

import pytest

from bot.emulators.slack.ids import Ids, named
from bot.emulators.slack.inputs import answer_of, find_element, initial_values
from tests.bot.emulators.slack.blocks.samples import ELEMENTS, option, rich


def test_each_element_reports_in_its_own_way():
    """Options come whole, ids and texts as they are."""
    for name, selected, key, reported in (
        ("static_select", "two", "selected_option", option("two")),
        ("external_select", option("x"), "selected_option", option("x")),
        ("overflow", "one", "selected_option", option("one")),
        ("multi_static_select", ["one"], "selected_options", [option("one")]),
        ("checkboxes", "one", "selected_options", [option("one")]),
        ("checkboxes", [], "selected_options", []),
        ("users_select", "U0ANA0001", "selected_user", "U0ANA0001"),
        ("conversations_select", "C0FLEETOP", "selected_conversation", "C0FLEETOP"),
        ("datepicker", "2026-01-05", "selected_date", "2026-01-05"),
        ("datetimepicker", 1_767_614_400, "selected_date_time", 1_767_614_400),
        ("plain_text_input", "x", "value", "x"),
        ("rich_text_input", rich(), "rich_text_value", rich()),
        ("feedback_buttons", "good", "value", "good"),
    ):
        assert reported == answer_of(ELEMENTS[name], selected)[key], (name, selected, key, reported)


@pytest.mark.parametrize("name", ["static_select", "checkboxes", "feedback_buttons", "overflow"])
def test_only_what_is_offered_can_be_chosen(name):
    """An option that is not there cannot be chosen."""
    with pytest.raises(KeyError):
        answer_of(ELEMENTS[name], "nothing like it")


def test_untouched_inputs_report_their_first_value():
    """What nobody touched is empty, or what the app chose; buttons report nothing."""
    names = ("static_select", "checkboxes", "datepicker", "users_select", "multi_users_select")
    picked = [ELEMENTS[name] | {"action_id": name} for name in (*names, "button")]

    (values,) = initial_values(named([{"type": "actions", "elements": picked}], Ids())).values()

    assert {
        "static_select": {"type": "static_select", "selected_option": option("two")},
        "checkboxes": {"type": "checkboxes", "selected_options": [option()]},
        "datepicker": {"type": "datepicker", "selected_date": "2026-01-05"},
        "users_select": {"type": "users_select", "selected_user": "U0ANA0001"},
        "multi_users_select": {"type": "multi_users_select", "selected_users": ["U0ANA0001"]},
    } == values


def test_an_element_is_found_in_a_container():
    """At any depth, by both ids."""
    inner = {"type": "section", "block_id": "b", "accessory": ELEMENTS["button"]}

    found = find_element([{"type": "container", "child_blocks": [inner]}], "b", "go")

    assert ELEMENTS["button"] == found
