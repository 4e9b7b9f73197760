"""Modals of one person."""

import pytest

from bot.blocks.kit import modal, section
from bot.slack.errors import SlackRefused, TriggerExpired
from bot.slack.modals import Modals


def view(words):
    return modal("test", "Test", [section(words)])


@pytest.fixture
def windows(client):
    """What is tested."""
    return Modals(client)


@pytest.fixture
def trigger(slack):
    """What a click of Ana's gave."""
    return slack.workspace.triggers.issue(slack.workspace.person("ana").id)


def seen(slack):
    shown = slack.workspace.snapshot("ana")["view"]
    return shown and shown["blocks"][0]["text"]["text"]


async def test_a_window_is_opened_and_drawn_anew(windows, slack, trigger):
    """
    The person who clicked sees the first view, then the second in the same window.
    """
    window = await windows.open(trigger, view("Reading…"))
    first = seen(slack)
    await window.show(view("Done"))

    assert ("Reading…", "Done") == (first, seen(slack))
    assert window.id == slack.workspace.snapshot("ana")["view"]["id"]


async def test_the_window_of_a_click_can_be_drawn_anew(windows, slack, trigger):
    """
    A click inside tells the window's id, and that is enough.
    """
    opened = await windows.open(trigger, view("one"))

    await windows.opened(opened.id).show(view("two"))

    assert "two" == seen(slack)


async def test_after_three_seconds_it_is_too_late(windows, clock, trigger):
    """
    An old trigger opens nothing, and the sentence says why.
    """
    clock.move(3.1)

    with pytest.raises(TriggerExpired, match="within 3 seconds"):
        await windows.open(trigger, view("late"))


async def test_a_trigger_opens_one_window(windows, trigger):
    """
    The second time it is used up.
    """
    await windows.open(trigger, view("one"))

    with pytest.raises(TriggerExpired):
        await windows.open(trigger, view("two"))


@pytest.mark.parametrize("trigger", [None, "", "nonsense"])
async def test_what_is_no_trigger_is_refused(windows, trigger):
    """
    That is no matter of time.
    """
    with pytest.raises(SlackRefused):
        await windows.open(trigger, view("none"))


async def test_a_window_that_was_closed_stays_closed(windows, slack, trigger):
    """
    What comes for it later is dropped without a word.
    """
    window = await windows.open(trigger, view("Reading…"))
    await slack.workspace.close_view("ana")

    await window.show(view("Done"))

    assert seen(slack) is None


async def test_a_view_that_slack_does_not_take_is_told(windows, trigger):
    """
    Other refusals are not swallowed.
    """
    window = await windows.open(trigger, view("Reading…"))

    with pytest.raises(SlackRefused, match="invalid_arguments"):
        await window.show({"type": "modal"})
