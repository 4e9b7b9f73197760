"""One chunk of a scan: its SIMs asked and judged, their rows written with the job's own end.

What fails is asked again a few times while the rest of the chunk is safe already; at last it is
written down as failed: one sick SIM does not hold up the digest, a KORE that is down does. A
chunk's SIMs are in the store, not in the job, and go as they are done.

What scans leave behind is dropped by a job of its own, from the first digest on: old rows, days
beyond the retention, runs that were lost. A little at a time, so that nobody waits for the store;
while there is more, it comes again at once, else in an hour.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from bot.clock import Backoff
from bot.digests.days import WINDOW_DAYS, day_number, month_of
from bot.digests.fleet import Fleet, pack_sims, unpack_sims
from bot.digests.scan import ScanFailure, ScanResult, failed_row
from bot.jobs.job import Job, JobServices, Outcome, finished, kind, run_again
from bot.kore.errors import KoreBadAnswer, KoreRateLimited, KoreUnavailable
from bot.kore.models import Sim
from bot.slack.access import UNNAMED
from bot.store.database import Transaction
from bot.store.digest_runs import Run, RunStage
from bot.store.jobs import Write
from bot.store.scans import ScanRow

TRIES = 3
"""So often is a SIM asked; while all of KORE is down, until the digest's grace is over."""
BACKOFF = Backoff(first=15.0, longest=240.0)
PASSING = (KoreUnavailable, KoreRateLimited, KoreBadAnswer)


@kind(lane="scan", longest=3600.0)
async def scan_chunk(job: Job, services: JobServices) -> Outcome | None:
    """Ask for the SIMs of one chunk. Args: run, number, before (a run, or None), until."""
    fleet, run = services.fleet, job.args["run"]
    body = await fleet.chunks.find(run, job.args["number"])
    if body is None:
        return finished()
    sims, now = unpack_sims(body), services.clock.now()
    since, sids = month_of(day_number(now) - WINDOW_DAYS), [sim.sid for sim in sims]
    before = job.args["before"]
    rows_before = (await fleet.rows.known(before, sids)).values() if before else ()
    fleet.scanner.recall(rows_before)
    scanned = await fleet.scanner.scan(sims, await fleet.days.since(sids, since), rows_before)
    passing, lasting = _parted(scanned.failures)
    services.metrics.scanned(_by_account(sims), _by_account(f.sim for f in scanned.failures))
    tries = int(job.memo.get("tries", 0)) + 1
    waits = fleet.kore.is_down and now.timestamp() < job.args["until"]
    if passing and (tries < TRIES or waits):
        rows = [*scanned.rows, *await _failed(lasting, job, services)]
        left = pack_sims([each.sim for each in passing])
        write = _writing(fleet, job, rows, scanned, left)
        return run_again(BACKOFF.after(tries), {"tries": tries}, write)
    rows = [*scanned.rows, *await _failed(scanned.failures, job, services)]
    return finished(write=_writing(fleet, job, rows, scanned, None))


def _by_account(sims: Iterable[Sim]) -> Counter[str]:
    return Counter(sim.account or UNNAMED for sim in sims)


def _parted(failures: Sequence[ScanFailure]) -> tuple[list[ScanFailure], list[ScanFailure]]:
    """Part what may be well in a minute from what will not."""
    passing = [each for each in failures if isinstance(each.error, PASSING)]
    return passing, [each for each in failures if each not in passing]


async def _failed(
    failures: Sequence[ScanFailure], job: Job, services: JobServices
) -> list[ScanRow]:
    """Return a row for each SIM that could not be read, with what the run before knew of it."""
    sids, before = [each.sim.sid for each in failures], job.args["before"]
    known = await services.fleet.rows.known(before, sids) if failures and before else {}
    now = services.clock.now()
    return [
        failed_row(each.sim, now, each.error.claim, known.get(each.sim.sid)) for each in failures
    ]


def _writing(
    fleet: Fleet, job: Job, rows: Sequence[ScanRow], scanned: ScanResult, left: bytes | None
) -> Write:
    async def write(tx: Transaction) -> None:
        await fleet.rows.add(job.args["run"], rows, tx)
        await fleet.days.put(scanned.months, tx)
        await fleet.chunks.keep(job.args["run"], job.args["number"], left, tx)

    return write


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
    return run_again(PAUSE if any(full) else REST)


async def _end_if_lost(run: Run, services: JobServices) -> None:
    """End a run that nobody makes any more: its digest was removed, or its job gave up."""
    maker = await services.queue.get(run.job)
    if maker is None or maker.state in ENDED:
        await services.fleet.runs.change_if_unchanged(run, RunStage.FAILED, why=LOST)


async def _drop_rows(run: Run, services: JobServices) -> bool:
    """Drop rows of a run, and return whether there are more."""
    await services.fleet.chunks.forget(run.id)
    gone = await services.fleet.rows.forget(run.id, AT_ONCE)
    if gone < AT_ONCE:
        await services.fleet.runs.change_if_unchanged(run, run.stage, has_rows=False)
    return gone == AT_ONCE
