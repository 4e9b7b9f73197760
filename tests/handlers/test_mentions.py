"""@simsessions in channels, threads and direct messages, and `!sim …`."""

import asyncio
import time

import pytest

from bot.emulators.kore.faults import broken, late
from bot.emulators.slack.dispatcher import DeliveryFaults
from bot.store.idempotency import Deduplication, RecentIds
from bot.store.lookups import LookupFilter, Lookups
from tests.builders import ICCID, SID
from tests.whole_bot import whole_bot

BOT = "<@U0SIMSESS>"
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "*truck-42* is offline"}}
HISTORY = frozenset({"channels:history", "groups:history", "im:history"})
WELLS = "well-1, well-2, well-3, well-4 and well-5"
BY_ANA = {"user": "U0ANA0001", "channel": "C0FLEETOP"}
TEN_MINUTES = DeliveryFaults(late_seconds=600)


def replies(whole, root, user="ana", channel="#fleet-ops"):
    """What a person sees of the bot's in a thread."""
    return [m for m in whole.slack.seen_by(user, channel) if m.thread_ts == root]


async def test_a_mention_is_answered_in_its_thread_for_all_to_see(both_ways):
    """The question becomes the root of a thread, and everybody reads the answer in it."""
    asked = await both_ways.say(f"{BOT} truck-42")

    (answer,) = both_ways.slack.seen_by("ben")
    assert (asked.ts, None) == (answer.thread_ts, answer.ephemeral_to)
    assert "truck-42 is" in answer.text
    assert "Share" not in str(answer.blocks)


async def test_refreshed_it_is_still_for_all(whole):
    """The answer is drawn anew in its place, and there is nothing to share."""
    asked = await whole.say(f"{BOT} truck-42")
    await whole.click(replies(whole, asked.ts)[0], "Refresh", user="ben")
    (answer,) = whole.slack.seen_by("chloe")

    assert answer.edited_ts
    assert not [w for w in ("Share", "shared by") if w in str(answer.blocks)]


async def test_what_can_be_said(whole):
    """The same subcommands, names and mistakes as behind the command, and one answer each."""
    for text, says in (
        (f"{BOT}", "Type /simsessions and a SIM"),
        (f"{BOT} help", "Type /simsessions and a SIM"),
        (f"{BOT} help me please", "Type /simsessions and a SIM"),
        (f"{BOT} help with truck-42", "truck-42 is"),
        (f"hey {BOT} truck-42?", "truck-42 is"),
        (f"{BOT} history truck-42 7", "truck-42"),
        (f"{BOT} pmp-7", "Did you mean"),
        (f"{BOT} what about “truck–42” today", "truck-42 is"),
        (f"{BOT} HS" + "0" * 32, "Super SIM"),
    ):
        asked = await whole.say(text)
        assert [True] == [says in each.text for each in replies(whole, asked.ts)], text


async def test_a_direct_message_is_a_question(whole):
    """It is answered there, not in a thread; within a thread it stays in it."""
    whole.slack.api.scopes |= HISTORY
    asked = await whole.say("truck-42", channel="D0ANADM01")
    await whole.say("well-1", channel="D0ANADM01", under=asked.ts)

    first, second = whole.slack.direct("ana")
    assert ("truck-42 is" in first.text, first.thread_ts) == (True, None)
    assert ("well-1 has" in second.text, second.thread_ts) == (True, asked.ts)


async def test_without_a_sim_it_reads_what_stands_above(whole):
    """The root and the message before are read with one call, and their SIMs become one table."""
    whole.slack.api.scopes |= HISTORY
    for count, words in enumerate(("", "help with these", "what is wrong?", "status?"), 1):
        root = await whole.say("Alert: well-1, well-2 and well-3 are down", user="ben")
        await whole.say("so is truck-42", user="ben", under=root.ts)
        await whole.say(f"{BOT} {words}", under=root.ts)

        (answer,) = replies(whole, root.ts)
        assert "of 4 SIMs" in answer.text, words
        assert count == len(whole.slack.api.calls.of("conversations.replies"))


async def test_what_stands_above_is_a_look_up(whole, caplog):
    """A mention with nothing in it is noted as the look-up that it is, not as a call for help.

    And so is one that asks for help with a SIM; where it fails, it is looked up on Retry.
    """
    caplog.set_level("INFO")
    whole.slack.api.scopes |= HISTORY
    root = await whole.say("Is pump-7 down?", user="ben")
    await whole.say(BOT, under=root.ts)
    await whole.say(f"{BOT} help with truck-42")
    whole.kore.faults.add(broken(503, times=None))
    failed = await whole.say(f"{BOT} help with well-1")
    whole.kore.faults.clear()
    await whole.click(replies(whole, failed.ts)[0], "Retry")
    named = {record.answer for record in caplog.records if record.message == "answered"}
    await whole.bot.services.audit.flush()
    entries = {row.entry for row in await Lookups(whole.bot.services.store).find(LookupFilter())}

    assert "well-1" in replies(whole, failed.ts)[0].text
    assert {"sessions", "retry"} == named
    assert {"event sessions", "click retry"} == entries


async def test_what_is_answered_in_a_thread(whole):
    """A named SIM, else the nearest above; a misspelt name is not lost in what stands above."""
    for scopes, said, asked, says, reads in (
        (HISTORY, ["something is wrong"], "truck-42", "truck-42 is", 0),
        (HISTORY, ["well-1 and well-2"], "truck-42", "truck-42 is", 0),
        (HISTORY, ["well-1 and well-2"], "truk-42", "Did you mean truck-42", 0),
        (HISTORY, ["hello", "truck-42 is odd", "is it?", "yes"], "", "truck-42 is", 1),
        (HISTORY, ["hello"], "", "I found no SIM in this thread", 1),
        ((), ["well-1 and well-2"], "", "add the scope channels:history", 1),
    ):
        whole.slack.api.scopes = whole.slack.api.scopes - HISTORY | {*scopes}
        before = len(whole.slack.api.calls.of("conversations.replies"))
        root = await whole.say(said[0], user="ben")
        for text in said[1:]:
            await whole.say(text, user="ben", under=root.ts)
        await whole.say(f"{BOT} {asked}", under=root.ts)

        (answer,) = replies(whole, root.ts)
        assert says in answer.text, (said, asked)
        assert reads == len(whole.slack.api.calls.of("conversations.replies")) - before


async def test_nobody_answers_bots_edits_and_the_bot_itself(whole):
    """Alerts, changed messages and our own answers cause nothing."""
    whole.slack.api.scopes |= HISTORY
    await whole.slack.workspace.alert("#fleet-ops", f"{BOT} truck-42 is down")
    mine = await whole.say("truck-42 looks odd")
    await whole.slack.workspace.edit("ana", mine.ts, f"{BOT} truck-42")
    await whole.slack.workspace.delete("ana", mine.ts)
    await whole.heard()

    assert () == whole.slack.seen_by("ana")


@pytest.mark.parametrize("over_http", [False, True])
async def test_the_prefix_is_a_question_where_it_is_switched_on(over_http):
    """In the channels of the setting `!sim …` is a question; a mention with it is still one."""
    async with whole_bot(over_http=over_http, prefix_channels="C0FLEETOP") as whole:
        whole.slack.api.scopes |= HISTORY
        asked = await whole.say("!sim truck-42")
        both = await whole.say(f"!Sim truck-42 {BOT}")
        wide = await whole.say("！SIM truck-42")
        parted = await whole.say("!sim: truck-42")
        for text in ("!simtruck-42", "say !sim truck-42", "truck-42"):
            await whole.say(text)
        await whole.say("!sim truck-42", channel="#partner-shared")

        questions = [each.ts for each in (asked, both, wide, parted)]
        assert questions == [m.thread_ts for m in whole.slack.seen_by("ben")]


async def test_the_prefix_is_off_at_first(whole):
    """Without the setting only a mention is a question; in direct messages that is one, once."""
    whole.slack.api.scopes |= HISTORY
    await whole.say("!sim truck-42")
    await whole.say(f"{BOT} truck-42", channel="D0ANADM01")

    assert () == whole.slack.seen_by("ana")
    assert 1 == len(whole.slack.direct("ana"))


@pytest.mark.parametrize("over_http", [False, True])
async def test_every_event_twice_and_out_of_order_is_answered_once(over_http):
    """Each question has one answer, whichever way events come."""
    asked = []
    async with whole_bot(over_http=over_http, prefix_channels="C0FLEETOP") as whole:
        whole.slack.api.scopes |= HISTORY
        say = whole.slack.workspace.say
        for faults in ({"twice": True}, {"backwards": True}, {"twice": True, "backwards": True}):
            whole.slack.api.dispatcher.delivery_faults = DeliveryFaults(**faults)
            asked += [
                await say("ana", "#fleet-ops", f"{BOT} !sim {t}") for t in ("truck-42", "well-4")
            ]
            await whole.heard()
            await whole.slack.api.dispatcher.redeliver_all()
            await whole.settle()

            answers = sorted(m.thread_ts for m in whole.slack.seen_by("ben"))
            assert sorted(m.ts for m in asked) == answers, faults


async def test_ten_minutes_late_is_too_late(both_ways):
    """What comes so late is dropped: an answer would stand in between what is said by then."""
    both_ways.slack.api.dispatcher.delivery_faults = TEN_MINUTES
    await both_ways.say(f"{BOT} truck-42")
    both_ways.slack.api.dispatcher.delivery_faults = DeliveryFaults(late_seconds=300)
    asked = await both_ways.say(f"{BOT} truck-42")

    assert [asked.ts] == [message.thread_ts for message in both_ways.slack.seen_by("ana")]


async def test_after_a_restart_nothing_is_answered_again(tmp_path):
    """The store remembers what was answered, for another process too."""
    async with whole_bot(data_dir=tmp_path) as first:
        asked = await first.say(f"{BOT} truck-42")
        (event,) = first.slack.api.dispatcher.events.values()
        assert 1 == len(replies(first, asked.ts))
    async with whole_bot(data_dir=tmp_path) as second:
        event["event_id"] = "EvAGAIN"
        await second.slack.api.hand_over("events_api", event)
        await second.settle()

        assert () == second.slack.seen_by("ana")


async def test_a_store_that_is_down_blocks_no_answer(dispatch_with, whole):
    """Without the store this process alone remembers, and answers."""

    class Down:
        async def claim(self, _key, _within, *_owed):
            await asyncio.Event().wait()

    dispatch = dispatch_with(
        deduplication=Deduplication(RecentIds(whole.bot.services.clock), Down())
    )
    ts = f"{whole.bot.services.clock.now().timestamp():.6f}"
    mention = {"type": "app_mention", "text": f"{BOT} truck-42", "team": "T0ACMEIOT"}
    for _ in range(2):
        await dispatch.event(mention | BY_ANA | {"ts": ts, "event_ts": ts})
    await whole.settle()

    assert 1 == len(whole.slack.seen_by("ana"))


async def test_who_may_not_ask_is_told_alone():
    """A refused mention gets a sentence that nobody else sees; a refused remark gets nothing."""
    async with whole_bot(allowed_users="U0BEN0001") as strict:
        strict.slack.api.scopes |= HISTORY
        await strict.say(f"{BOT} truck-42")
        await strict.say("truck-42 is odd")

        (answer,) = strict.slack.seen_by("ana")
        assert ("You are not on my list" in answer.text, answer.ephemeral_to) == (True, "U0ANA0001")
        assert () == strict.slack.seen_by("ben")


async def test_a_channel_that_takes_no_answers_is_answered_directly(whole):
    """Where the bot may not post for all, the asker reads it alone."""
    whole.slack.api.faults.fail("chat.postMessage", "restricted_action")
    await whole.say(f"{BOT} truck-42")

    (answer,) = whole.slack.seen_by("ana")
    assert ("truck-42 is" in answer.text, answer.ephemeral_to) == (True, "U0ANA0001")


async def test_the_ack_waits_for_nobody(whole):
    """KORE, the store and Slack are asked after the ack."""
    whole.kore.faults.add(late(0.5, times=None))
    await whole.slack.workspace.say("ana", "#fleet-ops", f"{BOT} truck-42")
    await whole.slack.api.dispatcher.settled()
    before = len(whole.slack.seen_by("ana"))
    await whole.settle()

    assert (0, 1) == (before, len(whole.slack.seen_by("ana")))


async def test_many_sims_in_a_mention_become_one_table(both_ways):
    """What they have in common is the first sentence, in the thread, for all to see."""
    asked = await both_ways.say(f"{BOT} {WELLS}")

    (answer,) = replies(both_ways, asked.ts, user="ben")
    assert "3 of 5 SIMs are down in one outage (Telcel" in answer.text
    assert "data_table" in [block["type"] for block in answer.blocks]


async def test_a_pick_takes_the_place_of_the_question_for_all(whole):
    """Whoever knows which SIM was meant presses its name, and everybody reads the answer."""
    asked = await whole.say(f"{BOT} truk-42")
    await whole.click(replies(whole, asked.ts)[0], "truck-42", user="ben")

    (answer,) = whole.slack.seen_by("chloe")
    assert "truck-42 is" in answer.text
    assert "Share" not in str(answer.blocks)


async def test_all_of_a_message_is_read(whole):
    """What is forwarded, attached or pasted with a mention comes before what stands above it."""
    root = await whole.say("pump-7 is down", user="ben")
    forwarded = {"is_share": True, "message_blocks": [{"message": {"blocks": [SECTION]}}]}
    for text, more in (
        (f"{BOT} this one", {"attachments": (forwarded,)}),
        (BOT, {"attachments": ({"fallback": "truck-42 is offline"},)}),
        (BOT, {"files": ({"id": "F1", "name": "mail", "plain_text": "truck-42 fell silent"},)}),
    ):
        write = whole.slack.workspace.write
        asked = write("C0FLEETOP", "U0ANA0001", text, thread_ts=root.ts, **more)
        await whole.heard()

        answer = replies(whole, root.ts)[-1]
        assert ("truck-42 is" in answer.text, answer.ts > asked.ts) == (True, True), more


async def test_a_mention_that_comes_as_a_message_only_is_answered_once(dispatch, whole):
    """With files, or from another company, Slack may send no app_mention."""
    asked = await whole.say("wait", channel="#fleet-ops")
    event = BY_ANA | {"text": f"{BOT} truck-42", "ts": asked.ts, "event_ts": asked.ts}
    event |= {"subtype": "file_share", "files": [{"id": "F1", "name": "log.txt"}]}
    for kind in ("message", "message", "app_mention"):
        await dispatch.event(event | {"type": kind, "channel_type": "channel"})
    await whole.settle()

    assert 1 == len(replies(whole, asked.ts))


async def test_the_bots_own_words_are_not_looked_up(whole):
    """A thread in which it asked "did you mean truck-42?" names no SIM by that."""
    whole.slack.api.scopes |= HISTORY
    root = await whole.say(f"{BOT} truk-42")
    await whole.say(f"{BOT}", under=root.ts)

    assert ["Did you mean truck-42" in m.text for m in replies(whole, root.ts)] == [True, False]
    assert "I found no SIM in this thread" in replies(whole, root.ts)[-1].text


async def test_numbers_that_are_no_sims_say_what_they_are(whole):
    """Alone they are the answer; beside a SIM they are a line under it."""
    for text, says in (
        ("is imsi 310260123456789 down?", "is an IMSI, which KORE cannot be asked for"),
        ("310260123456789", "is an IMSI, which KORE cannot be asked for"),
        ("imei 01493100012970", "an IMEI without its check digit, and I have seen no SIM in"),
        ("8.96529E+19", "a spreadsheet has rounded"),
        ("truck-42 310260123456789", "is an IMSI, which KORE cannot be asked for"),
    ):
        asked = await whole.say(f"{BOT} {text}")

        (answer,) = replies(whole, asked.ts)
        assert says in f"{answer.text} {answer.blocks}", text


async def test_a_question_deleted_meanwhile_is_answered_to_the_asker_alone(whole):
    """Slack would put the answer into the channel: it is taken back."""
    whole.kore.faults.add(late(0.3, times=None))
    asked = await whole.slack.workspace.say("ana", "#fleet-ops", f"{BOT} truck-42")
    await whole.slack.api.dispatcher.settled()
    await whole.slack.workspace.delete("ana", asked.ts)
    await whole.settle()

    (answer,) = whole.slack.seen_by("ana")
    assert ("truck-42 is" in answer.text, answer.ephemeral_to) == (True, "U0ANA0001")
    assert () == whole.slack.seen_by("ben")


async def test_an_unknown_name_among_numbers_is_said(whole):
    """It may be a site or a ticket, so it is no row of the answer, and is not dropped either."""
    whole.kore.add({"sid": SID, "status": "active", "unique_name": "spare", "iccid": ICCID})
    for numbers in (SID, f"{ICCID}, 356938035643809"):
        (answer,) = replies(whole, (await whole.say(f"{BOT} {numbers}, ABC-1")).ts)

        assert 1 == f"{answer.blocks}".count("No SIM is called `ABC-1`.")


async def test_half_a_character_is_answered(whole, dispatch):
    """What JSON can write and nothing else can take costs nobody their answer."""
    event = BY_ANA | {"type": "app_mention", "text": "<@U0SIMSESS> truck-\ud800"}
    await dispatch.event(event | {"ts": f"{time.time():.6f}"}, event_time=int(time.time()))
    await whole.settle()

    assert "truck-" in whole.answer().text


async def test_a_message_without_a_sim_says_so(whole):
    """What is forwarded, or written, and names none is not answered with help."""
    nothing = {"is_share": True, "text": "all quiet"}
    for text, more, says in (
        (BOT, {"attachments": (nothing,)}, "I found no SIM in that message"),
        (f"{BOT} order 014931000129700 is late", {}, "the word order before it"),
        (f"{BOT} {'x' * 5_000} truck-42", {}, "only the first 40,000 characters"),
    ):
        asked = whole.slack.workspace.write("C0FLEETOP", "U0ANA0001", text, **more)
        await whole.heard()

        (answer,) = replies(whole, asked.ts)
        assert says in answer.text, text


async def test_the_imei_of_the_same_device_is_not_left_out(whole):
    """It names the SIM as well: nothing is said of it."""
    asked = await whole.say(f"{BOT} truck-42 imei 356938035643809")

    (answer,) = replies(whole, asked.ts)
    assert ("truck-42 is" in answer.text, "left out" in str(answer.blocks)) == (True, False)
