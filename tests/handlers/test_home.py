"""The Home tab, between the stand-ins."""

import json
import re

import pytest

from bot.blocks import ids
from bot.emulators.kore.faults import broken
from tests.handlers.alert_steps import opened
from tests.whole_bot import whole_bot


@pytest.fixture
def bot(both_ways):
    """The whole bot, once over Socket Mode and once over signed HTTP."""
    return both_ways


async def open_home(bot, user="ana", tab="home"):
    """Open the tab, and wait until it is drawn."""
    await bot.slack.workspace.open_home(user, tab)
    await bot.slack.api.dispatcher.settled()
    await bot.settle()


def seen(bot, user="ana"):
    """What somebody sees there, as text."""
    home = bot.slack.workspace.views.home(bot.slack.workspace.person(user).id)
    return json.dumps(home.body, ensure_ascii=False) if home else None


async def test_opening_it_shows_it(bot):
    """Watches, digests, health and how to ask; only to who opened it."""
    await bot.type("truck-42")
    await open_home(bot)

    told = seen(bot)
    assert "You are not watching any SIM" in told
    assert "🟢 *KORE*: answers" in told
    assert "🟢 *Slack*: answers" in told
    assert "🟢 *Store*: OK" in told
    assert f"`/simsessions {bot.view.fleet.examples().sims[0]}`" in told
    assert seen(bot, "ben") is None


async def test_the_messages_tab_is_left_alone(bot):
    """Nothing is published for it."""
    await open_home(bot, tab="messages")

    assert seen(bot) is None


async def test_a_watch_shows_while_the_tab_is_open(bot):
    """Begun elsewhere, it stands there at once; stopped there, it is gone."""
    await open_home(bot)
    await bot.type("watch pump-7 until online")
    watched = seen(bot)

    home = bot.slack.workspace.views.home(bot.slack.workspace.person("ana").id)
    row = next(b for b in home.body["blocks"] if "accessory" in b)
    action = row["accessory"]["action_id"]
    await bot.slack.workspace.click_home("ana", row["block_id"], action)
    await bot.settle()

    assert "*pump-7*" in watched
    assert ids.STOP_WATCH in watched
    assert "*pump-7*" not in seen(bot)


async def test_what_others_do_is_not_drawn(bot):
    """A tab is one person's."""
    await open_home(bot)
    before = bot.slack.methods().count("views.publish")

    await bot.type("watch pump-7", user="ben")

    assert before == bot.slack.methods().count("views.publish")
    assert "*pump-7*" not in seen(bot)


async def test_the_last_error_of_kore_is_shown(bot):
    """With KORE down the tab says so, and by what error."""
    bot.kore.faults.add(broken(503, times=None))
    await bot.type("DE" + "0" * 31 + "9")
    await open_home(bot)

    assert re.search(r"🔴 \*KORE\* is down \((HTTP 503|no answer)\)", seen(bot))


async def test_a_guest_is_told_what_is_redacted(bot):
    """The policy holds here too."""
    await open_home(bot, "gil")

    assert "redacted for guests" in seen(bot, "gil")


@pytest.mark.parametrize(
    ("settings", "user", "says"),
    [
        ({"guests": "refuse"}, "gil", "do not answer guests"),
        ({"allowed_users": {"U0BEN0001"}}, "ana", "You are not on my list"),
        ({"allowed_groups": {"S0NOBODY1"}}, "ana", "You are not on my list"),
    ],
)
async def test_who_may_not_ask_sees_why(settings, user, says):
    """And nothing else: no watch, no health."""
    async with whole_bot(**settings) as strict:
        await open_home(strict, user)

        assert says in seen(strict, user)
        assert "KORE" not in seen(strict, user)


async def test_a_list_of_channels_does_not_shut_it():
    """It is no channel, and nobody else reads it."""
    async with whole_bot(allowed_channels={"C0GENERAL"}) as listed:
        await open_home(listed)

        assert "You are not watching any SIM" in seen(listed)


async def test_an_odd_event_harms_nothing(dispatch, whole):
    """Fields that are missing are nobody's; it is acknowledged and logged."""
    for event in ({}, {"tab": "home"}, {"tab": "home", "user": None, "view": "x"}):
        answer = await dispatch.event({"type": "app_home_opened"} | event)
        await whole.settle()

        assert 200 == answer.status


async def test_alerts_and_open_incidents_show(bot):
    """To who made the alert, and to those in its channel; an alert can be made there."""
    await opened(bot)
    for user in ("ana", "ben"):
        await open_home(bot, user)

        assert "*Gone silent: 2" in seen(bot, user), user
        assert "*Wells*" in seen(bot, user), user
    assert "New alert…" in seen(bot)
