"""Cards and notices, from the look at the SIM to what stands in Slack."""

from datetime import timedelta
from itertools import pairwise

import pytest

from bot.errors import NotAllowed
from bot.struct import replace
from bot.watches.watch import Condition, Ending
from tests.databases import on_both, one_store
from tests.watch_rig import ANA, BEN, FLEET_OPS, ONCALL, watch_rig, watching

PUMP = "pump-7"
HOUR = 3600


kind = one_store


rig = watch_rig


async def test_a_watch_puts_up_a_card(rig):
    """It stands where it was asked, says what is waited for, and can be stopped."""
    await rig.begin()
    await rig.work()

    (card,) = rig.seen()
    assert card.text.startswith(
        "👁 Watching pump-7 for <@U0ANA0001> until it is online, at most until 20"
    )
    assert "still offline" in card.text
    assert "Stop" == card.blocks[0]["accessory"]["text"]["text"]


@on_both
async def test_being_back_is_told_once_in_the_thread_of_the_card(rig):
    """The notice mentions the asker, says what changed, and ends the watch."""
    begun = await rig.begin()
    await rig.recover_after_a_minute()

    card, notice = rig.seen()
    assert card.ts == notice.thread_ts
    assert notice.text.startswith("✅ <@U0ANA0001> pump-7 is back online: ")
    assert ", after " in notice.text
    assert Ending.REACHED is (await rig.watch(begun)).ending
    assert "it is online. Watch ended" in rig.card().text


async def test_whose_watch_ended_is_told_to_who_shows_it(rig):
    """While the watch goes on there is no news of it."""
    await rig.begin()
    await rig.work()
    before = list(rig.news)
    await rig.recover_after_a_minute()

    assert [] == before
    assert {ANA} == set(rig.news)


async def test_in_a_thread_everything_stays_in_the_thread(rig):
    """A watch that was asked for in a thread has its card and its notices there."""
    root = await rig.slack.workspace.say("ana", "#fleet-ops", "alert")
    await rig.begin(thread=root.ts)
    await rig.recover_after_a_minute()

    assert [root.ts, root.ts] == [message.thread_ts for message in rig.seen()]


async def test_where_the_bot_may_not_post_it_writes_directly_and_says_so(rig):
    """Where the bot may not be, the card comes as a direct message, and the notice too."""
    await rig.begin(channel=ONCALL)
    await rig.recover_after_a_minute()

    card, notice = rig.slack.direct("ana")
    assert "I cannot post in <#G0ONCALL1>" in card.blocks[-1]["elements"][0]["text"]
    assert notice.text.startswith("✅ <@U0ANA0001> pump-7 is back")
    assert card.ts == notice.thread_ts


async def test_who_has_left_the_channel_is_told_directly_too(rig):
    """Slack shows a mention to who is in the channel; a link leads to what they do not see."""
    await rig.begin()
    await rig.work()
    workspace = rig.slack.workspace
    rig.slack.api.scopes |= {"channels:read"}
    workspace.put_channel(workspace.channel(FLEET_OPS).without(ANA))
    await rig.recover_after_a_minute()

    _card, told = [message.text for message in rig.slack.seen_by("ben")]
    (direct,) = rig.slack.direct("ana")
    assert told == direct.text
    assert "archives/C0FLEETOP/p" in direct.blocks[-1]["elements"][0]["text"]
    assert "You are not in <#C0FLEETOP>" in direct.blocks[-1]["elements"][0]["text"]


async def test_a_card_is_changed_at_most_every_45_s(rig):
    """However often the SIM turns, two changes of a card lie 45 s apart or more."""
    await rig.begin("truck-42", Condition.OFFLINE, duration=timedelta(hours=1))
    for number in range(20):
        turn = rig.kore.events.go_silent if number % 2 == 0 else rig.kore.events.recover
        turn("truck-42")
        await rig.move(31, step=10)

    edits = rig.edits()
    assert 5 <= len(edits) <= 14
    assert all(later - one >= 45 for one, later in pairwise(edits))


async def test_a_card_shows_its_end_at_once(rig):
    """A change that is drawn later does not hold up the end: card and notice say the same."""
    await rig.begin()
    await rig.work()
    rig.kore.events.stall("pump-7")
    await rig.move(10, step=5)
    rig.kore.events.recover("pump-7")
    await rig.move(20, step=5)

    assert 1 == len(rig.notices())
    assert "it is online. Watch ended" in rig.card().text


async def test_a_quiet_sim_costs_an_edit_every_five_minutes(rig):
    """Where nothing is different only the age of what was read is brought up to date."""
    await rig.begin()
    await rig.move(HOUR, step=20)

    assert 10 <= len(rig.edits()) <= 12
    assert 1 == len(rig.seen())


async def test_a_flapping_sim_wakes_nobody(rig):
    """A SIM that is offline for less than two minutes at a time is reported at the end only."""
    await rig.begin(name="truck-42", condition=Condition.OFFLINE, duration=timedelta(hours=1))
    for _ in range(10):
        rig.kore.events.go_silent("truck-42")
        await rig.move(60)
        rig.kore.events.recover("truck-42")
        await rig.move(60)
    assert [] == rig.notices()

    rig.kore.events.go_silent("truck-42")
    await rig.move(300)

    (notice,) = rig.notices()
    assert "truck-42 is now offline" in notice
    assert "times in between" in notice


@pytest.mark.parametrize(
    "error", ["edit_window_closed", "message_not_found", "cant_update_message"]
)
async def test_a_card_that_cannot_be_changed_is_carried_on_by_a_new_one(rig, error):
    """A new reply takes its place, and is kept up to date from then on."""
    begun = await rig.begin()
    await rig.work()
    rig.slack.api.faults.fail("chat.update", error)
    await rig.move(400)
    rig.kore.events.recover(PUMP)
    await rig.move(300)

    first, second, notice = rig.seen()
    assert first.ts == second.thread_ts
    assert first.text.startswith("👁 Watching")
    assert second.text.startswith("👁 Watched")
    assert notice.text.startswith("✅")
    assert (await rig.watch(begun)).card.ts == second.ts


async def test_a_deleted_card_is_put_up_again(rig):
    """Whoever deletes the card finds a new one in the channel."""
    await rig.begin()
    await rig.work()
    rig.slack.workspace.erase(rig.card())
    await rig.move(400)

    assert ["👁 Watching"] == [card.text[:10] for card in rig.seen()]


async def test_in_an_archived_channel_it_goes_on_directly(rig):
    """Card and notice follow the asker into the direct messages."""
    await rig.begin()
    await rig.work()
    place = rig.slack.workspace.channel("#fleet-ops")
    rig.slack.workspace.put_channel(replace(place, is_archived=True))
    rig.kore.events.recover(PUMP)
    await rig.move(300)

    texts = [message.text for message in rig.slack.direct("ana")]
    assert ["✅", "👁"] == sorted(text[0] for text in texts)


async def test_kore_away_is_waited_out(rig):
    """While KORE does not answer the card says since when, and nothing is reported."""
    begun = await rig.begin(name="truck-42", condition=Condition.OFFLINE)
    await rig.work()
    rig.kore_fails()
    await rig.move(600, step=20)

    assert [] == rig.notices()
    assert (await rig.watch(begun)).unreachable_since
    assert "I have not been able to read it since" in str(rig.card().blocks)

    rig.kore.faults.clear()
    await rig.move(1200, step=30)

    assert "I have not been able to read it" not in str(rig.card().blocks)
    assert [] == rig.notices()


async def test_the_end_comes_in_time_while_kore_is_away(rig):
    """A watch whose time is over ends, and says that it could not read the SIM."""
    await rig.begin(duration=timedelta(minutes=20))
    await rig.work()
    rig.kore_fails()
    await rig.move(1190, step=30)
    assert [] == rig.notices()
    await rig.move(60)

    (notice,) = rig.notices()
    assert "Watch ended after 20 min." in notice
    assert "I have not been able to read pump-7 since" in notice


async def test_a_watch_that_ended_while_nothing_ran_says_so_at_once(rig):
    """After three hours without the bot the first look ends the watch, and the notice says when."""
    await rig.begin(duration=timedelta(hours=1))
    await rig.work()
    await rig.move(3 * HOUR, step=3 * HOUR)

    (notice,) = rig.notices()
    assert "Watch ended after 1 h, at 20" in notice
    assert "while I was not running" in notice


async def test_who_may_not_ask_any_more_is_told_and_not_watched_for(rig):
    """After five minutes of being refused the watch ends with the gate's own sentence."""
    await rig.begin()
    await rig.move(60)
    rig.gate.refused[ANA] = NotAllowed("You are not on my list.")
    rig.kore.events.recover(PUMP)
    await rig.move(240)
    assert [] == rig.notices()
    await rig.move(180)

    (notice,) = rig.notices()
    assert "🚫 <@U0ANA0001> I stopped watching pump-7: You are not on my list." == notice


async def test_a_refusal_that_passes_ends_nothing(rig):
    """Where Slack merely failed to say who somebody is, the watch goes on."""
    begun = await rig.begin()
    await rig.move(60)
    rig.gate.refused[ANA] = NotAllowed("You are not on my list.")
    await rig.move(120)
    rig.gate.refused.clear()
    await rig.move(120)
    rig.kore.events.recover(PUMP)
    await rig.move(60)

    assert Ending.REACHED is (await rig.watch(begun)).ending


@pytest.mark.parametrize(("left_out", "expected"), [(None, True), ("in a shared channel", False)])
async def test_what_may_not_be_seen_there_is_left_out(rig, left_out, expected):
    """Where the policy leaves the device out, a notice says that it is another and not which."""
    rig.gate.leaves_out = left_out
    await rig.begin(name="truck-42", condition=Condition.CHANGES)
    await rig.work()
    rig.kore.events.swap_device("truck-42")
    await rig.move(300)

    notice = rig.seen()[-1]
    said = str(notice.blocks)
    assert "Device (IMEI)" in said
    assert expected is ("→" in said.partition("Device (IMEI)")[2].partition("\\n")[0])


@on_both
async def test_stopped_by_somebody_else(rig):
    """The card says who stopped it, and the asker hears of it."""
    begun = await rig.begin()
    await rig.move(60)
    await rig.service.stop(begun.watch.id, BEN)
    await rig.move(60)

    assert "stopped by <@U0BEN0002>" in rig.card().text
    (notice,) = rig.notices()
    assert "<@U0ANA0001> <@U0BEN0002> stopped the watch on pump-7." in notice


async def test_stopping_ones_own_watch_tells_nobody(rig):
    """The card says so, and no reply is made; the SIM is read no more."""
    begun = await rig.begin()
    await rig.move(60)
    await rig.service.stop(begun.watch.id, ANA)
    await rig.move(120)
    asked = len(rig.asked())
    await rig.move(600, step=20)

    assert [] == rig.notices()
    assert "stopped by <@U0ANA0001>" in rig.card().text
    assert asked == len(rig.asked())


async def test_a_notice_waits_for_slack(rig):
    """While Slack is away nothing is lost: what was to be posted comes when it is back, once."""
    await rig.begin()
    await rig.move(60)
    for method in ("chat.postMessage", "chat.update"):
        rig.slack.api.faults.status(method, 503, times=40)
    rig.kore.events.recover(PUMP)
    await rig.move(1800, step=30)
    assert [] == rig.notices()

    rig.slack.api.faults.clear()
    await rig.move(1200, step=30)

    assert 1 == len(rig.notices())


@on_both
@pytest.mark.parametrize("after_work", [False, True])
async def test_a_notice_whose_answer_was_lost_is_told_once(rig, after_work):
    """The connection broke while it was posted: it is looked for before it is posted again."""
    await rig.begin()
    await rig.move(60)
    rig.slack.api.faults.hang_up("chat.postMessage", after_work=after_work)
    rig.kore.events.recover(PUMP)
    await rig.move(300)

    assert 1 == len(rig.notices())


@on_both
async def test_nobody_there_any_more_ends_the_watch(rig):
    """Where neither the channel nor the person can be written to, the watch ends without a word."""
    begun = await rig.begin(channel=ONCALL)
    rig.slack.api.faults.fail("chat.postMessage", "not_in_channel", times=1)
    rig.slack.api.faults.fail("chat.postMessage", "user_not_found", times=1)
    await rig.work()

    assert Ending.UNREPORTED is (await rig.watch(begun)).ending


async def test_100_watches_of_20_sims_cost_20_looks_a_round(database):
    """All watches of a SIM share its looks: a round asks 20 times for a SIM and its sessions."""
    sids = [f"DE{number:032x}" for number in range(20)]
    async with watching(database, stories=()) as rig:
        for sid in sids:
            rig.kore.add({"sid": sid, "unique_name": sid[-4:], "status": "active"}, [])
            for person in range(5):
                await rig.begin(sid, person=f"U0P{person}", channel=f"C0P{person}")
        asked = len(rig.asked())
        await rig.work_on("watch", *(f"watch:{sid}" for sid in sids))

    assert 40 == len(rig.asked()) - asked
