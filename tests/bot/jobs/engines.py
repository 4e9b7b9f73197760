"""An engine in this process, with kinds of a test's own."""

import asyncio
from contextlib import asynccontextmanager

from sqlalchemy import select, update

from bot.clock import SystemClock
from bot.jobs.engine import Engine, Lane, Timing
from bot.jobs.job import JobKind
from bot.store.schema import NOW, jobs
from tests.waiting import until

LANES = {"default": Lane(10)}


class Hurried(SystemClock):
    """Waits a twentieth of what it is asked to."""

    async def sleep(self, seconds):
        await asyncio.sleep(seconds / 20)


def kind(run, *, name="kind", lane="default", attempts=3, longest=60.0):
    """Make a kind of a function of the job alone."""

    async def with_services(job, services):
        return await run(job)

    return JobKind(name, with_services, lane, attempts, longest)


@asynccontextmanager
async def running(services, *kinds, lanes=None, lease=15.0, patience=5.0):
    """Run an engine while the block lasts."""
    timing = Timing(lease=lease, poll=1.0)
    made = Engine(services, LANES if lanes is None else lanes, kinds=kinds, timing=timing)
    made.start()
    try:
        yield made
    finally:
        await made.stop(patience)


async def ended(queue, *keys):
    """Wait until these have ended, and give them."""

    async def all_ended():
        found = [await queue.get(key) for key in keys]
        return all(job and job.state in {"done", "failed", "cancelled"} for job in found)

    await until(all_ended)
    return [await queue.get(key) for key in keys]


async def children(queue, parent):
    """Return the children of a job as they stand, by key."""
    keys = select(jobs.c.key).where(jobs.c.parent == parent).order_by(jobs.c.key)
    async with queue._db.read() as tx:
        found = list((await tx.execute(keys)).scalars())
    return [await queue.get(key) for key in found]


async def make_due(queue, *keys):
    """Let the time come for which these jobs wait."""
    waits = jobs.c.key.in_(keys), jobs.c.state == "ready", jobs.c.due > NOW
    async with queue._db.write() as tx:
        await tx.execute(update(jobs).where(*waits).values(due=NOW))
    queue.news.set()


def counted(services, kind="kind"):
    """What the metrics have counted of a kind."""
    samples = next(
        metric.samples
        for metric in services.metrics.registry.collect()
        if metric.name == "simsessions_jobs"
    )
    return {
        sample.labels["outcome"]: sample.value
        for sample in samples
        if sample.labels["kind"] == kind and sample.name.endswith("_total")
    }
