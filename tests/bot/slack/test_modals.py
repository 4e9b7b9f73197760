"""Modals of one person."""

import pytest

from bot.blocks.kit import modal, section
from bot.slack.errors import SlackRefused, TriggerExpired
from bot.slack.modals import Modals


def view(words):
    return modal("test", "Test", [section(words)])


@pytest.fixture
def modals(client):
    """What is tested."""
    return Modals(client)


@pytest.fixture
def trigger(slack):
    """What a click of Ana's gave."""
    return slack.workspace.triggers.issue(slack.workspace.person("ana").id)


def seen(slack):
    shown = slack.workspace.snapshot("ana")["view"]
    return shown and shown["blocks"][0]["text"]["text"]


async def test_a_modal_is_opened_and_drawn_anew(modals, slack, trigger):
    """The person who clicked sees one view after the other; the id that a click tells is enough."""
    modal = await modals.open(trigger, view("Reading…"))
    seen_then = [seen(slack)]
    await modal.show(view("Done"))
    seen_then.append(seen(slack))
    await modals.opened(modal.id).show(view("Again"))

    assert ["Reading…", "Done", "Again"] == [*seen_then, seen(slack)]
    assert modal.id == slack.workspace.snapshot("ana")["view"]["id"]


async def test_a_trigger_opens_one_modal_within_three_seconds(modals, slack, clock, trigger):
    """Used or old it is too late, and the sentence says why; no trigger is another refusal."""
    late = slack.workspace.triggers.issue(slack.workspace.person("ana").id)
    await modals.open(trigger, view("one"))
    clock.move(3.1)

    for each in (trigger, late):
        with pytest.raises(TriggerExpired, match="within 3 seconds"):
            await modals.open(each, view("two"))
    for each in (None, "", "nonsense"):
        with pytest.raises(SlackRefused):
            await modals.open(each, view("none"))


async def test_a_modal_that_was_closed_stays_closed(modals, slack, trigger):
    """What comes for it later is dropped without a word."""
    opened = await modals.open(trigger, view("Reading…"))
    await slack.workspace.close_view("ana")

    await opened.show(view("Done"))

    assert seen(slack) is None


async def test_a_view_that_slack_does_not_take_is_told(modals, trigger):
    """Other refusals are not swallowed."""
    opened = await modals.open(trigger, view("Reading…"))

    with pytest.raises(SlackRefused, match="invalid_arguments"):
        await opened.show({"type": "modal"})
