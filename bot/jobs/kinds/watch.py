"""Reads one watched SIM again and again, once for all its watches. Args: sid."""

from bot.jobs.job import Again, Done, Job, Outcome, kind
from bot.jobs.services import JobServices


@kind(lane="watch", attempts=1_000_000, longest=300.0)
async def watch(job: Job, services: JobServices) -> Outcome | None:
    """Look once; it is over when nobody watches the SIM any more."""
    done = await services.watching.polling.look(job.args["sid"])
    return Done() if done.after is None else Again(done.after, write=done.write)
