"""Views: what a modal and a Home tab must have and may not."""

import pytest

from bot.emulators.slack.blocks.view import is_too_large, view_faults
from tests.bot.emulators.slack.blocks.samples import BLOCKS, SECTION, plain

BOTH = ("modal", "home")
MODAL = {"type": "modal", "title": plain("Session"), "blocks": [SECTION]}
FULL = MODAL | {
    "submit": plain("Send"),
    "close": plain("Close"),
    "private_metadata": "x" * 3000,
    "callback_id": "x" * 255,
    "external_id": "x",
    "clear_on_close": True,
    "notify_on_close": True,
    "blocks": [BLOCKS["input"], BLOCKS["alert"]],
}
HOME = {"type": "home", "blocks": [SECTION], "private_metadata": "x"}


@pytest.mark.parametrize("view", [MODAL, FULL, HOME, {"type": "home", "blocks": []}])
def test_a_right_view_has_no_fault(view):
    """Small and full views are taken."""
    assert [] == view_faults(view, BOTH)


def test_a_wrong_view_is_named():
    """What is wrong is said in Slack's words, with its place in the view."""
    for view, fault in (
        (MODAL | {"title": plain("x" * 25)}, "must be less than 25 characters"),
        (MODAL | {"submit": plain("x" * 25)}, "must be less than 25 characters"),
        (MODAL | {"close": plain("x" * 25)}, "must be less than 25 characters"),
        (MODAL | {"private_metadata": "x" * 3001}, "must be less than 3001 characters"),
        (MODAL | {"callback_id": "x" * 256}, "must be less than 256 characters"),
        (MODAL | {"title": {"type": "mrkdwn", "text": "x"}}, "unsupported type: mrkdwn"),
        (MODAL | {"blocks": [BLOCKS["input"]]}, "missing required field: submit"),
        (MODAL | {"blocks": [BLOCKS["table"]]}, "unsupported type: table"),
        (MODAL | {"colour": "red"}, "invalid additional property: colour"),
        ({"type": "modal", "blocks": [SECTION]}, "missing required field: title"),
        (HOME | {"title": plain()}, "invalid additional property: title"),
        (HOME | {"blocks": [BLOCKS["alert"]]}, "unsupported type: alert"),
        (HOME | {"blocks": [SECTION] * 101}, "no more than 100 items allowed"),
        ({"type": "workflow_step", "blocks": []}, "unsupported type: workflow_step"),
        ({"blocks": []}, "missing required field: type"),
        (None, "must provide an object"),
        ([], "must provide an object"),
    ):
        (said,) = view_faults(view, BOTH)

        assert said.startswith(f"{fault} [json-pointer:/view"), (view, fault)


def test_a_modal_is_not_a_home():
    """Where only a modal may stand a Home tab is refused."""
    assert ["unsupported type: home [json-pointer:/view/type]"] == view_faults(HOME, ("modal",))


@pytest.mark.parametrize(("count", "large"), [(50, False), (100, True)])
def test_a_view_has_250_kilobytes(count, large):
    """What is larger than 250 KB as JSON is too large."""
    block = {"type": "section", "text": plain("x" * 2990)}

    assert large == is_too_large(MODAL | {"blocks": [block] * count})
