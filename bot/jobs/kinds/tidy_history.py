"""Drops what scans have left behind: old rows, days beyond the retention, runs that were lost.

A little at a time, so that nobody waits for the store; while there is more, it comes again at once,
else in an hour. There is one such job, from the first digest on.
"""

from bot.digests.days import day_number, month_of
from bot.jobs.job import Again, Job, Outcome, kind
from bot.jobs.services import JobServices
from bot.store.digest_runs import Run, Stage

AT_ONCE = 2000
"""Rows that one transaction drops."""
PAUSE, REST = 0.2, 3600.0
KEPT = 2
"""Runs of a digest whose rows stay: the last, and the one that it was compared with."""
LOST = "It was lost on the way."
ENDED = frozenset({"done", "failed", "cancelled"})
DAY = 86_400.0


@kind(lane="default")
async def tidy_history(job: Job, services: JobServices) -> Outcome | None:  # noqa: ARG001 -- it is always the same job
    """Drop one portion of each."""
    fleet = services.fleet
    for run in await fleet.runs.under_way():
        await _end_if_lost(run, services)
    full = [
        await _drop_rows(run, services)
        for run in await fleet.runs.with_old_rows(KEPT, fleet.keep, 5)
    ]
    oldest = month_of(day_number(services.clock.now()) - int(fleet.keep / DAY))
    full.append(await fleet.days.forget(oldest, AT_ONCE) == AT_ONCE)
    full.append(await fleet.runs.forget(fleet.keep, AT_ONCE) == AT_ONCE)
    return Again(PAUSE if any(full) else REST)


async def _end_if_lost(run: Run, services: JobServices) -> None:
    """End a run that nobody makes any more: its digest was removed, or its job gave up."""
    maker = await services.queue.get(run.job)
    if maker is None or maker.state in ENDED:
        await services.fleet.runs.change(run.id, Stage.FAILED, why=LOST)


async def _drop_rows(run: Run, services: JobServices) -> bool:
    """Drop rows of a run, and return whether there are more."""
    await services.fleet.chunks.forget(run.id)
    gone = await services.fleet.rows.forget(run.id, AT_ONCE)
    if gone < AT_ONCE:
        await services.fleet.runs.change(run.id, run.stage, has_rows=False)
    return gone == AT_ONCE
