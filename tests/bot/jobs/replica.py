"""A process with an engine and jobs for tests; what it begins and ends it prints, a line each.

A job that counts leaves a row in `effects`, in the transaction of its outcome.
"""

import asyncio
import os
import signal
import sys
from types import SimpleNamespace

from sqlalchemy import text

from bot.clock import SystemClock
from bot.jobs.engine import Engine, Lane, Timing
from bot.jobs.job import NewJob, fan_out, finished, kind, run_again
from bot.store.database import Database
from bot.store.jobs import JobQueue
from bot.store.schedules import Schedules
from tests.bot.jobs.engines import children

EFFECTS = "CREATE TABLE effects (key TEXT, pid INTEGER, late DOUBLE PRECISION)"


def effect(job, late=0.0):
    async def write(tx):
        values = {"key": job.key, "pid": os.getpid(), "late": late}
        await tx.execute(text("INSERT INTO effects VALUES (:key, :pid, :late)"), values)

    return write


@kind()
async def tree(job, services):
    """Fan out into leaves, then end with how many have ended well."""
    if not job.memo:
        leaves = [NewJob("leaf", f"{job.key}/{n}", job.args) for n in range(job.args["leaves"])]
        return fan_out(leaves, {"fanned": True})
    ended = [child.state for child in await children(services.queue, job.key)]
    return finished(ended.count("done"), effect(job))


@kind()
async def leaf(job, services):
    """Take a moment."""
    await services.clock.sleep(job.args["seconds"])
    return finished(write=effect(job))


@kind()
async def tick(job, services):
    """Note how late a schedule's job is begun."""
    return finished(write=effect(job, services.clock.now().timestamp() - job.args["due"]))


@kind()
async def steps(job, services):
    """Take some steps, each with its effect."""
    step = job.memo.get("step", 0) + 1
    return finished() if step > job.args["steps"] else run_again(0.01, {"step": step}, effect(job))


@kind(attempts=2)
async def deadly(job, services):
    """End the process, as one does that runs out of memory."""
    os.kill(os.getpid(), signal.SIGKILL)


def say(line):
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class Printed:
    """Metrics as lines."""

    def job_began(self, kind, late):
        say(f"began {kind}")

    def job_ended(self, kind, outcome):
        say(f"ended {kind} {outcome}")

    def jobs_due(self, counts):
        pass

    def incidents_open(self, count):
        pass

    def job_lag(self, lane, seconds):
        pass


KINDS = (tree, leaf, tick, steps, deadly)


def services_on(database, metrics=None):
    queue, clock = JobQueue(database), SystemClock()
    schedules = Schedules(database, queue)
    return SimpleNamespace(
        queue=queue, schedules=schedules, clock=clock, metrics=metrics or Printed()
    )


async def run(url, lease, slots):
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    database = await Database.open(url)
    timing = Timing(lease=lease, poll=0.2)
    lanes = {"default": Lane(slots)}
    engine = Engine(services_on(database), lanes, kinds=KINDS, timing=timing)
    engine.start()
    say("up")
    await stopped.wait()
    await engine.stop(0.0)
    await database.aclose()


def main(out, url, lease, slots):
    """Be one whose standard output is a pipe's end."""
    os.dup2(out.fileno(), sys.stdout.fileno())
    out.close()
    asyncio.run(run(url, lease, slots))
