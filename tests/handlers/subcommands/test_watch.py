"""`/simsessions watch`, `watches` and `unwatch`; the buttons Watch, Watch all, Stop."""

import pytest

from bot.blocks import ids
from bot.demo.stories.story import all_stories
from bot.emulators.kore.cards import Card
from bot.emulators.kore.faults import Fault
from bot.slack.access import ONE_ACCOUNT
from tests.databases import on_both, one_store
from tests.handlers.watch_steps import bot_on, cards, notices, told
from tests.waiting import until
from tests.whole_bot import whole_bot

kind = one_store


@pytest.fixture
async def whole(database_url):
    async with bot_on(database_url) as running:
        yield running


@on_both
async def test_a_sim_is_watched_until_it_is_back(whole):
    """The asker reads what is watched, a card stands in the channel, and a reply tells the end."""
    await whole.type("watch pump-7 until online for 1h")
    assert "Watching pump-7 until it is online" in told(whole).text
    (card,) = await until(lambda: cards(whole))

    whole.kore.events.recover("pump-7")
    (notice,) = await until(lambda: notices(whole))

    assert notice.text.startswith("✅ <@U0ANA0001> pump-7 is back online")
    assert card.ts == notice.thread_ts


async def test_a_watch_that_begins_while_kore_is_down_says_so():
    """How the SIM was before is not how it is now; the card says since when nobody can tell."""
    async with whole_bot(sims_ttl=0, sessions_ttl=0) as whole:
        await whole.type("truck-42")
        whole.kore.faults.add(Fault(status=503, times=None))
        await whole.type("watch truck-42 until offline")
        (card,) = await until(lambda: cards(whole))

        assert "🟢 online as of" in told(whole).text
        assert "when I last could read it" in told(whole).text
        assert "now" not in told(whole).text
        assert "I have not been able to read it since" in str(card.blocks)


async def test_what_cannot_be_watched_is_said(whole):
    """The error says what was understood and one thing to do, and nothing is watched."""
    for text, expected in (
        ("watch", "Which SIM? Type /simsessions watch <sim>"),
        ("watch truck-42 until online", "truck-42 is online already. Write until changes"),
        ("watch pump-7 until", "Until what shall I watch? Write until online"),
        ("pump-7 watch until", "Until what shall I watch? Write until online"),
        ("watch pump-7 for", "For how long? Write for 30min"),
        (
            "watch pump-7 until tomorrow",
            "I cannot watch until tomorrow. Write until online",
        ),
        ("watch it", "Which SIM? Type /simsessions watch <sim>"),
        ("watch for pump-7 for 3 moons", "for 3 moons is not a length of time."),
        ("tell me when truck-42 is online", "truck-42 is online already. Write until changes"),
        ("watch pump-7 for 3 moons", "for 3 moons is not a length of time."),
        ("watch pump-7 for 8d", "A watch lasts at most 7d"),
        ("pump-7 watch for 2 weeks", "A watch lasts at most 7d"),
        ("pump-7 watch for half a minute", "A watch lasts at least a minute"),
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

    (card,) = await until(lambda: cards(whole))
    await whole.settle()

    assert root.ts == card.thread_ts
    assert [] == [m for m in whole.slack.seen_by("ana") if m.ephemeral_to]


@on_both
async def test_a_second_time_extends_it(whole):
    """The asker reads that there is such a watch already; no second card comes."""
    await whole.type("watch pump-7")
    await until(lambda: cards(whole))
    await whole.type("watch pump-7 for 4h")

    assert "You were already watching it here" in told(whole).text
    assert 1 == len(await whole.bot.services.watches.of("U0ANA0001", ONE_ACCOUNT))
    assert 1 == len(cards(whole))


async def test_in_a_channel_without_the_bot_the_card_comes_directly(whole):
    """Where the bot may not post, card and notice are direct messages."""
    await whole.type("watch pump-7", channel="G0ONCALL1")
    await until(lambda: whole.slack.direct("ana"))
    whole.kore.events.recover("pump-7")

    card, notice = await until(lambda: len(d := whole.slack.direct("ana")) > 1 and d)
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
    (card,) = await until(lambda: cards(whole))

    assert "Watching 2 SIMs for <@U0ANA0001> until they are online" in card.text
    assert "Not watched, because it cannot come back: scooter-4 (SIM canceled)." in str(
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


@on_both
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


async def test_of_two_that_are_called_the_same_it_asks_which(whole):
    """Each is named by its SID, by which it is stopped."""
    now, depots = whole.bot.services.clock.now(), [Card(f"d{n}", 3000 + n, "Depot") for n in (1, 2)]
    for card in depots:
        whole.kore.add(card.sim(now) | {"unique_name": None}, [])
        await whole.type(f"watch {card.sid} until online")
    await whole.type("unwatch depot")

    assert "You watch 2 SIMs called depot: " in told(whole).text
    assert all(card.sid in told(whole).text for card in depots)
    assert ["Depot", "Depot"] == await open_names(whole)
    await whole.type(f"unwatch {depots[0].sid}")
    assert ["Depot"] == await open_names(whole)


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


@pytest.mark.parametrize("over_http", [False, True])
async def test_an_answer_can_be_watched(database_url, over_http):
    """One click under an answer watches its SIM; over Socket Mode and over signed HTTP."""
    async with bot_on(database_url, over_http=over_http) as whole:
        await whole.type("pump-7")
        await whole.click(told(whole), "Watch")

        assert "Watching pump-7 until it is online" in told(whole).text
        assert await until(lambda: cards(whole))


@on_both
async def test_a_click_delivered_twice_watches_once(whole):
    """A second click extends; there is one watch and one card."""
    await whole.type("pump-7")
    answer = told(whole)
    await whole.click(answer, "Watch")
    await whole.click(answer, "Watch")
    await until(lambda: cards(whole))

    assert ["pump-7"] == await open_names(whole)
    assert 1 == len(cards(whole))


async def test_a_stopped_card_says_so_at_once(whole):
    """Who presses Stop sees the card change; nobody is mentioned."""
    await whole.type("watch pump-7")
    (card,) = await until(lambda: cards(whole))
    await whole.click(card, "Stop")

    (stopped,) = cards(whole)
    assert (card.ts, True) == (stopped.ts, "stopped by <@U0ANA0001>" in stopped.text)
    assert [] == await open_names(whole)
    assert [] == notices(whole)


async def test_anybody_there_may_stop_it_and_the_asker_hears_of_it(whole):
    """Ben stops Ana's watch: the card names him, and a reply mentions her."""
    await whole.type("watch pump-7")
    (card,) = await until(lambda: cards(whole))
    await whole.click(card, "Stop", user="ben")
    (notice,) = await until(lambda: notices(whole))

    ben = whole.slack.workspace.person("ben").id
    assert f"<@U0ANA0001> <@{ben}> stopped the watch on pump-7" in notice.text
    assert f"stopped by <@{ben}>" in cards(whole)[-1].text


async def test_a_watch_of_another_channel_is_not_stopped(whole):
    """Whoever is not in the channel of a watch is told so, and it goes on."""
    await whole.type("watch pump-7", user="chloe", channel="#on-call-private")
    (watch,) = await whole.bot.services.watches.of("U0CHLOE01", ONE_ACCOUNT)
    await _click_value(whole, ids.STOP_WATCH, ids.StopWatch(id=watch.id).to_value(), user="ben")

    assert "may stop it" in whole.answer("ben").text
    assert ["pump-7"] == await open_names(whole, "U0CHLOE01")


@pytest.mark.parametrize("left", [b"", b"a letter to a friend, " * 100_000, None])
async def test_a_store_that_is_lost_keeps_no_watch(tmp_path, left):
    """Where the file is cut, overwritten or deleted nothing is promised, and none is begun anew."""
    async with whole_bot(data_dir=tmp_path, drain=0.5) as whole:
        for file in tmp_path.glob("simsessions.db*"):
            if left is None:
                file.unlink()
            elif file.suffix == ".db":
                file.write_bytes(left)
        await whole.type("watch pump-7")
        said = told(whole).text

    files = [file.read_bytes()[:16] for file in tmp_path.glob("*.db")]
    assert "while I ran" in said
    assert files == ([] if left is None else [left[:16]])


async def test_all_of_a_table_can_be_watched(whole):
    """One button carries several SIMs; they share one card."""
    sids = [(await whole.view.sessions.look_up(name)).sim.sid for name in ("pump-7", "truck-42")]
    await _click_value(whole, ids.WATCH_ALL, ids.PackedSims.of(sids).to_value())
    await until(lambda: cards(whole))

    assert ["pump-7", "truck-42"] == sorted(await open_names(whole))
    assert "Watching 2 SIMs on one card" in told(whole).text


async def test_a_forged_or_old_button_does_nothing(whole):
    """Whatever a button carries as none of ours does, the clicker is told, and nothing happens."""
    for count, (action, value) in enumerate((
        (ids.WATCH, "{}"),
        (ids.WATCH, ""),
        (ids.WATCH_ALL, '{"packed": "!"}'),
        (ids.STOP_WATCH, '{"id": 7}'),
        (ids.STOP_WATCH, '{"id": "gone"}'),
    ), 1):  # fmt: skip
        await _click_value(whole, action, value)

        mine = [m for m in whole.slack.seen_by("ana") if m.ephemeral_to]
        assert (count, []) == (len(mine), await open_names(whole)), (action, value)


async def test_who_may_not_ask_stops_nothing(database_url):
    """A click of somebody who is not on the list is refused."""
    async with bot_on(database_url, allowed_users="U0ANA0001") as whole:
        await whole.type("watch pump-7")
        (card,) = await until(lambda: cards(whole))
        await whole.click(card, "Stop", user="ben")

        assert ["pump-7"] == await open_names(whole)


async def _click_value(whole, action, value, user="ana"):
    """Press a button of the bot's that carries this."""
    workspace = whole.slack.workspace
    bot = workspace.person("simsessions").id
    button = {
        "type": "button",
        "action_id": action,
        "text": {"type": "plain_text", "text": "Press"},
        "value": value or "x",
    }
    message = workspace.write(
        workspace.channel("#fleet-ops").id,
        bot,
        "hello",
        blocks=[{"type": "actions", "block_id": "b", "elements": [button]}],
    )
    await workspace.click(user, message.ts, "b", action)
    await whole.settle()
