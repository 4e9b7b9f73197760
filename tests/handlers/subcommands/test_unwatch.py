"""`unwatch <sim>` and `unwatch all`."""

import pytest

from bot.demo.stories.story import all_stories
from bot.slack.access import ONE_ACCOUNT
from tests.handlers.watch_steps import bot_on, told


@pytest.fixture
async def whole(database_url):
    async with bot_on(database_url) as running:
        yield running


async def open_names(whole, person="U0ANA0001"):
    return [watch.name for watch in await whole.bot.services.watches.of(person, ONE_ACCOUNT)]


async def test_a_sim_is_not_watched_any_more(whole):
    """By its name in any case, its SID, its ICCID, or all at once."""
    story = next(story for story in all_stories() if story.name == "pump-7")
    sim = story.sim(whole.bot.services.clock.now())
    for text in ("pump-7", "PUMP-7", sim["sid"], sim["iccid"], "all", "ALL"):
        await whole.type("watch pump-7")
        watched = await open_names(whole)
        await whole.type(f"unwatch {text}")

        assert "Stopped watching pump-7." == told(whole).text, text
        assert (["pump-7"], []) == (watched, await open_names(whole)), text


async def test_of_several_only_the_named_one_is_stopped(whole):
    """The others go on."""
    await whole.type("watch pump-7")
    await whole.type("watch truck-42")
    await whole.type("unwatch truck-42")

    assert ["pump-7"] == await open_names(whole)


async def test_what_is_not_watched_is_said(whole):
    """The answer names those that could be stopped, and none is."""
    await whole.type("watch pump-7")
    for text, expected in (
        ("unwatch", "You watch pump-7. Type /simsessions unwatch with one of these"),
        ("unwatch truck-42", "You are not watching that SIM. You watch pump-7."),
        ("unwatch nosuchsim", "You watch pump-7. Type"),
    ):
        await whole.type(text)

        assert expected in told(whole).text, text
        assert ["pump-7"] == await open_names(whole), text


async def test_nobody_stops_anothers_watch_by_name(whole):
    """Ben's `unwatch all` leaves Ana's watches alone."""
    await whole.type("watch pump-7")
    await whole.type("unwatch all", user="ben")

    assert "You are not watching any SIM." in told(whole, "ben").text
    assert ["pump-7"] == await open_names(whole)
