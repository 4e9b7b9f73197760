import asyncio
from datetime import datetime, timedelta

import pytest

from bot.diagnosis.state import State
from bot.kore.errors import KoreDenied, KoreUnavailable
from bot.sandbox.kore_api.faults import Fault, broken
from bot.sims.errors import NotASim, SimNotFound, SuperSim
from tests.bot.sessions.conftest import CLOSED, OPEN, SIM, paths, rules
from tests.builders import ICCID, SID

DENIED = Fault("/Sims", None, status=403, body='{"message":"no","error":"no scope"}')


@pytest.mark.parametrize("text", [SID, "pump-7", ICCID, f" `{SID}` "])
async def test_a_sim_is_reported_by_any_of_its_names(lookup, text):
    """
    SID, unique name and ICCID give the same report, with the question as it was asked.
    """
    report = await lookup.look_up(text)

    assert (text, SID, State.ONLINE) == (report.query, report.sim.sid, report.state)
    assert [("healthy", "info")] == rules(report)
    assert 2 == len(report.sessions) == report.summary.sessions
    assert report.last_session is report.sessions[0]
    assert datetime.fromisoformat("2026-01-05T09:00:00Z") == report.since
    assert not report.stale
    assert report.problem is None


async def test_with_a_known_sid_all_is_asked_side_by_side(lookup, gate, api):
    """
    The sessions are asked for while the SIM has not answered yet.
    """
    gate.held = SID
    asking = asyncio.create_task(lookup.look_up(SID))
    await gate.until(2)
    gate.open()

    assert {f"/v1/Sims/{SID}", f"/v1/Sims/{SID}/DataSessions"} == set(gate.waited_for)
    assert State.ONLINE is (await asking).state


async def test_a_second_look_asks_nobody(lookup, api):
    """
    What was read a moment ago is not asked for again, unless a fresh look is wanted.
    """
    await lookup.look_up(SID)
    asked = len(paths(api))
    await lookup.look_up("pump-7")
    again = len(paths(api))
    await lookup.look_up(SID, fresh=True)

    assert asked == again
    assert sorted(paths(api)[:asked]) == sorted(paths(api)[again:])


async def test_rows_are_cleaned(lookup, api):
    """
    Rows without start are left out, copies are one, and order is ours.
    """
    api.add(SIM, [CLOSED, OPEN | {"start": None}, OPEN, OPEN | {"last_updated": None}, CLOSED])
    report = await lookup.look_up(SID)

    assert [True, False] == [session.end is None for session in report.sessions]
    assert State.ONLINE is report.state


async def test_rows_that_cannot_be_read_are_counted(lookup, api):
    """
    An odd row is skipped, counted, and keeps nothing from the others.
    """
    api.add(SIM, [CLOSED, OPEN | {"start": "yesterday"}, OPEN])
    report = await lookup.look_up(SID)

    assert (1, 2, State.ONLINE) == (report.skipped_rows, len(report.sessions), report.state)


async def test_only_unreadable_rows_are_not_an_empty_window(lookup, api):
    """
    Where KORE sends rows and none can be read the state is unknown, not never seen.
    """
    api.add(SIM, [OPEN | {"start": "yesterday"}])
    report = await lookup.look_up(SID)

    assert (State.UNKNOWN, None, None) == (report.state, report.sessions, report.summary)
    assert "1 row" in report.problem
    assert [] == rules(report)


async def test_unreadable_sessions_leave_a_verdict(lookup, api):
    """
    When the SIM can be read and its sessions cannot, the report says so and what is known.
    """
    api.add(SIM | {"status": "ready"})
    api.faults.add(broken(503, "DataSessions", times=None))
    report = await lookup.look_up(SID)

    assert (State.UNKNOWN, None, None) == (report.state, report.sessions, report.last_session)
    assert KoreUnavailable.sentence == report.problem
    assert [("ready_will_bill", "info")] == rules(report)


async def test_the_sim_s_error_wins(lookup, api):
    """
    When both fail the error is the SIM's.
    """
    api.faults.add(broken(500, "DataSessions", times=None), DENIED)

    with pytest.raises(KoreDenied):
        await lookup.look_up(SID)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", NotASim),
        ("HS" + "0" * 32, SuperSim),
        ("DE" + "9" * 32, SimNotFound),
        ("x-1", SimNotFound),
    ],
)
async def test_without_a_sim_there_is_no_report(lookup, text, error):
    """
    What names no SIM, or one that is not there, is an error that says so.
    """
    with pytest.raises(error):
        await lookup.look_up(text)


async def test_a_stale_part_makes_a_stale_report(lookup, api, clock):
    """
    When KORE does not answer any more the report is the old one, and says how old.
    """
    first = await lookup.look_up(SID)
    clock.move(600)
    api.faults.add(broken(503, times=None))
    report = await lookup.look_up(SID)

    assert report.stale
    assert first.as_of == report.as_of
    assert timedelta(seconds=600) <= report.made_at - report.as_of


async def test_as_of_is_that_of_the_oldest_part(lookup, clock):
    """
    A report is as old as the older of SIM and sessions.
    """
    first = await lookup.look_up(SID)
    clock.move(45)
    report = await lookup.look_up(SID)

    assert first.as_of == report.as_of
    assert not report.stale


async def test_thresholds_are_passed_on(open_lookup, api):
    """
    Another threshold makes another verdict.
    """
    strict = open_lookup(stale_after=timedelta(seconds=30))
    report = await strict.look_up(SID)

    assert State.STALE is report.state
    assert [("ghost_session", "warning")] == rules(report)


async def test_a_device_that_was_seen_is_known_by_its_imei(lookup):
    """
    Sessions that were read tell which SIM an IMEI means.
    """
    await lookup.look_up(SID)
    report = await lookup.look_up("014931000129700")

    assert SID == report.sim.sid


async def test_an_asker_who_leaves_leaves_nothing_running(lookup, gate):
    """
    A look-up that is cancelled ends at once.
    """
    gate.held = SID
    asking = asyncio.create_task(lookup.look_up(SID))
    await gate.until(1)
    asking.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asking
