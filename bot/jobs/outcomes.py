"""What comes of a job: its kind is executed once, and the outcomes of all are saved in batches."""

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass

from bot.clock import Backoff, Clock
from bot.errors import BotError, UserError
from bot.jobs.job import Done, Job, JobServices, Kind, Outcome
from bot.store.errors import StoreError, StoreFault
from bot.store.jobs import JobQueue

log = logging.getLogger(__name__)

BACKOFF = Backoff(first=2.0, longest=300.0)


async def execute(job: Job, kind: Kind, services: JobServices) -> Outcome:
    """Execute a job once; whatever it raises is an outcome too."""
    if job.attempt > kind.attempts:
        return Outcome("failed", error="The process ended each time while it was at this.")
    try:
        async with asyncio.timeout(kind.longest):
            return await kind.run(job, services) or Done()
    except Exception as error:  # noqa: BLE001 -- the edge of a job: the others go on
        return failure_of(job, kind, error)


def failure_of(job: Job, kind: Kind, error: Exception) -> Outcome:
    """Log it and return the next try, later each time, or the end after the last one."""
    words = error.sentence if isinstance(error, BotError) else type(error).__name__
    why = error.kind if isinstance(error, UserError) else words  # it may quote what was typed
    about = {"job": job.key, "kind": kind.name, "attempt": job.attempt, "why": why}
    unplanned = None if isinstance(error, BotError) else error
    if job.attempt >= kind.attempts:
        log.error("job-failed", extra=about, exc_info=unplanned)
        return Outcome("failed", error=words)
    log.warning("job-tried-again", extra=about, exc_info=unplanned)
    return Outcome("ready", after=BACKOFF.after(job.attempt), error=words, attempt=job.attempt)


STORE_BACKOFF = Backoff(first=0.5, longest=15.0)
GATHERING_SECONDS, SOON_SECONDS = 0.1, 1.0


@dataclass(slots=True, eq=False)
class _Result:
    job: Job
    kind: Kind
    outcome: Outcome
    saved: asyncio.Future[bool]


class OutcomeWriter:
    """Saves one batch after the other; what cannot be saved now is kept and tried again."""

    def __init__(self, queue: JobQueue, clock: Clock) -> None:
        self._queue = queue
        self._clock = clock
        self._waiting: list[_Result] = []
        self._any, self._urgent = asyncio.Event(), asyncio.Event()

    async def record(self, job: Job, kind: Kind, outcome: Outcome) -> Outcome | None:
        """Save an outcome and return what was saved; None where the claim no longer held."""
        saved = asyncio.get_running_loop().create_future()
        result = _Result(job, kind, outcome, saved)
        self._waiting.append(result)
        self._any.set()
        if outcome.state != "ready" or outcome.after < SOON_SECONDS:
            self._urgent.set()
        return result.outcome if await saved else None

    async def run(self) -> None:
        """Save what comes, until cancelled; what nobody waits for a little later, with more."""
        while True:
            await self._any.wait()
            with suppress(TimeoutError):
                async with asyncio.timeout(GATHERING_SECONDS):
                    await self._urgent.wait()
            self._any.clear()
            self._urgent.clear()
            batch, self._waiting = self._waiting, []
            await self._save(batch)

    async def _save(self, batch: list[_Result]) -> None:
        try:
            held = await self._held(batch)
        except Exception as error:  # noqa: BLE001 -- of the `write` of one of them, or of its JSON
            await self._save_apart(batch, error)
            return
        for each in batch:
            if not each.saved.done():
                each.saved.set_result(each.job.key in held)

    async def _held(self, batch: list[_Result]) -> set[str]:
        """Save them all, for as long as it takes, and return the keys whose claim still held."""
        tried = 0
        while True:
            tried += 1
            try:
                return await self._queue.record([(each.job, each.outcome) for each in batch])
            except StoreFault:
                raise
            except StoreError:
                await self._clock.sleep(STORE_BACKOFF.after(tried))

    async def _save_apart(self, batch: list[_Result], error: Exception) -> None:
        """Save each by itself; one that cannot be saved has failed."""
        if len(batch) > 1:
            for each in batch:
                await self._save([each])
        elif batch[0].outcome.error:
            log.error("job-not-recorded", extra={"job": batch[0].job.key}, exc_info=error)
            batch[0].saved.cancel()
        else:
            batch[0].outcome = failure_of(batch[0].job, batch[0].kind, error)
            await self._save(batch)
