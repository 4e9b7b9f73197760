"""What scans leave behind goes, a little at a time."""

import pytest

from bot.digests.days import Day, day_number, merged_months
from bot.jobs.kinds import tidy_history
from bot.jobs.kinds.digest import TIDY
from bot.store.digest_runs import Stage
from bot.store.scans import ScanRow
from tests.digest_rig import digesting, pumps

DAY = 86_400.0


@pytest.fixture
async def rig(database, monkeypatch):
    """The engine, which drops three rows at a time."""
    monkeypatch.setattr(tidy_history, "AT_ONCE", 3)
    async with digesting(database, stories=()) as rig:
        yield rig


async def ran(rig, ago, stage=Stage.POSTED, rows=7):
    """Return a run of so many days ago that left rows."""
    fleet = rig.parts.fleet
    run = await fleet.runs.begin(pumps().id, rig.now - ago * DAY, f"job@{ago}")
    async with fleet.database.write() as tx:
        scanned = [ScanRow(f"DE{n}", "online", 0, 1, "{}") for n in range(rows)]
        await fleet.rows.add(run.id, scanned, tx)
        await fleet.chunks.add(run.id, 1, b"left", tx)
        await fleet.runs.change(run.id, stage, tx, has_rows=True)
    return run


async def found(rig, run):
    """Return a run as it stands now; None where it is gone."""
    return await rig.parts.fleet.runs.find(run.subscription, run.due)


async def tidied(rig):
    """Wait until there is nothing more to drop."""
    await rig.parts.queue.add(TIDY)
    while (await rig.job(TIDY.key)).due < rig.now + 60:
        await rig.pause()


async def kept(rig, run):
    """Count the rows of a run."""
    return sum([len(page) async for page in rig.parts.fleet.rows.every(run.id)])


async def test_rows_of_the_last_two_runs_stay(rig):
    """Rows are kept to compare and to look at; those of older and failed runs go, chunks too."""
    await rig.parts.subscriptions.add(pumps())
    runs = [await ran(rig, ago) for ago in (3, 2, 1)]
    failed = await ran(rig, 0.5, Stage.FAILED)
    await tidied(rig)

    assert [0, 7, 7, 0] == [await kept(rig, run) for run in (*runs, failed)]
    assert await rig.parts.fleet.chunks.find(failed.id, 1) is None
    assert not (await found(rig, failed)).has_rows


async def test_rows_of_a_digest_that_was_removed_go(rig):
    """Nobody will compare with them any more."""
    run = await ran(rig, 1)
    await tidied(rig)

    assert 0 == await kept(rig, run)


async def test_a_run_that_nobody_makes_any_more_is_ended(rig):
    """A run whose job is gone does not stand in the list of running ones for ever."""
    run = await ran(rig, 1, Stage.SCANNING)
    await tidied(rig)
    ended = await found(rig, run)

    assert (Stage.FAILED, tidy_history.LOST) == (ended.stage, ended.why)


async def test_what_is_older_than_the_retention_goes(rig):
    """Days and runs are kept as long as it is set, and then dropped."""
    today, fleet = day_number(rig.parts.clock.now()), rig.parts.fleet
    async with fleet.database.write() as tx:
        days = {today - ago: Day(1) for ago in (500, 100)}
        await fleet.days.put({f"DE{n}": merged_months({}, days, today) for n in range(5)}, tx)
    old, new = await ran(rig, 500), await ran(rig, 100)
    await tidied(rig)

    assert [1] * 5 == [len(await fleet.days.of(f"DE{n}")) for n in range(5)]
    assert await found(rig, old) is None
    assert await found(rig, new) is not None


async def test_it_comes_with_the_first_digest(rig):
    """The first digest begins the tidying, which then goes on by itself."""
    await rig.parts.subscriptions.add(pumps())
    await rig.made(pumps())

    assert "ready" == (await rig.job(TIDY.key)).state
