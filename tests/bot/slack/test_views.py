"""Modals and Home tabs, as people see them."""

import asyncio

import pytest

from bot.blocks.kit import modal, section
from bot.emulators.slack.people import ANA, BEN
from bot.slack.errors import SlackOutcomeUnknown, SlackRefused, TriggerExpired
from bot.slack.views import OPEN_SECONDS, REDRAW_SECONDS, HomeTabs, Modals
from tests.bot.slack.conftest import DONE_IN_DOUBT
from tests.fakes import FakeClock


def modal_view(words):
    return modal("test", "Test", [section(words)])


@pytest.fixture
def modals(client, clock):
    """What is tested."""
    return Modals(client, clock)


@pytest.fixture
def trigger(slack):
    """What a click of Ana's gave."""
    return slack.workspace.triggers.issue(slack.workspace.person("ana").id)


def seen(slack):
    shown = slack.workspace.snapshot("ana")["view"]
    return shown and shown["blocks"][0]["text"]["text"]


async def test_a_modal_is_opened_and_drawn_anew(modals, slack, trigger):
    """The person who clicked sees one view after the other; the id that a click tells is enough."""
    modal = await modals.open(trigger, modal_view("Reading…"))
    seen_then = [seen(slack)]
    await modal.show(modal_view("Done"))
    seen_then.append(seen(slack))
    await modals.opened(modal.id).show(modal_view("Again"))

    assert ["Reading…", "Done", "Again"] == [*seen_then, seen(slack)]
    assert modal.id == slack.workspace.snapshot("ana")["view"]["id"]


async def test_a_trigger_opens_one_modal_within_three_seconds(modals, slack, clock, trigger):
    """Used or old it is too late, and the sentence says why; no trigger is another refusal."""
    late = slack.workspace.triggers.issue(slack.workspace.person("ana").id)
    await modals.open(trigger, modal_view("one"))
    clock.move(3.1)

    for each in (trigger, late):
        with pytest.raises(TriggerExpired, match="within 3 seconds"):
            await modals.open(each, modal_view("two"))
    for each in (None, "", "nonsense"):
        with pytest.raises(SlackRefused):
            await modals.open(each, modal_view("none"))


async def test_a_modal_that_was_closed_stays_closed(modals, slack, trigger):
    """What comes for it later is dropped without a word."""
    opened = await modals.open(trigger, modal_view("Reading…"))
    await slack.workspace.close_view("ana")

    await opened.show(modal_view("Done"))

    assert seen(slack) is None


@pytest.mark.parametrize("fault", DONE_IN_DOUBT)
async def test_a_modal_that_is_open_after_all_is_found(modals, slack, trigger, fault):
    """Slack opened it and said something else: it is filled, and does not say Reading for ever."""
    slack.api.faults.add("views.open", fault)

    opened = await modals.open(trigger, modal_view("Reading…"))
    await opened.show(modal_view("Done"))

    assert "Done" == seen(slack)


async def test_a_modal_that_is_not_there_is_in_doubt(modals, slack, trigger):
    """It may come yet, and nobody can fill it."""
    slack.api.faults.hang_up("views.open")

    with pytest.raises(SlackOutcomeUnknown):
        await modals.open(trigger, modal_view("Reading…"))


async def test_a_view_that_slack_does_not_take_is_told(modals, trigger):
    """Other refusals are not swallowed."""
    opened = await modals.open(trigger, modal_view("Reading…"))

    with pytest.raises(SlackRefused, match="invalid_arguments"):
        await opened.show({"type": "modal"})


def view(words):
    section = {"type": "section", "text": {"type": "mrkdwn", "text": words}}
    return {"type": "home", "blocks": [section]}


@pytest.fixture
def homes(client, clock):
    return HomeTabs(client, clock)


@pytest.fixture
def drawn():
    """Who was drawn anew."""
    return []


def shown(slack, person=ANA):
    """What a person sees."""
    home = slack.workspace.views.home(person.id)
    return home.body["blocks"][0]["text"]["text"] if home else None


async def test_what_is_published_is_seen_and_the_same_is_not_sent_again(homes, slack):
    """Each person has their own; somebody whom Slack does not know has none."""
    for words in ("one", "one", "two"):
        assert await homes.publish(ANA.id, view(words))

    assert 2 == slack.methods().count("views.publish")
    assert ("two", None) == (shown(slack), shown(slack, BEN))
    with pytest.raises(SlackRefused):
        await homes.publish("U0NOBODY", view("x"))


async def test_another_drawing_in_between_is_not_overwritten(homes, slack, client, clock):
    """The hash tells: then it is to be drawn anew, and goes through the next time."""
    await homes.publish(ANA.id, view("mine"))
    await HomeTabs(client, clock).publish(ANA.id, view("theirs"))

    assert not await homes.publish(ANA.id, view("old news"))
    assert "theirs" == shown(slack)
    assert await homes.publish(ANA.id, view("news"))
    assert "news" == shown(slack)


async def test_the_hash_of_what_is_seen_comes_with_the_opening(homes, slack, client, clock, drawn):
    """A bot that was started anew overwrites nothing that it has not seen."""
    await HomeTabs(client, clock).publish(ANA.id, view("theirs"))
    homes.opened(ANA.id, lambda: drawn.append("ana"), "a hash from before")

    assert not await homes.publish(ANA.id, view("old news"))
    assert "theirs" == shown(slack)


async def test_an_open_tab_is_drawn_anew(homes, clock, drawn):
    """As long as it counts as open; nobody else's is."""
    homes.opened(ANA.id, lambda: drawn.append("ana"))
    for user in (ANA.id, BEN.id, None):
        homes.redraw(user)
    clock.move(OPEN_SECONDS + 1)
    homes.redraw(ANA.id)

    assert ["ana"] == drawn


async def test_all_open_tabs_are_drawn_anew_once_a_minute(homes, clock, drawn):
    """Until they count as left."""
    homes.opened(ANA.id, lambda: drawn.append("ana"))
    homes.opened(BEN.id, lambda: drawn.append("ben"))

    running = asyncio.create_task(homes.run())
    for _ in range(100):
        await asyncio.sleep(0)
    running.cancel()
    await asyncio.wait({running})

    assert {REDRAW_SECONDS} == set(clock.slept)
    assert 18 <= len(drawn) <= 20
    assert drawn.count("ana") == drawn.count("ben")


class Minuteless(FakeClock):
    """A minute never passes."""

    async def sleep(self, seconds):
        if seconds >= REDRAW_SECONDS:
            await asyncio.Event().wait()
        await super().sleep(seconds)


async def test_a_tab_is_drawn_anew_when_something_changed(client, drawn):
    """At once, once for all that changes together, and only while somebody may be looking."""
    homes = HomeTabs(client, Minuteless())
    homes.opened(ANA.id, lambda: drawn.append("ana"))
    running = asyncio.create_task(homes.run())
    for users in ((ANA.id, ANA.id, BEN.id), (ANA.id,)):
        for user in users:
            homes.changed(user)
        for _ in range(10):
            await asyncio.sleep(0)
    running.cancel()
    await asyncio.wait({running})

    assert ["ana", "ana"] == drawn
