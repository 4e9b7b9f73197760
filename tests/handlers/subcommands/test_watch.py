"""`/simsessions watch`, `watches` and `unwatch`."""

import pytest

from bot.demo.stories.story import all_stories
from bot.slack.access import ONE_ACCOUNT
from tests.handlers.watch_steps import bot_on, cards, eventually, notices, told


@pytest.fixture
async def whole(database_url):
    async with bot_on(database_url) as running:
        yield running


async def test_a_sim_is_watched_until_it_is_back(whole):
    """The asker reads what is watched, a card stands in the channel, and a reply tells the end."""
    await whole.type("watch pump-7 until online for 1h")
    assert "Watching pump-7 until it is online" in told(whole).text
    (card,) = await eventually(lambda: cards(whole))

    whole.kore.events.recover("pump-7")
    (notice,) = await eventually(lambda: notices(whole))

    assert notice.text.startswith("✅ <@U0ANA0001> pump-7 is back online")
    assert card.ts == notice.thread_ts


async def test_what_cannot_be_watched_is_said(whole):
    """The error says what was understood and one thing to do, and nothing is watched."""
    for text, expected in (
        ("watch", "Which SIM? Type /simsessions watch <sim>"),
        ("watch truck-42 until online", "truck-42 is online already. Write until changes"),
        ("watch pump-7 until tomorrow", "I cannot wait until tomorrow. Write until online"),
        ("watch pump-7 for 3 moons", "for 3 moons is not a length of time."),
        ("watch pump-7 for 8d", "A watch lasts at most 7d"),
        ("watch nosuchsim", "No SIM is called"),
    ):
        await whole.type(text)

        said = told(whole).text.replace("&lt;", "<").replace("&gt;", ">")
        assert expected in said, text
    assert () == await whole.bot.services.watches.of("U0ANA0001", ONE_ACCOUNT)


async def test_the_same_by_mention_in_a_thread(whole):
    """A mention watches in its thread; there the card is the answer."""
    root = await whole.slack.workspace.say("ana", "#fleet-ops", "alert")
    bot = whole.slack.workspace.person("simsessions").id
    await whole.slack.workspace.say(
        "ana", "#fleet-ops", f"<@{bot}> watch pump-7", thread_ts=root.ts
    )

    (card,) = await eventually(lambda: cards(whole))
    await whole.settle()

    assert root.ts == card.thread_ts
    assert [] == [m for m in whole.slack.seen_by("ana") if m.ephemeral_to]


async def test_a_second_time_extends_it(whole):
    """The asker reads that there is such a watch already; no second card comes."""
    await whole.type("watch pump-7")
    await eventually(lambda: cards(whole))
    await whole.type("watch pump-7 for 4h")

    assert "You were already watching it here" in told(whole).text
    assert 1 == len(await whole.bot.services.watches.of("U0ANA0001", ONE_ACCOUNT))
    assert 1 == len(cards(whole))


async def test_in_a_channel_without_the_bot_the_card_comes_directly(whole):
    """Where the bot may not post, card and notice are direct messages."""
    await whole.type("watch pump-7", channel="G0ONCALL1")
    await eventually(lambda: whole.slack.direct("ana"))
    whole.kore.events.recover("pump-7")

    card, notice = await eventually(lambda: len(d := whole.slack.direct("ana")) > 1 and d)
    assert card.text.startswith("👁 Watch")
    assert notice.text.startswith("✅ <@U0ANA0001> pump-7 is back online")


async def test_a_store_that_is_away_is_said(database_url):
    """Without its store the bot still looks SIMs up, and says that it cannot watch."""
    async with bot_on(database_url) as whole:
        await whole.bot.services.store.aclose()
        await whole.type("watch pump-7")

        assert "I can't reach my database right now" in told(whole).text


async def test_several_sims_share_one_card(whole):
    """A list is watched at once, on one card; who cannot come back is named and left out."""
    await whole.type("watch pump-7, well-1, scooter-4 until online for 3h")
    (card,) = await eventually(lambda: cards(whole))

    assert "Watching 2 SIMs for <@U0ANA0001> until they are online" in card.text
    assert "Not watched, because they cannot come back: scooter-4 (SIM canceled)." in str(
        told(whole).blocks
    ).replace("`", "")

    await whole.type("watch scooter-4")

    assert "Not watched, because it cannot come back: scooter-4 (SIM canceled)." in told(whole).text


async def test_without_any_it_says_how_to_begin(whole):
    """Who watches nothing reads what to type."""
    await whole.type("watches")

    assert "You are not watching any SIM. Type /simsessions watch" in told(whole).text


async def test_mine_are_listed_and_others_counted(whole):
    """The asker sees their own, and how many others there are in the channel."""
    await whole.type("watch pump-7")
    await whole.type("watch truck-42", user="ben")
    await whole.type("watches")

    said = str(told(whole).blocks)
    assert "You are watching 1 SIM." in said
    assert "*pump-7* until it is online" in said
    assert "truck-42" not in said
    assert "Others are watching 1 SIM in this channel." in said


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
