"""The buttons of watches: Watch, Watch all, Stop."""

import pytest

from bot.blocks import ids
from bot.slack.access import ONE_ACCOUNT
from tests.handlers.watch_steps import bot_on, cards, eventually, notices, told
from tests.whole_bot import whole_bot


@pytest.fixture
async def whole(database_url):
    async with bot_on(database_url) as running:
        yield running


async def names_of(whole, person="U0ANA0001"):
    return [watch.name for watch in await whole.bot.services.watches.of(person, ONE_ACCOUNT)]


@pytest.mark.parametrize("over_http", [False, True])
async def test_an_answer_can_be_watched(database_url, over_http):
    """One click under an answer watches its SIM; over Socket Mode and over signed HTTP."""
    async with bot_on(database_url, over_http=over_http) as whole:
        await whole.type("pump-7")
        await whole.click(told(whole), "Watch")

        assert "Watching pump-7 until it is online" in told(whole).text
        assert await eventually(lambda: cards(whole))


async def test_a_click_delivered_twice_watches_once(whole):
    """A second click extends; there is one watch and one card."""
    await whole.type("pump-7")
    answer = told(whole)
    await whole.click(answer, "Watch")
    await whole.click(answer, "Watch")
    await eventually(lambda: cards(whole))

    assert ["pump-7"] == await names_of(whole)
    assert 1 == len(cards(whole))


async def test_a_stopped_card_says_so_at_once(whole):
    """Who presses Stop sees the card change; nobody is mentioned."""
    await whole.type("watch pump-7")
    (card,) = await eventually(lambda: cards(whole))
    await whole.click(card, "Stop")

    (stopped,) = cards(whole)
    assert (card.ts, True) == (stopped.ts, "stopped by <@U0ANA0001>" in stopped.text)
    assert [] == await names_of(whole)
    assert [] == notices(whole)


async def test_anybody_there_may_stop_it_and_the_asker_hears_of_it(whole):
    """Ben stops Ana's watch: the card names him, and a reply mentions her."""
    await whole.type("watch pump-7")
    (card,) = await eventually(lambda: cards(whole))
    await whole.click(card, "Stop", user="ben")
    (notice,) = await eventually(lambda: notices(whole))

    ben = whole.slack.workspace.person("ben").id
    assert f"<@U0ANA0001> <@{ben}> stopped the watch on pump-7" in notice.text
    assert f"stopped by <@{ben}>" in cards(whole)[-1].text


async def test_a_watch_of_another_channel_is_not_stopped(whole):
    """Whoever is not in the channel of a watch is told so, and it goes on."""
    await whole.type("watch pump-7", user="chloe", channel="#on-call-private")
    (watch,) = await whole.bot.services.watches.of("U0CHLOE01", ONE_ACCOUNT)
    await _click_value(whole, ids.STOP_WATCH, ids.StopWatch(id=watch.id).to_value(), user="ben")

    assert "may stop it" in whole.answer("ben").text
    assert ["pump-7"] == await names_of(whole, "U0CHLOE01")


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
    await _click_value(whole, ids.WATCH_ALL, ids.Sims.of(sids).to_value())
    await eventually(lambda: cards(whole))

    assert ["pump-7", "truck-42"] == sorted(await names_of(whole))
    assert "Watching 2 SIMs on one card" in told(whole).text


async def test_a_forged_or_old_button_does_nothing(whole):
    """
    Whatever a button carries that none of ours does, the clicker is told, and nothing happens.
    """
    for count, (action, value) in enumerate((
        (ids.WATCH, "{}"),
        (ids.WATCH, ""),
        (ids.WATCH_ALL, '{"packed": "!"}'),
        (ids.STOP_WATCH, '{"id": 7}'),
        (ids.STOP_WATCH, '{"id": "gone"}'),
    ), 1):  # fmt: skip
        await _click_value(whole, action, value)

        mine = [m for m in whole.slack.seen_by("ana") if m.ephemeral_to]
        assert (count, []) == (len(mine), await names_of(whole)), (action, value)


async def test_who_may_not_ask_stops_nothing(database_url):
    """A click of somebody who is not on the list is refused."""
    async with bot_on(database_url, allowed_users="U0ANA0001") as whole:
        await whole.type("watch pump-7")
        (card,) = await eventually(lambda: cards(whole))
        await whole.click(card, "Stop", user="ben")

        assert ["pump-7"] == await names_of(whole)


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
