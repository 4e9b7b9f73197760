"""What a person can fill in."""

import pytest

from bot.blocks.inputs import (
    TEXT,
    Choice,
    chosen,
    conversation,
    field,
    searched,
    time_of_day,
    typed,
)
from bot.blocks.kit import modal, plain
from bot.sandbox.slack_api.blocks.view import view_faults

TWO = (Choice("a", "First"), Choice("b", "Second"))
ELEMENTS = [
    typed("truck-42"),
    typed("x\ny", lines=True, example="one a line"),
    typed("x" * (TEXT + 1)),
    typed(""),
    chosen("static_select", TWO, "b"),
    chosen("static_select", TWO, "c", example="Choose"),
    chosen("radio_buttons", TWO, "a"),
    chosen("static_select", [Choice(str(n), "x" * 99) for n in range(150)], "149"),
    searched(Choice("UTC", "UTC")),
    searched(None, example="Europe/Berlin"),
    time_of_day("09:00"),
    time_of_day(""),
    conversation("C1", ("public", "private")),
    conversation("", ("im",)),
]


@pytest.mark.parametrize("element", ELEMENTS, ids=str)
def test_slack_takes_it(element):
    """
    Every input keeps Slack's limits, whatever it is made of.
    """
    block = field("here", "Label" * 500, element, hint="Hint" * 600, optional=True, tells=True)
    view = modal("x", "Title", [block]) | {"submit": plain("Save", 24)}

    assert [] == view_faults(view, ("modal",))


@pytest.mark.parametrize(
    ("element", "key", "expected"),
    [
        (typed("truck-42"), "initial_value", "truck-42"),
        (chosen("static_select", TWO, "b"), "initial_option", "b"),
        (searched(Choice("UTC", "UTC")), "initial_option", "UTC"),
        (time_of_day("09:00"), "initial_time", "09:00"),
        (conversation("C1", ("public",)), "initial_conversation", "C1"),
    ],
)
def test_what_is_filled_in_already(element, key, expected):
    """
    A value that is known stands there when the window opens.
    """
    found = element[key]

    assert expected == (found["value"] if isinstance(found, dict) else found)


@pytest.mark.parametrize(
    "element",
    [
        typed(""),
        chosen("static_select", TWO, ""),
        chosen("static_select", TWO, "gone"),
        searched(None),
        time_of_day(""),
        conversation("", ("public",)),
    ],
)
def test_what_is_not_filled_in(element):
    """
    Where nothing is known, nothing stands there.
    """
    assert [] == [key for key in element if key.startswith("initial_")]
