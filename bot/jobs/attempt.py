"""One attempt at a job: runs its kind, and turns what it raises into a later try or the end."""

import asyncio
import logging
from typing import TYPE_CHECKING

from bot.errors import BotError
from bot.jobs.job import Done, Job, Kind, Outcome

if TYPE_CHECKING:
    from bot.jobs.services import JobServices

log = logging.getLogger(__name__)

LONGEST_BACK_OFF = 300.0


async def attempted(job: Job, kind: Kind, services: "JobServices") -> Outcome:
    """Carry a job out once; whatever it raises is an outcome too."""
    if job.attempt > kind.attempts:
        return Outcome("failed", error="The process ended each time while it was at this.")
    try:
        async with asyncio.timeout(kind.longest):
            return await kind.run(job, services) or Done()
    except Exception as error:  # noqa: BLE001 -- the edge of a job: the others go on
        return failed(job, kind, error)


def failed(job: Job, kind: Kind, error: Exception) -> Outcome:
    """Log it and give the next try, later each time; after the last one the end."""
    words = error.sentence if isinstance(error, BotError) else type(error).__name__
    told = {"job": job.key, "kind": kind.name, "attempt": job.attempt, "why": words}
    unplanned = None if isinstance(error, BotError) else error
    if job.attempt >= kind.attempts:
        log.error("job-failed", extra=told, exc_info=unplanned)
        return Outcome("failed", error=words)
    log.warning("job-tried-again", extra=told, exc_info=unplanned)
    pause = min(LONGEST_BACK_OFF, 2.0**job.attempt)
    return Outcome("ready", after=pause, error=words, attempt=job.attempt)
