"""Several SIMs in one text, by any way in."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest

from bot.blocks import ids
from bot.blocks.triage import triage_screen
from bot.emulators.kore.faults import broken, late
from bot.errors import BotError
from bot.sims.spotter import Spotted
from handlers.triage import TriageProgress, _show_often
from tests.builders import ICCID, IMEI
from tests.fakes import FakeClock
from tests.waiting import until
from tests.whole_bot import find_button, whole_bot

WELLS = "well-1\nwell-2\nwell-3\nwell-4\nwell-5"
BOT = "<@U0SIMSESS>"


def table_of(message):
    """The rows of a message's table, as text."""
    (table,) = [block for block in message.blocks if block["type"] == "data_table"]
    return [[cell["text"] for cell in row] for row in table["rows"]]


def labels_in(message):
    """What the menu of a message offers."""
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    menu = next(each for row in rows for each in row if each["type"] == "static_select")
    return [option["text"]["text"] for option in menu["options"]]


async def a_fleet(whole, count):
    """Add SIMs of no story, and give their SIDs."""
    sids = [f"DE{number:032x}" for number in range(1, count + 1)]
    for number, sid in enumerate(sids, start=1):
        whole.kore.add({"sid": sid, "unique_name": f"meter-{number}", "status": "active"})
    return sids


async def test_several_sims_behind_the_command_become_a_table(both_ways):
    """Only the asker sees it: the outage on top, the SIMs worst first."""
    await both_ways.type(WELLS)

    (answer,) = both_ways.slack.seen_by("ana")
    assert "3 of 5 SIMs are down in one outage (Telcel" in answer.text
    assert WELLS.split() == [row[0] for row in table_of(answer)[1:]]
    assert () == both_ways.slack.seen_by("ben")


async def test_what_cannot_be_read_stays_in_the_table(whole):
    """A misspelt name, a Super SIM and a number that is too short are rows with their reasons."""
    await whole.type(f"truck-42\ntruk-42\nHS{'0' * 32}\n8901 2600 1234")

    rows = {row[0]: row[2] for row in table_of(whole.answer())[1:]}
    assert 4 == len(rows)
    assert "no such SIM · did you mean truck-42?" == rows["truk-42"]
    assert "a Super SIM: KORE keeps no sessions of it" == rows["HS" + "0" * 25 + "…"]
    assert "no such SIM" in rows["8901 2600 1234"]


async def test_one_sim_by_two_names_is_one_answer(whole):
    """Its name and its SID are one SIM, answered as one."""
    sid = (await whole.view.sessions.look_up("truck-42")).sim.sid
    await whole.type(f"truck-42, {sid}")

    assert "truck-42 is" in whole.answer().text


async def test_the_numbers_of_a_sim_and_its_device_are_one_answer(whole):
    """Its ICCID and the IMEI that its sessions tell are joined once these are read."""
    (sid,) = await a_fleet(whole, 1)
    start = f"{datetime.now(UTC) - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    sim = {"sid": sid, "unique_name": "meter-1", "iccid": ICCID, "status": "active"}
    whole.kore.add(sim, [{"sim_sid": sid, "start": start, "end": start, "imei": IMEI}])
    await whole.type(f"{ICCID} {IMEI}")

    assert "meter-1 is offline" in whole.answer().text


async def test_a_kore_that_is_down_is_a_table_too(whole):
    """Every SIM has its row, and the first sentence says that none could be read."""
    await whole.type("truck-42")
    whole.kore.faults.add(broken(503, times=None))
    await whole.type(f"{'DE' + 'a' * 32} {'DE' + 'b' * 32}")

    answer = whole.answer()
    assert "None of 2 SIMs could be read" in answer.text
    assert {"KORE is down (HTTP 503)"} == {row[2] for row in table_of(answer)[1:]}


async def test_a_fleet_is_told_from_before_where_kore_is_down():
    """Why stands on top, of a question and of a pattern alike, and no state looks like news."""
    async with whole_bot(sims_ttl=0, sessions_ttl=0) as whole:
        asked = ("offline", "well-*", "dock*")
        for text in asked:
            await whole.type(text)
            assert "KORE is down" not in whole.answer().text
        whole.kore.faults.add(broken(503, times=None))
        for text in asked:
            await whole.type(text)
            old = whole.answer()

            assert "(HTTP 503)" in old.blocks[0]["text"]["text"], text
            assert re.search("the last answers? I have, read ", old.text), text
            assert all(row[1].endswith("(old)") for row in table_of(old)[1:]), text
            assert "No fault found" not in old.text, text


@pytest.mark.shows_progress
async def test_progress_is_one_message_that_becomes_the_answer(whole):
    """While KORE is slow the thread shows how far it is; in the end one message stands there."""
    sids = await a_fleet(whole, 40)
    whole.kore.faults.add(late(1.2, times=None))
    asked = await whole.slack.workspace.say("ana", "#fleet-ops", f"{BOT} {' '.join(sids)}")
    await whole.slack.api.dispatcher.settled()
    seen = []
    while len(whole.bot.services.tasks):
        seen += [message.text for message in whole.slack.seen_by("ana")][-1:]
        await asyncio.sleep(0.1)
    await whole.settle()

    (answer,) = whole.slack.seen_by("ben")
    assert asked.ts == answer.thread_ts
    assert any("Reading 40 SIMs" in text for text in seen)
    assert "No fault found in 40 SIMs" in answer.text or "40 SIMs" in answer.text
    assert 41 == len(table_of(answer))
    methods = whole.slack.methods()
    assert 1 == methods.count("chat.postMessage")
    assert methods.count("chat.update") >= 1


async def test_two_hundred_are_read_and_the_others_said(whole):
    """Of 230 SIMs 200 are in the table, and it says that 30 are not."""
    sids = await a_fleet(whole, 230)

    await whole.say(f"{BOT}\n" + "\n".join(sids))

    (answer,) = whole.slack.seen_by("ben")
    assert 201 == len(table_of(answer))
    assert "30 more SIMs over the limit not read" in str(answer.blocks)


async def test_details_open_beside_the_table_for_who_chose(both_ways):
    """The report comes to who chose it alone, and the table stays as it is."""
    asked = await both_ways.say(f"{BOT} {WELLS}")
    (table,) = both_ways.slack.seen_by("ben")
    await both_ways.click(table, labels_in(table)[1], user="ben")

    kept, details = both_ways.slack.seen_by("ben")
    assert (table.blocks, asked.ts) == (kept.blocks, details.thread_ts)
    assert ("well-2 " in details.text, bool(details.ephemeral_to)) == (True, True)
    assert 1 == len(both_ways.slack.seen_by("ana"))


async def test_the_file_holds_every_row(whole):
    """It comes to who clicked, directly."""
    whole.slack.api.scopes |= {"files:write", "files:read"}
    await whole.type(WELLS)
    table = whole.answer()
    await whole.click(table, "CSV file")

    files = [file for message in whole.slack.direct("ana") for file in message.files]
    content = whole.slack.workspace.files.get(files[0]["id"]).content.decode("utf-8-sig")
    assert 6 == len(content.strip().splitlines())
    assert "common_outage" in content


async def test_the_table_can_be_shared(whole):
    """Then everybody reads it, and it offers no sharing any more."""
    await whole.type(WELLS)
    await whole.click(whole.answer(), "Share to channel")

    (shared,) = whole.slack.seen_by("ben")
    assert "3 of 5 SIMs are down" in shared.text
    with pytest.raises(StopIteration):
        find_button(shared, "Share to channel")


async def test_who_is_on_it_stands_on_the_table_for_all(whole):
    """A click names its person there, the next asker sees it, and somebody else takes over."""
    await whole.say(f"{BOT} {WELLS}")
    table = whole.slack.seen_by("ana")[-1]
    await whole.click(table, "I'm on it", user="ben")

    ben, ana = (whole.slack.workspace.person(name).id for name in ("ben", "ana"))
    shown = next(m for m in whole.slack.seen_by("ana") if m.ts == table.ts)
    assert f"🙋 <@{ben}> has been on it since" in str(shown.blocks)
    assert table_of(table) == table_of(shown)

    await whole.type(WELLS)

    assert f"🙋 <@{ben}> has been on it since" in str(whole.answer().blocks)

    await whole.click(whole.answer(), "Take over")

    assert f"🙋 <@{ana}> is on it: 3 SIMs" == whole.slack.seen_by("ben")[-1].text


async def test_who_is_on_it_already_is_told_so_alone(whole):
    """Nothing changes, not even since when; an answer of their own does not offer it again."""
    await whole.say(f"{BOT} {WELLS}")
    table = whole.slack.seen_by("ana")[-1]
    await whole.click(table, "I'm on it", user="ben")
    shown = next(m for m in whole.slack.seen_by("ana") if m.ts == table.ts)
    sids = ids.PackedSims.from_value(find_button(shown, "Take over")[1]["value"]).sids
    owned = await whole.bot.services.owners.of(table.channel, sids)
    before = whole.slack.seen_by("ana")
    await whole.click(shown, "Take over", user="ben")

    assert "You are already on it, since " in whole.answer("ben").text
    assert before == whole.slack.seen_by("ana")
    assert owned == await whole.bot.services.owners.of(table.channel, sids)
    await whole.type(WELLS, user="ben")
    assert "has been on it" in str(whole.answer("ben").blocks)
    assert "Take over" not in str(whole.answer("ben").blocks)


async def test_a_forged_button_is_refused(whole):
    """What a button carries is read as strictly as what is typed."""
    await whole.type(WELLS)
    table = whole.answer()
    for count, (label, forged) in enumerate(
        (("CSV file", "{}"), ("CSV file", '{"packed":"!"}'), ("Share to channel", "x" * 2000)), 2
    ):
        await whole.click(table, label, value=forged)

        assert count == len(whole.slack.seen_by("ana")), forged
        assert "That button is from another version of me" in whole.answer().text, forged


async def test_a_workspace_that_knows_no_tables_reads_it_all_the_same(whole):
    """The table is drawn plainer there, progress and answer alike."""
    whole.slack.workspace.unknown_blocks |= {"data_table", "table"}
    await whole.say(f"{BOT} {WELLS}")

    (answer,) = whole.slack.seen_by("ben")
    assert {"section", "context", "actions"} == {block["type"] for block in answer.blocks}
    assert "well-5" in str(answer.blocks)


@pytest.mark.shows_progress
async def test_a_bot_that_is_stopped_leaves_what_it_has_read():
    """The message in the thread ends as a table, not as a promise."""
    async with whole_bot() as whole:
        sids = await a_fleet(whole, 40)
        whole.kore.faults.add(late(0.8, times=None))
        await whole.slack.workspace.say("ana", "#fleet-ops", f"{BOT} {' '.join(sids)}")
        await whole.slack.api.dispatcher.settled()
        await until(lambda: "chat.postMessage" in whole.slack.methods())
        await whole.bot.stop(2.5)

        table, said = whole.slack.seen_by("ben")
        assert "not read: I am being restarted" in str(table.blocks)
        assert "I am being restarted" in said.text


class Showings:
    """What is shown once, meanwhile."""

    def __init__(self):
        self.screens = []

    def pauses(self):
        return iter((1.5,))

    async def show(self, screen):
        self.screens.append(screen)


@pytest.mark.parametrize(("read", "shown"), [(1, 1), (2, 0)])
async def test_what_is_read_whole_is_shown_once(read, shown):
    """While the last touches are put to it, it is not shown: to the asker alone it would stay."""
    board, showings = TriageProgress(Spotted(("a", "b"), 2)), Showings()
    for number in range(read):
        board.add(number, BotError())
    await _show_often(board, showings, FakeClock(), triage_screen, stays=True)

    assert shown == len(showings.screens)


@pytest.mark.parametrize(
    ("read", "stays", "comes", "shown"),
    [(161, True, True, 0), (161, False, True, 1), (161, True, False, 1), (40, True, True, 1)],
)
async def test_what_would_stay_is_not_shown_just_before_the_answer(read, stays, comes, shown):
    """What is nearly read is waited for a moment, unless its answer takes the place of that."""
    board, showings, clock = TriageProgress(Spotted(("a",) * 169, 169)), Showings(), FakeClock()

    async def sleep(seconds):
        clock.slept.append(seconds)
        clock.move(seconds)
        for place in range(169 if comes and len(clock.slept) > 1 else read):
            board.add(place, BotError())

    clock.sleep = sleep
    await _show_often(board, showings, clock, triage_screen, stays=stays)

    assert shown == len(showings.screens)


@pytest.mark.shows_progress
@pytest.mark.parametrize("text", [WELLS, "well-* offline"], ids=["listed", "a question"])
async def test_what_stays_above_a_command_s_answer_is_one_true_line(whole, text):
    """Slack lets nothing take its place, so it shows no table, and says what follows."""
    whole.kore.faults.add(late(2.5, "/DataSessions", times=None))
    await whole.type(text)
    shown, answer = whole.slack.seen_by("ana")

    assert 1 == len(shown.blocks)
    assert "so far" not in shown.text
    assert shown.text.endswith(" 5 SIMs: the answer follows.")
    assert table_of(answer)


async def test_what_is_not_read_in_time_says_so(whole, monkeypatch):
    """A KORE too slow for all of them leaves rows that say so, and the others."""
    monkeypatch.setattr("handlers.triage.PATIENCE_SECONDS", 1.0)
    sids = await a_fleet(whole, 3)
    whole.kore.faults.add(late(3, f"Sims/{sids[0]}", times=None))
    await whole.type(" ".join(sids))

    verdicts = [row[2] for row in table_of(whole.answer())[1:]]
    assert 1 == verdicts.count("not read in time: ask again")
    assert 3 == len(verdicts)
