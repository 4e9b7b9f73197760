"""One chunk of a scan."""

from types import SimpleNamespace

import pytest

from bot.digests.days import Day, day_number, merged_months
from bot.digests.days import unpack_days as days_in
from bot.digests.fleet import pack_sims, unpack_sims
from bot.emulators.kore.faults import Fault
from bot.jobs.kinds import scan
from bot.jobs.kinds.digest import TIDY
from bot.jobs.kinds.scan import scan_chunk
from bot.store.digest_runs import RunStage
from bot.store.jobs import Job
from bot.store.scans import FAILED, ScanRow
from tests.builders import a_sim
from tests.databases import on_both
from tests.digest_rig import digesting, pumps

SIMS = tuple(a_sim(sid=f"DE{n:032x}", unique_name=f"pump-{n}") for n in range(3))


@pytest.fixture
async def rig(database):
    """Three SIMs in a chunk; the engine is not asked to do it."""
    async with digesting(database, stories=()) as rig:
        for sim in SIMS:
            rig.kore.add({"sid": sim.sid, "unique_name": sim.unique_name, "status": "active"})
        async with database.write() as tx:
            await rig.parts.fleet.chunks.add(1, 0, pack_sims(SIMS), tx)
        yield rig


async def done(rig, *, until=0.0, before=None, **memo):
    """Do the chunk once and write what came of it; give the outcome."""
    args = {"run": 1, "number": 0, "before": before, "until": until}
    job = Job("d/0", "scan_chunk", "running", args, memo, 1, 1, "d", 0.0, None, None)
    outcome = await scan_chunk.run(job, rig.parts)
    if outcome.write:
        async with rig.parts.fleet.database.write() as tx:
            await outcome.write(tx)
    return outcome


async def rows(rig):
    return {row.sid: row async for page in rig.parts.fleet.rows.every(1) for row in page}


async def left(rig):
    body = await rig.parts.fleet.chunks.find(1, 0)
    return [sim.sid for sim in unpack_sims(body)] if body else []


@on_both
async def test_a_chunk_leaves_rows_and_days_and_goes(rig):
    """With its end come a row and today for each SIM; a second try asks nobody anything."""
    outcome = await done(rig)
    days = [len(days_in(await rig.parts.fleet.days.of(sim.sid))) for sim in SIMS]
    rig.kore.requests.clear()
    again = await done(rig)

    assert ("done", []) == (outcome.state, await left(rig))
    assert {sim.sid for sim in SIMS} == set(await rows(rig))
    assert [30, 30, 30] == days
    assert ("done", 0) == (again.state, len(rig.kore.requests))


async def test_what_may_be_well_in_a_minute_is_asked_again(rig):
    """The rest of the chunk is safe already; only what failed is left of it."""
    rig.kore.faults.add(Fault(path=SIMS[1].sid, times=1, status=503))
    outcome = await done(rig)

    assert ("ready", {"tries": 1}) == (outcome.state, outcome.memo)
    assert [SIMS[1].sid] == await left(rig)
    assert {SIMS[0].sid, SIMS[2].sid} == set(await rows(rig))


@pytest.mark.parametrize(
    ("tries", "until", "state"), [(0, 0, "ready"), (2, 0, "done"), (2, 1e12, "done")]
)
async def test_how_long_one_sim_is_tried(rig, tries, until, state):
    """A SIM that always fails is tried a few times, and holds up no digest for its grace."""
    rig.kore.faults.add(Fault(path=SIMS[1].sid, times=None, status=500))

    assert state == (await done(rig, until=until, tries=tries)).state


@pytest.mark.parametrize(("until", "state"), [(0, "done"), (1e12, "ready")])
async def test_how_long_kore_is_waited_for(rig, database, until, state):
    """While all of KORE is down it is tried until the digest's grace is over."""
    many = tuple(a_sim(sid=f"DE{n:032x}", unique_name=f"pump-{n}") for n in range(20))
    async with database.write() as tx:
        await rig.parts.fleet.chunks.keep(1, 0, pack_sims(many), tx)
    rig.kore.faults.add(Fault(times=None, status=503))

    assert state == (await done(rig, until=until, tries=2)).state


@pytest.mark.parametrize(
    ("status", "about"), [(503, {"tries": 2}), (404, {"until": 1e12})], ids=["at last", "at once"]
)
async def test_a_failure_is_written_down(rig, status, about):
    """A SIM that never answers has a row that says why; one that KORE does not have, at once."""
    rig.kore.faults.add(Fault(path=SIMS[1].sid, times=None, status=status))
    outcome = await done(rig, **about)
    row = (await rows(rig))[SIMS[1].sid]
    counted = rig.parts.metrics.text().decode()

    assert ("done", FAILED, []) == (outcome.state, row.state, await left(rig))
    assert "KORE" in row.fault
    assert 'simsessions_scanned_sims_total{account="",outcome="read"} 2.0' in counted
    assert 'simsessions_scanned_sims_total{account="",outcome="failed"} 1.0' in counted


@on_both
async def test_a_failure_keeps_what_was_known(rig):
    """The row of a SIM that failed holds its snapshot of the run before."""
    await done(rig)
    before = (await rows(rig))[SIMS[1].sid]
    async with rig.parts.fleet.database.write() as tx:
        await rig.parts.fleet.rows.add(7, [before], tx)
        await rig.parts.fleet.chunks.add(1, 0, pack_sims(SIMS[1:2]), tx)
    rig.kore.faults.add(Fault(path=SIMS[1].sid, times=None, status=503))
    await done(rig, before=7, tries=2)
    now = (await rows(rig))[SIMS[1].sid]

    assert (FAILED, before.row, before.mark) == (now.state, now.row, now.mark)


DAY = 86_400.0


@pytest.fixture
async def tidy_rig(database, monkeypatch):
    """The engine, which drops three rows at a time."""
    monkeypatch.setattr(scan, "AT_ONCE", 3)
    async with digesting(database, stories=()) as tidy_rig:
        yield tidy_rig


async def ran(tidy_rig, ago, stage=RunStage.POSTED, rows=7):
    """Return a run of so many days ago that left rows."""
    fleet = tidy_rig.parts.fleet
    run = await fleet.runs.begin(pumps().id, tidy_rig.now - ago * DAY, f"job@{ago}")
    async with fleet.database.write() as tx:
        scanned = [ScanRow(f"DE{n}", "online", 0, 1, "{}") for n in range(rows)]
        await fleet.rows.add(run.id, scanned, tx)
        await fleet.chunks.add(run.id, 1, b"left", tx)
        await fleet.runs.change(run.id, stage, tx, has_rows=True)
    return run


async def found(tidy_rig, run):
    """Return a run as it stands now; None where it is gone."""
    return await tidy_rig.parts.fleet.runs.find(run.subscription, run.due)


async def tidied(tidy_rig):
    """Wait until there is nothing more to drop."""
    await tidy_rig.parts.queue.add(TIDY)
    while (await tidy_rig.job(TIDY.key)).due < tidy_rig.now + 60:
        await tidy_rig.pause()


async def kept(tidy_rig, run):
    """Count the rows of a run."""
    return sum([len(page) async for page in tidy_rig.parts.fleet.rows.every(run.id)])


@on_both
async def test_rows_of_the_last_two_runs_stay(tidy_rig):
    """Rows are kept to compare and to look at; those of older and failed runs go, chunks too."""
    await tidy_rig.parts.subscriptions.add(pumps())
    runs = [await ran(tidy_rig, ago) for ago in (3, 2, 1)]
    failed = await ran(tidy_rig, 0.5, RunStage.FAILED)
    await tidied(tidy_rig)

    assert [0, 7, 7, 0] == [await kept(tidy_rig, run) for run in (*runs, failed)]
    assert await tidy_rig.parts.fleet.chunks.find(failed.id, 1) is None
    assert not (await found(tidy_rig, failed)).has_rows


@on_both
async def test_rows_of_a_digest_that_was_removed_go(tidy_rig):
    """Nobody will compare with them any more."""
    run = await ran(tidy_rig, 1)
    await tidied(tidy_rig)

    assert 0 == await kept(tidy_rig, run)


@on_both
async def test_a_run_that_nobody_makes_any_more_is_ended(tidy_rig):
    """A run whose job is gone does not stand in the list of running ones for ever."""
    run = await ran(tidy_rig, 1, RunStage.SCANNING)
    await tidied(tidy_rig)
    ended = await found(tidy_rig, run)

    assert (RunStage.FAILED, scan.LOST) == (ended.stage, ended.why)


class LateQueue:
    """A queue that answers only once somebody else has ended the run."""

    def __init__(self, runs, run):
        self.runs, self.run = runs, run

    async def get(self, key):
        await self.runs.change(self.run.id, RunStage.POSTED, ts="1.2")


@on_both
async def test_a_run_that_ends_meanwhile_keeps_its_end(tidy_rig):
    """What was posted between the two looks at a run and its job was not lost."""
    runs = tidy_rig.parts.fleet.runs
    run = await ran(tidy_rig, 1, RunStage.SCANNING)
    late = SimpleNamespace(fleet=tidy_rig.parts.fleet, queue=LateQueue(runs, run))
    await scan._end_if_lost(await found(tidy_rig, run), late)
    ended = await found(tidy_rig, run)

    assert (RunStage.POSTED, None) == (ended.stage, ended.why)


@on_both
async def test_what_is_older_than_the_retention_goes(tidy_rig):
    """Days and runs are kept as long as it is set, and then dropped."""
    today, fleet = day_number(tidy_rig.parts.clock.now()), tidy_rig.parts.fleet
    async with fleet.database.write() as tx:
        days = {today - ago: Day(1) for ago in (500, 100)}
        await fleet.days.put({f"DE{n}": merged_months({}, days, today) for n in range(5)}, tx)
    old, new = await ran(tidy_rig, 500), await ran(tidy_rig, 100)
    await tidied(tidy_rig)

    assert [1] * 5 == [len(await fleet.days.of(f"DE{n}")) for n in range(5)]
    assert await found(tidy_rig, old) is None
    assert await found(tidy_rig, new) is not None


async def test_it_comes_with_the_first_digest(tidy_rig):
    """The first digest begins the tidying, which then goes on by itself."""
    await tidy_rig.parts.subscriptions.add(pumps())
    await tidy_rig.made(pumps())

    assert "ready" == (await tidy_rig.job(TIDY.key)).state
