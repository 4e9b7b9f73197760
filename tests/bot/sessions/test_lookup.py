import asyncio
import json
from datetime import datetime, timedelta

import pytest

from bot.diagnosis.evidence import State
from bot.diagnosis.thresholds import Thresholds
from bot.emulators.kore.faults import Fault, broken
from bot.errors import BotError, NotASim, SimNotFound, SuperSim
from bot.kore.cache import Fetched
from bot.kore.errors import KoreDenied, KoreUnavailable
from bot.sessions.fetch import Allowance, SimData
from bot.sessions.lookup import Judge
from tests.bot.diagnosis.cases import H, a_plan, ago, still_open
from tests.bot.sessions.conftest import CLOSED, OPEN, SIM, paths, rules
from tests.builders import ICCID, IMEI, NOON, SID, a_sim

DENIED = Fault("/Sims", None, status=403, body='{"message":"no","error":"no scope"}')


@pytest.mark.parametrize("text", [SID, "pump-7", ICCID, f" `{SID}` "])
async def test_a_sim_is_reported_by_any_of_its_names(lookup, text):
    """SID, unique name and ICCID give the same report, with the question as it was asked."""
    report = await lookup.look_up(text)

    assert (text, SID, State.ONLINE) == (report.query, report.sim.sid, report.state)
    assert [("healthy", "info")] == rules(report)
    assert 2 == len(report.sessions) == report.summary.sessions
    assert report.last_session is report.sessions[0]
    assert datetime.fromisoformat("2026-01-05T09:00:00Z") == report.since
    assert not report.stale
    assert report.problem is None


async def test_with_a_known_sid_all_is_asked_side_by_side(lookup, gate, api):
    """The sessions are asked for while the SIM has not answered yet."""
    gate.held = SID
    asking = asyncio.create_task(lookup.look_up(SID))
    await gate.until(2)
    gate.open()

    assert {f"/v1/Sims/{SID}", f"/v1/Sims/{SID}/DataSessions"} == set(gate.waited_for)
    assert State.ONLINE is (await asking).state


async def test_a_second_look_asks_nobody(lookup, api):
    """What was read a moment ago is not asked for again, unless a fresh look is wanted."""
    await lookup.look_up(SID)
    asked = len(paths(api))
    await lookup.look_up("pump-7")
    again = len(paths(api))
    await lookup.look_up(SID, fresh=True)

    assert asked == again
    assert sorted(paths(api)[:asked]) == sorted(paths(api)[again:])


async def test_rows_are_cleaned(lookup, api):
    """Rows without start are left out, copies are one, and order is ours."""
    api.add(SIM, [CLOSED, OPEN | {"start": None}, OPEN, OPEN | {"last_updated": None}, CLOSED])
    report = await lookup.look_up(SID)

    assert [True, False] == [session.end is None for session in report.sessions]
    assert State.ONLINE is report.state


async def test_rows_that_cannot_be_read_are_counted(lookup, api):
    """An odd row is skipped, counted, and keeps nothing from the others."""
    api.add(SIM, [CLOSED, OPEN | {"start": "yesterday"}, OPEN])
    report = await lookup.look_up(SID)

    assert (1, 2, State.ONLINE) == (report.skipped_rows, len(report.sessions), report.state)


async def test_only_unreadable_rows_are_not_an_empty_window(lookup, api):
    """Where KORE sends rows and none can be read the state is unknown, not never seen."""
    api.add(SIM, [OPEN | {"start": "yesterday"}])
    report = await lookup.look_up(SID)

    assert (State.UNKNOWN, None, None) == (report.state, report.sessions, report.summary)
    assert "1 row" in report.problem
    assert [] == rules(report)


async def test_unreadable_sessions_leave_a_verdict(lookup, api):
    """When the SIM can be read and its sessions cannot, the report says so and what is known."""
    api.add(SIM | {"status": "ready"})
    api.faults.add(broken(503, "DataSessions", times=None))
    report = await lookup.look_up(SID)

    assert (State.UNKNOWN, None, None) == (report.state, report.sessions, report.last_session)
    assert "KORE is down (HTTP 503). Try again in a minute." == report.problem
    assert [("ready_will_bill", "info")] == rules(report)


async def test_the_sim_s_error_wins(lookup, api):
    """When both fail the error is the SIM's."""
    api.faults.add(broken(500, "DataSessions", times=None), DENIED)

    with pytest.raises(KoreDenied):
        await lookup.look_up(SID)


SUPER = "HS" + "0" * 32
NO_SIMS = [("", NotASim), (SUPER, SuperSim), ("DE" + "9" * 32, SimNotFound), ("x-1", SimNotFound)]


@pytest.mark.parametrize(("text", "error"), NO_SIMS)
async def test_without_a_sim_there_is_no_report(lookup, text, error):
    """What names no SIM, or one that is not there, is an error that says so."""
    with pytest.raises(error):
        await lookup.look_up(text)


async def test_a_stale_part_makes_a_stale_report(lookup, api, clock):
    """When KORE does not answer any more the report is the old one, and says how old."""
    first = await lookup.look_up(SID)
    clock.move(600)
    api.faults.add(broken(503, times=None))
    report = await lookup.look_up(SID)

    assert report.stale
    assert first.as_of == report.as_of
    assert timedelta(seconds=600) <= report.made_at - report.as_of
    assert [] == rules(report)  # that all was well then is no verdict on now


async def test_as_of_is_that_of_the_oldest_part(lookup, clock):
    """A report is as old as the older of SIM and sessions."""
    first = await lookup.look_up(SID)
    clock.move(45)
    report = await lookup.look_up(SID)

    assert first.as_of == report.as_of
    assert not report.stale


async def test_thresholds_are_passed_on(open_lookup, api):
    """Another threshold makes another state."""
    strict = open_lookup(stale_after=timedelta(seconds=30))
    report = await strict.look_up(SID)

    assert State.STALE is report.state
    assert [] == rules(report)


async def test_a_device_that_was_seen_is_known_by_its_imei(lookup):
    """Sessions that were read tell which SIM it means, also those of others that are asked for."""
    answers = await lookup.look_up_many([IMEI, SID, "356938035643809"])
    report = await lookup.look_up(IMEI)

    assert [SID, SID, SID] == [each.sim.sid for each in (*answers[:2], report)]
    assert isinstance(answers[2], SimNotFound)


async def test_an_asker_who_leaves_leaves_nothing_running(lookup, gate):
    """A look-up that is cancelled ends at once."""
    gate.held = SID
    asking = asyncio.create_task(lookup.look_up(SID))
    await gate.until(1)
    asking.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asking


GHOST = OPEN | {
    "start": "2026-01-05T01:00:00Z",
    "last_updated": "2026-01-05T07:00:00Z",
    "packets_uploaded": 90_000,
    "imei": None,
}


async def test_several_are_answered_in_the_order_asked(lookup):
    """Each text has its answer in its place, an error where there is no report."""
    answers = await lookup.look_up_many(["pump-7", SUPER, SID, "pump-8", SID])

    sids = [getattr(getattr(answer, "sim", None), "sid", None) for answer in answers]
    assert [SID, None, SID, None, SID] == sids
    assert [SuperSim, SimNotFound] == [type(answers[place]) for place in (1, 3)]
    assert [] == await lookup.look_up_many([])


async def test_one_failure_keeps_nothing_from_the_others(lookup, api):
    """A SIM that KORE refuses to show leaves the others their reports."""
    other = "DE" + "7" * 32
    api.add(SIM | {"sid": other, "unique_name": "pump-9"})
    api.faults.add(broken(503, f"Sims/{other}", times=None))
    broken_one, fine = await lookup.look_up_many([other, SID])

    assert isinstance(broken_one, KoreUnavailable)
    assert State.ONLINE is fine.state


async def test_sims_lost_together_say_so(lookup, api):
    """Three SIMs lost at once on one network share an outage; a SIM named twice counts once."""
    names = ["pump-7", "pump-8", "pump-9"]
    for number, name in enumerate(names):
        sid = f"DE{number:032}"
        api.add(SIM | {"sid": sid, "unique_name": name}, [GHOST | {"sim_sid": sid}])

    two = await lookup.look_up_many([names[0], names[1], names[0]])
    three = await lookup.look_up_many([*names, "nobody"])

    assert [[("ghost_session", "warning")]] * 3 == list(map(rules, two))
    outage = [("common_outage", "critical"), ("ghost_session", "warning")]
    assert [outage] * 3 == list(map(rules, three[:3]))
    assert isinstance(three[3], BotError)


async def test_many_more_than_are_asked_at_once_come_back(lookup, api):
    """More SIMs than are read at once all have their answers, in order."""
    sids = [f"DE{number:032}" for number in range(70)]
    for sid in sids:
        api.add(SIM | {"sid": sid, "unique_name": None}, [OPEN | {"sim_sid": sid}])

    assert sids == [report.sim.sid for report in await lookup.look_up_many(sids)]


async def test_thousands_can_keep_their_newest_session_only(lookup):
    """Where memory counts, a report keeps its newest session, its summary and its findings."""
    (report,) = await lookup.look_up_many([SID], newest_only=True)

    assert (1, 2) == (len(report.sessions), report.summary.sessions)
    assert [("healthy", "info")] == rules(report)


async def test_a_fault_of_ours_in_one_leaves_the_others(open_lookup, api, caplog):
    """A report that breaks is logged, is an error in its place, and costs nobody else theirs."""
    api.add(SIM | {"sid": "DE" + "7" * 32, "unique_name": "pump-9"}, [OPEN | {"start": "9999"}])
    lookup = open_lookup(stale_after="not a duration")
    online, empty = await lookup.look_up_many([SID, "DE" + "7" * 32])

    assert BotError is type(online)
    assert "report-broke" in caplog.messages
    assert "DE" + "7" * 32 == empty.sim.sid


async def test_each_is_told_as_soon_as_it_is_read(lookup, api):
    """Reports and errors come with their places, and who counts them hears of each."""
    told, done = {}, []

    answers = await lookup.look_up_many(
        ["nobody", SID], on_answer=told.__setitem__, done=lambda: done.append("done")
    )

    assert ({0, 1}, ["done"] * 2) == (set(told), done)
    assert answers[0] is told[0]
    assert (SID, answers[1].state) == (told[1].sim.sid, told[1].state)


async def test_a_listener_that_breaks_costs_nobody_the_answer(lookup):
    """What goes wrong with telling is not the look-up's fault."""

    def broken_listener(_place, _answer):
        msg = "a fault of ours"
        raise RuntimeError(msg)

    (answer,) = await lookup.look_up_many([SID], on_answer=broken_listener)

    assert State.ONLINE is answer.state


JUDGE = Judge(Thresholds())
OLD, OLDER = ago(5), ago(9)


def a_read(*rows, sim=None, **told):
    """Return a SIM with these rows as they were read."""
    sessions = Fetched(rows, OLDER, **told)
    return SimData("pump-7", Fetched(sim or a_sim(), OLD), sessions, None)


def test_a_report_has_all_that_was_read():
    """State, rows newest first, summary, findings and the plan stand in the report."""
    plan = a_plan(data_enabled=False)
    read = a_read(still_open(3 * H, 2 * H), still_open(H))
    report = JUDGE.report(read, Allowance(rate_plan=plan), NOON)

    assert (State.ONLINE, ago(H), 2) == (report.state, report.since, report.summary.sessions)
    assert [ago(H), ago(3 * H)] == [session.start for session in report.sessions]
    assert ("plan_blocks_data", "critical") == rules(report)[0]
    assert plan is report.rate_plan


def test_a_report_is_as_old_as_its_oldest_part():
    """Age, staleness and skipped rows are those of SIM and sessions together."""
    report = JUDGE.report(a_read(still_open(H), stale=True, skipped_rows=2), Allowance(), NOON)

    assert (OLDER, NOON) == (report.as_of, report.made_at)
    assert (True, 2) == (report.stale, report.skipped_rows)


def test_sessions_that_failed_leave_the_age_of_the_sim():
    """Without sessions the report is as old as the SIM, and says why there are none."""
    read = SimData("pump-7", Fetched(a_sim(), OLD), KoreUnavailable("down"), None)
    report = JUDGE.report(read, Allowance(), NOON)

    assert (OLD, None, None) == (report.as_of, report.sessions, report.summary)
    assert "down. Try again in a minute." == report.problem


def lost(number, minutes, plan=None):
    """Return the report on a SIM that was lost so many minutes ago."""
    read = a_read(
        still_open(9 * H, minutes, imei=None, packets_uploaded=90_000),
        sim=a_sim(sid=f"DE{number:032}", rate_plan_sid="WP1"),
    )
    return JUDGE.report(read, Allowance(rate_plan=plan), NOON)


def test_together_they_tell_more():
    """What shows over several SIMs is added to those concerned; errors stay in their places."""
    online = JUDGE.report(a_read(still_open(H)), Allowance(), NOON)
    error = BotError()
    told = JUDGE.together([lost(7, 300), error, lost(8, 301), online, lost(9, 302)])

    outages = ["common_outage" in {f.rule for f in getattr(each, "findings", ())} for each in told]
    assert [True, False, True, False, True] == outages
    assert error is told[1]
    assert online == told[3]
    assert SID == told[3].sim.sid


def test_those_of_one_plan_share_it_whoever_knows_its_name():
    """KORE told the name with one of them only: they are of that plan, and others are not."""
    others = [a_sim(sid=f"DE{number:032}", rate_plan_sid="WP2") for number in range(20, 60)]
    well = [JUDGE.report(a_read(still_open(H), sim=sim), Allowance(), NOON) for sim in others]
    plan = a_plan(sid="WP1", unique_name="north")
    told = JUDGE.together([lost(7, 300), lost(8, 301, plan), lost(9, 302), *well])

    assert ("rate plan", "north") == tuple(
        told[0].findings[0].evidence[k] for k in ("trait", "value")
    )


def test_the_judge_s_thresholds_hold():
    """What is stale depends on the thresholds that the judge was given."""
    patient = Judge(Thresholds(stale_after=timedelta(hours=9)))

    assert State.ONLINE is patient.report(a_read(still_open(9 * H, 8 * H)), Allowance(), NOON).state


async def test_rows_of_another_sim_are_left_out_and_counted(lookup, api):
    """What KORE mixes in is nobody's news; a SID is the same in any case."""
    other = OPEN | {"sim_sid": "DE" + "9" * 32}
    api.add(SIM, [other, CLOSED | {"sim_sid": SID.lower()}])
    report = await lookup.look_up(SID)

    assert (1, 1) == (len(report.sessions), report.skipped_rows)
    assert report.state is not State.ONLINE


async def test_a_question_reads_so_much_and_no_more(lookup, api):
    """Over its limit of bytes or pages the rest says so; the next question begins anew."""
    sids = [SID[:-2] + f"{number:02}" for number in range(12)]
    for sid in sids:
        api.add(SIM | {"sid": sid, "unique_name": sid, "rate_plan_sid": None}, [])
    huge = json.dumps(
        {"data_sessions": [OPEN | {"sim_sid": None, "pad": "x" * (7 << 20)}], "meta": {}}
    )
    api.faults.add(Fault("DataSessions", status=200, body=huge, times=12))

    reports = await lookup.look_up_many(sids)
    again = await lookup.look_up(sids[-1], fresh=True)

    problems = [report.problem for report in reports if report.problem]
    assert ["KORE sends more than one question may read. Ask for fewer SIMs."] * 2 == problems
    assert not again.problem
