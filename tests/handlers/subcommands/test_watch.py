"""`watch <sim> [until …] [for …]`."""

import pytest

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
