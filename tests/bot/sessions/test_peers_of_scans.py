"""The SIMs of the last scan, with which others are compared."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.diagnosis.contrast import Trait
from bot.diagnosis.evidence import State
from bot.diagnosis.rules.common_outage import traits_of
from bot.sessions import peers as of_peers
from bot.sessions.peers import ScanPeers
from bot.sessions.report import case_of
from bot.sessions.snapshot import snapshot_of
from bot.store.digest_runs import PREVIEW, SHARED, DigestRuns, RunStage
from bot.store.scans import ScanRow, ScanRows
from bot.struct import replace
from tests.bot.blocks.reports import a_report
from tests.builders import a_session, a_sim


@pytest.fixture
def keep(database):
    """Return a function that keeps a run with these rows."""

    async def keep(due, *rows, of="s", stage=RunStage.POSTED):
        runs = DigestRuns(database)
        run = await runs.begin(of, due, f"job{due}")
        async with database.write() as tx:
            await ScanRows(database).add(run.id, rows, tx)
        await runs.change(run.id, stage, has_rows=True)
        return run

    return keep


@pytest.fixture
def scan(database, clock):
    clock.time = datetime.now(UTC)  # the database's own clock says when a run began
    return ScanPeers(DigestRuns(database), ScanRows(database), clock)


def a_row(report, ago=timedelta(0), **changes):
    """Return the row of a report that was read so long ago."""
    seen = replace(snapshot_of(report), as_of=datetime.now(UTC) - ago)
    plain = ScanRow(report.sim.sid, report.state.value, 0, 1, seen.to_json())
    return replace(plain, **changes)


async def test_they_are_those_of_the_newest_scan(scan, keep, clock):
    """Each as the rule would compare it; one that could not be read is not among them."""
    session = a_session(imei="014931000129700", operator_mcc="310", operator_mnc="26")
    report = a_report(sim=a_sim(rate_plan_sid="WP1"), sessions=(session,), state=State.ONLINE)
    await keep(1.0, a_row(report, sid="DE0"))
    await keep(2.0, a_row(report), a_row(report, sid="DE2", fault="why"))
    peers = await scan.peers()
    (peer,) = peers.values()

    assert [report.sim.sid] == list(peers)
    assert traits_of(case_of(report)) == peer.traits
    assert (True, None) == (peer.is_online, peer.lost_at)
    assert Trait.CELL in peer.traits


async def test_it_is_read_again_after_a_while(scan, keep, clock):
    """A new scan counts seconds later; one of long ago counts no more."""
    report = a_report()
    none = await scan.peers()
    await keep(1.0, a_row(report, sid="DE1", state="stale", lost_at=5.0))
    at_once = await scan.peers()
    clock.move(11)
    later = await scan.peers()
    clock.move(timedelta(days=3).total_seconds())
    long_after = await scan.peers()

    assert [{}, {}, {}] == [none, at_once, long_after]
    assert [("DE1", 5.0, False)] == [
        (sid, peer.lost_at, peer.is_online) for sid, peer in later.items()
    ]


async def test_what_an_alert_scanned_counts_too(scan, keep, clock, database):
    """Also while it is scanned anew; of a SIM that several saw the last look counts."""
    runs, report = DigestRuns(database), a_report(state=State.ONLINE)
    hour = timedelta(hours=1)
    await keep(1.0, *(a_row(report, hour, sid=sid) for sid in ("DE1", "DE2")))
    rows = [a_row(report, sid="DE2", lost_at=5.0), a_row(report, 49 * hour, sid="DE4")]
    alert = await keep(0.0, *rows, of=f"{SHARED}a", stage=RunStage.SKIPPED)
    await keep(3.0, a_row(report, sid="DE3"), of=f"{PREVIEW}x", stage=RunStage.SKIPPED)
    first = dict(await scan.peers())
    assert await runs.restart(alert, "job")
    clock.move(11)

    assert {"DE1": None, "DE2": 5.0} == {sid: peer.lost_at for sid, peer in first.items()}
    assert first["DE2"].as_of - first["DE1"].as_of >= hour
    assert first == await scan.peers()


async def test_after_a_restart_a_scan_under_way_is_read_at_once(scan, keep, database):
    """It has the rows of the last time, and may be the only one."""
    alert = await keep(0.0, a_row(a_report()), of=f"{SHARED}a", stage=RunStage.SKIPPED)
    assert await DigestRuns(database).restart(alert, "job")

    assert len(await scan.peers()) == 1


async def test_what_ended_between_two_questions_counts(scan, keep, clock, database):
    """Also where the next one is under way whenever somebody asks, and then its end."""
    runs, rows, name, report = DigestRuns(database), ScanRows(database), f"{SHARED}a", a_report()
    await keep(0.0, a_row(report, sid="DE0"), of=name, stage=RunStage.SKIPPED)
    seen = [{*await scan.peers()}]

    async def scans(sid, *, begins_anew):
        run = await runs.last(name)
        async with database.write() as tx:
            await rows.add(run.id, [a_row(report, sid=sid)], tx)
        await runs.change(run.id, RunStage.SKIPPED)
        if begins_anew:
            assert await runs.restart(await runs.last(name), f"after {sid}")
        clock.move(11)
        seen.append({*await scan.peers()})

    await scans("DE1", begins_anew=True)
    await scans("DE2", begins_anew=True)
    await scans("DE3", begins_anew=False)

    assert [1, 2, 3, 4] == [len(each) for each in seen]


async def test_what_became_too_old_since_it_was_read_counts_no_more(scan, keep, clock):
    """Also where no other scan has ended since then."""
    await keep(1.0, a_row(a_report(), timedelta(hours=47), sid="DE1"), a_row(a_report(), sid="DE2"))
    first = {*await scan.peers()}
    clock.move(timedelta(hours=2).total_seconds())

    assert [{"DE1", "DE2"}, {"DE2"}] == [first, {*await scan.peers()}]


async def test_a_great_fleet_does_not_fill_the_memory(scan, keep, monkeypatch):
    """Of more SIMs than are kept the first pages are enough."""
    monkeypatch.setattr(of_peers, "MOST_PEERS", 3)
    report = a_report()
    await keep(1.0, *(a_row(report, sid=f"DE{number:04}") for number in range(600)))

    assert len(await scan.peers()) == 3
