"""The runs of digests, on both databases."""

from sqlalchemy import select

from bot.digests.subscriptions import to_row
from bot.store.digest_runs import Progress, RunStage
from bot.store.scans import ScanChunks
from bot.store.schedules import SubscriptionRows
from bot.store.schema import NOW
from tests.digest_rig import pumps


async def ended(runs, due, stage=RunStage.POSTED, *, of="s1", **values):
    """Return a run that came to this end."""
    run = await runs.begin(of, due, f"{of}@{due}")
    await runs.change(run.id, stage, **values)
    return run


async def test_a_run_begins_once(runs):
    """Whoever begins the run of a time gets the one that is there."""
    first = await runs.begin("s1", 60.0, "job")
    again = await runs.begin("s1", 60.0, "job")

    assert first == again
    assert (RunStage.LISTING, 60.0, "job", False) == (
        first.stage,
        first.due,
        first.job,
        first.is_over,
    )


async def test_what_is_told_of_a_run_is_kept(runs):
    """Stage, counts and the digest itself stand in the run; an end has its time."""
    await ended(runs, 60.0, counts={"online": 3}, digest="{}", channel="C1", ts="1.2")
    found = await runs.find("s1", 60.0)

    assert ({"online": 3}, "{}", "C1", "1.2") == (
        found.counts,
        found.digest,
        found.channel,
        found.ts,
    )
    assert found.is_over
    assert found.ended >= found.started > 0


async def test_an_end_keeps_its_time(runs):
    """What is changed of a run afterwards does not move its end."""
    run = await ended(runs, 60.0)
    before = await runs.find("s1", 60.0)
    await runs.change(run.id, RunStage.POSTED, has_rows=False)

    assert before.ended == (await runs.find("s1", 60.0)).ended


async def test_what_was_read_too_early_changes_nothing(runs):
    """A run that got on, or was begun anew, since it was read is left as it is now."""
    read = await runs.begin("s1", 60.0, "job")
    await runs.change(read.id, RunStage.POSTED)
    await runs.change_if_unchanged(read, RunStage.FAILED, why="lost")
    posted = await runs.find("s1", 60.0)
    await runs.restart(posted, "another")
    await runs.change_if_unchanged(posted, RunStage.POSTED, has_rows=False)
    await runs.change_if_unchanged(read, RunStage.FAILED, why="lost")
    anew = await runs.last("s1")
    await runs.change_if_unchanged(anew, RunStage.FAILED, why="lost")

    assert (RunStage.POSTED, None) == (posted.stage, posted.why)
    assert (RunStage.LISTING, "another") == (anew.stage, anew.job)
    assert (RunStage.FAILED, "lost") == ((last := await runs.last("s1")).stage, last.why)


async def test_a_run_is_compared_with_the_last_that_was_told(runs):
    """Skipped and failed runs, later ones and those of others are nothing to compare with."""
    quiet = await ended(runs, 60.0, RunStage.QUIET)
    await ended(runs, 90.0, RunStage.SKIPPED)
    await ended(runs, 100.0, RunStage.FAILED)
    await ended(runs, 110.0, of="s2")
    await ended(runs, 200.0)

    assert quiet.id == (await runs.before("s1", 120.0, "")).id
    assert await runs.before("s1", 60.0, "") is None


async def test_the_trend_is_the_last_runs(runs):
    """The trend goes from old to new, up to the run in question."""
    for due in (10.0, 20.0, 30.0, 40.0):
        await ended(runs, due)

    assert [20.0, 30.0] == [run.due for run in await runs.trend("s1", 40.0, 2, "")]


async def test_what_nobody_was_told_of(runs):
    """A run that was skipped is to be said in the next; one whose failure was posted is not."""
    await ended(runs, 10.0, RunStage.SKIPPED, why="busy")
    await ended(runs, 20.0, RunStage.FAILED, why="lost")
    await ended(runs, 30.0, RunStage.FAILED, ts="1.2")
    await ended(runs, 40.0)
    untold = await runs.unreported_between("s1", 5.0, 50.0)

    assert [(10.0, "busy"), (20.0, "lost")] == [(run.due, run.why) for run in untold]
    assert () == await runs.unreported_between("s1", 20.0, 50.0)


async def test_progress(runs, database):
    """A running scan is as far as its chunks are gone; one that still lists is at nothing."""
    chunks = ScanChunks(database)
    run = await runs.begin("s1", 10.0, "job")
    await runs.begin("s2", 10.0, "job")
    await ended(runs, 5.0)
    await runs.change(run.id, RunStage.SCANNING, chunks=3)
    async with database.write() as tx:
        await chunks.add(run.id, 2, b"x", tx)

    assert {"s1": Progress(10.0, 2, 3), "s2": Progress(10.0, 0, None)} == await runs.progress()
    assert [0, 66] == sorted(each.percent for each in (await runs.progress()).values())
    assert [run.id] == [each.id for each in await runs.under_way() if each.subscription == "s1"]


async def test_rows_of_the_last_runs_are_kept(runs, database):
    """Only runs that are over, still have rows, and are not among the last ones are old."""
    await SubscriptionRows(database).add(to_row(pumps(id="s1")))
    for due in (10.0, 20.0, 30.0):
        await ended(runs, due, has_rows=True)
    await ended(runs, 40.0, RunStage.FAILED, has_rows=True)
    await ended(runs, 10.0, of="removed", has_rows=True)
    run = await runs.begin("s1", 50.0, "job")
    await runs.change(run.id, RunStage.SCANNING, has_rows=True)
    old = await runs.with_old_rows(2, 1e12, 9)
    too_old = await runs.with_old_rows(2, 60.0, 9)

    assert {(10.0, "s1"), (40.0, "s1"), (10.0, "removed")} == {
        (each.due, each.subscription) for each in old
    }
    assert 5 == len(too_old)


async def test_old_runs_are_forgotten(runs, database):
    """What was due before the retention goes, the rest stays."""
    async with database.read() as tx:
        now = await tx.scalar(select(NOW))
    await ended(runs, now - 100)
    await ended(runs, now - 90, has_rows=True)
    await ended(runs, now - 10)

    assert 1 == await runs.forget(50, 10)
    assert 0 == await runs.forget(50, 10)
    assert [now - 90, now - 10] == [run.due for run in await runs.trend("s1", now, 9, "")]
