"""SIMs asked and judged in the background, at KORE's stand-in."""

from datetime import timedelta

import pytest

from bot.diagnosis.thresholds import Thresholds
from bot.digests import scan
from bot.digests.days import day_number
from bot.digests.months import unpacked
from bot.digests.scan import Scanner, judged
from bot.errors import Restarting
from bot.kore.errors import KoreUnavailable
from bot.ops.off_loop import OffLoop
from bot.sandbox.kore_api.api import KoreApi
from bot.sandbox.kore_api.faults import Fault
from bot.sessions.lookup import SessionLookup
from bot.sessions.snapshot import Snapshot, snapshot_of
from bot.sessions.verdict import Judge
from bot.sims.directory import SimDirectory
from bot.sims.resolver import SimResolver

DAY = timedelta(days=1)


@pytest.fixture
def api(clock):
    """All the stories."""
    return KoreApi(clock)


@pytest.fixture
async def off_loop():
    opened = OffLoop()
    yield opened
    await opened.aclose()


@pytest.fixture
def scanner(kore, clock, off_loop):
    return Scanner(kore, Judge(Thresholds()), clock, off_loop, at_once=5)


@pytest.fixture
async def sims(kore):
    return [sim async for sim in kore.sims()]


def told(snapshot):
    """Give what a scan and a look-up must agree on; a scan does not know of a limit at hand."""
    unsure = {"data_limit", "healthy"}
    findings = [(f.rule, f.severity) for f in snapshot.findings if f.rule not in unsure]
    return snapshot.sid, snapshot.state, snapshot.network, snapshot.imei14, findings


async def test_a_scan_judges_as_a_look_up_does(scanner, sims, kore, clock):
    """
    For every story state and findings are those that a person would be told.
    """
    scanned = await scanner.scan(sims, {})
    resolver = SimResolver(kore, SimDirectory(kore, clock), clock)
    lookup = SessionLookup(kore, resolver, clock, Thresholds())
    reports = {sim.sid: await lookup.look_up(sim.sid) for sim in sims}
    rows = {row.sid: Snapshot.from_json(row.row) for row in scanned.rows}

    assert [] == scanned.failures
    assert {sid: told(snapshot_of(report)) for sid, report in reports.items()} == {
        sid: told(snapshot) for sid, snapshot in rows.items()
    }


async def test_no_sim_is_lost_among_many_at_once(kore, api, clock, off_loop):
    """
    However answers come in between each other, each SIM has its row, or is a failure.
    """
    api.faults.latency = 0.01
    scanner = Scanner(kore, Judge(Thresholds()), clock, off_loop, at_once=20)
    sims = [sim async for sim in kore.sims()] * 3
    api.faults.add(Fault(path=f"{sims[5].sid}/DataSessions", times=1, status=503))
    scanned = await scanner.scan(sims, {})

    assert len(sims) == len(scanned.rows) + len(scanned.failures)
    assert {sim.sid for sim in sims} == {row.sid for row in scanned.rows}


async def test_an_answer_that_cannot_be_read_is_asked_for_again(scanner, sims, api):
    """
    A page that is broken once costs no SIM its row.
    """
    busy = {"status": 200, "body": "<html>busy</html>", "content_type": "text/html"}
    api.faults.add(Fault(path="DataSessions", times=1, **busy))
    scanned = await scanner.scan(sims[:3], {})

    assert ([], 3) == (scanned.failures, len(scanned.rows))


async def test_all_pages_of_a_long_history_count(scanner, kore, clock, api):
    """
    Where one page is not all of a SIM's sessions, the others are read too.
    """
    api.add(
        {"sid": "DE" + "7" * 32, "unique_name": "busy", "status": "active"},
        [
            {
                "start": f"{clock.now() - timedelta(minutes=n + 1):%Y-%m-%dT%H:%M:%SZ}",
                "end": f"{clock.now() - timedelta(minutes=n):%Y-%m-%dT%H:%M:%SZ}",
            }
            for n in range(1200)
        ],
    )
    busy = [sim async for sim in kore.sims() if sim.unique_name == "busy"]
    scanned = await scanner.scan(busy, {})
    today = unpacked(scanned.months[busy[0].sid])[day_number(clock.now())]

    assert 720 == today.sessions


async def test_one_request_a_sim(scanner, sims, api):
    """
    A scan asks for the sessions of each SIM, for each rate plan once, and for nothing else.
    """
    api.requests.clear()
    await scanner.scan(sims, {})
    asked = [each.path for each in api.requests if each.path.startswith("/v1")]
    plans = [path for path in asked if "RatePlans" in path]

    assert len(sims) == sum(path.endswith("/DataSessions") for path in asked)
    assert len(set(plans)) == len(plans)
    assert len(asked) == len(sims) + len(plans)


async def test_a_sim_that_fails_costs_the_others_nothing(scanner, sims, api):
    """
    A failure names its SIM and why; all others have their row.
    """
    api.faults.add(Fault(path=f"{sims[1].sid}/DataSessions", times=None, status=503))
    scanned = await scanner.scan(sims[:4], {})

    assert [(sims[1], KoreUnavailable)] == [(f.sim, type(f.error)) for f in scanned.failures]
    assert {sims[0].sid, sims[2].sid, sims[3].sid} == {row.sid for row in scanned.rows}


async def test_a_plan_that_fails_is_unknown(scanner, sims, api):
    """
    Without its rate plan a SIM is judged by what else is known.
    """
    api.faults.add(Fault(path="/v1/RatePlans", times=None, status=503))
    scanned = await scanner.scan(sims[:4], {})

    assert ([], 4) == (scanned.failures, len(scanned.rows))


async def test_days_are_learnt(scanner, sims, clock):
    """
    A first scan keeps the whole days of KORE's window; the next one only what may have changed.
    """
    first = (await scanner.scan(sims[:5], {})).months
    again = (await scanner.scan(sims[:5], first)).months
    today = day_number(clock.now())
    known = {sid: unpacked(months) for sid, months in first.items()}

    assert all(today in days for days in known.values())
    assert max(len(days) for days in known.values()) == 30
    assert all(len(months) == 1 for months in again.values())


async def test_a_long_history_is_judged_beside_the_loop(scanner, sims, off_loop, monkeypatch):
    """
    SIMs with very many sessions do not hold up whoever else waits: without the thread there is
    no verdict, and the whole chunk is done again elsewhere.
    """
    monkeypatch.setattr(scan, "LONG", 1)
    await off_loop.aclose()

    with pytest.raises(Restarting):
        await scanner.scan(sims, {})


async def test_a_fault_of_ours_costs_one_sim(scanner, sims, monkeypatch):
    """
    A SIM that cannot be judged is a failure; those judged with it have their rows.
    """

    def broken(judge, read, *more):
        if read.query == sims[2].sid:
            raise ZeroDivisionError
        return judged(judge, read, *more)

    monkeypatch.setattr(scan, "judged", broken)
    scanned = await scanner.scan(sims[:5], {})

    assert ([sims[2]], 4) == ([failure.sim for failure in scanned.failures], len(scanned.rows))


async def test_no_sims(scanner):
    """
    Nothing to ask is nothing found.
    """
    scanned = await scanner.scan([], {})

    assert ([], {}, []) == (scanned.rows, scanned.months, scanned.failures)
