"""What the durable core costs on both databases.

a job     2,000 jobs that do nothing, claimed and ended by an engine of 20 slots, over the bare
          driver claiming and ending rows of the same table, 20 at a time
fan-out   200 children of one job, until it is run again
watches   500 jobs that come again every 10 s, each under way for some 0.2 s: share of a core
idle      an engine with nothing to do, and 500 jobs that have time: share of a core
schedules 200 due at once over three processes: when the jobs are begun, from when they are due

CPU is this process's, threads included; what a server does is its own.
"""

import asyncio
import math
import random
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from types import SimpleNamespace

import asyncpg
import uvloop
from rounds import a_file, atimed, report, share
from sqlalchemy import select, text

from bot.clock import SystemClock
from bot.jobs.engine import Engine, Lane
from bot.jobs.job import Job, JobKind, NewJob, Outcome, fan_out, finished, run_again
from bot.ops.metrics import Metrics
from bot.store.database import Database
from bot.store.jobs import JobQueue
from bot.store.schedules import Schedule, Schedules
from bot.store.schema import NOW

JOBS, CHILDREN, WATCHES, SCHEDULES = 2000, 200, 500, 200
SLOTS = 20
EVERY = 10.0
MEASURED = 20.0
REPLICAS = 3
MOST_OVER = 30
CLAIM = """UPDATE jobs SET state = 'running' WHERE key IN (SELECT key FROM jobs
    WHERE state = 'ready' LIMIT 20) RETURNING key"""


async def nothing(_job: Job, _services: object) -> Outcome:
    return finished()


async def parent(job: Job, _services: object) -> Outcome:
    if job.memo:
        return finished()
    return fan_out([NewJob("nothing", f"{job.key}/{n}") for n in range(CHILDREN)], {"fanned": True})


async def watch(_job: Job, _services: object) -> Outcome:
    await asyncio.sleep(random.uniform(0.1, 0.3))
    return run_again(EVERY, {"seen": {"state": "offline", "since": time.time()}})


async def tick(job: Job, _services: object) -> Outcome:
    sys.stdout.write(f"{time.time() - job.args['due']}\n")
    sys.stdout.flush()
    return finished()


KINDS = [JobKind(run.__name__, run, "default", 10, 60.0) for run in (nothing, parent, watch, tick)]


@asynccontextmanager
async def running(database: Database, slots: int = SLOTS) -> AsyncIterator[JobQueue]:
    queue = JobQueue(database)
    services = SimpleNamespace(
        queue=queue,
        schedules=Schedules(database, queue),
        clock=SystemClock(),
        metrics=Metrics(),
    )
    engine = Engine(services, {"default": Lane(slots)}, kinds=KINDS)
    engine.start()
    yield queue
    await engine.stop(5.0)


async def until_none_is_left(database: Database) -> None:
    left = text("SELECT COUNT(*) FROM jobs WHERE state IN ('ready', 'running', 'waiting')")
    while True:
        async with database.read() as tx:
            if not await tx.scalar(left):
                return
        await asyncio.sleep(0.02)


async def costs(database: Database, url: str) -> list[bool]:
    """Do jobs by the engine, and in turn by the driver alone; filling the table is not counted."""
    turns = iter(range(1000))

    async def fill() -> None:
        turn = next(turns)
        await JobQueue(database).add(*(NewJob("nothing", f"{turn}/{n}") for n in range(JOBS)))

    async def by_engine() -> None:
        async with running(database):
            await until_none_is_left(database)

    bare = {"sqlite": bare_sqlite, "postgresql": bare_postgres}[database.kind]
    things = {"fill": fill, "ours": by_engine, "fill again": fill, "bare": lambda: bare(url)}
    figures = await atimed(things, 5)
    ours, floor = figures["ours"], figures["bare"]
    print(f"  CPU a job: ours {ours.cpu / JOBS * 1e3:.3f} ms, bare {floor.cpu / JOBS * 1e3:.3f} ms")
    return [
        report(f"jobs: a job, {database.kind}", ours.wall / JOBS * 1e3, 5, "ms"),
        report(f"jobs: CPU over the driver's, {database.kind}", ours.cpu / floor.cpu, MOST_OVER),
    ]


async def bare_sqlite(url: str) -> None:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    while True:
        connection.execute("BEGIN IMMEDIATE")
        keys = connection.execute(CLAIM).fetchall()
        connection.execute("COMMIT")
        if not keys:
            break
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("UPDATE jobs SET state = 'done', ended = 0 WHERE key = ?", keys)
        connection.execute("COMMIT")
    connection.close()


async def bare_postgres(url: str) -> None:
    connection = await asyncpg.connect(url)
    while True:
        async with connection.transaction():
            keys = [tuple(row) for row in await connection.fetch(CLAIM)]
        if not keys:
            break
        async with connection.transaction():
            end = "UPDATE jobs SET state = 'done', ended = 0 WHERE key = $1"
            await connection.executemany(end, keys)
    await connection.close()


async def fans(database: Database) -> bool:
    """Time fan-outs from the start of the parent to its end; the median of five."""
    taken = []
    async with running(database) as queue:
        for turn in range(5):
            began = time.perf_counter()
            await queue.add(NewJob("parent", f"fan-{turn}"))
            await until_none_is_left(database)
            taken.append(time.perf_counter() - began)
    what = f"jobs: {CHILDREN} children out and in, {database.kind}"
    return report(what, statistics.median(taken), 1, "s")


async def standing(database: Database) -> list[bool]:
    """Let watches come again and again; then let all rest."""
    async with running(database, slots=50) as queue:
        spread = (random.uniform(0, EVERY) for _ in range(WATCHES))
        await queue.add(*(NewJob("watch", f"watch-{n}", {}, at) for n, at in enumerate(spread)))
        await asyncio.sleep(2.0)
        busy = await share(MEASURED)
        async with database.write() as tx:
            await tx.execute(text("UPDATE jobs SET due = due + 10000 WHERE kind = 'watch'"))
        await asyncio.sleep(2.0)
        idle = await share(MEASURED / 2)
    every = f"{WATCHES} watches every {EVERY:g} s"
    return [
        report(f"jobs: {every}, {database.kind}", busy, 8, "% core"),
        report(f"jobs: idle, {database.kind}", idle, 0.5, "% core"),
    ]


async def lateness(database: Database, url: str) -> bool:
    """Have three processes begin 200 jobs that are due at once."""
    schedules = Schedules(database, JobQueue(database))
    with replicas(url) as processes:
        async with database.write() as tx:
            for n in range(SCHEDULES):
                await schedules.put(Schedule(f"s{n}", "tick", ("0 0 1 1 *",), "UTC"), tx)
            soon = math.ceil(float(await tx.scalar(select(NOW)))) + 1
            await tx.execute(text(f"UPDATE schedules SET next_due = {soon}"))
        await asyncio.sleep(soon + 1 - time.time())
        await until_none_is_left(database)
    late = sorted(float(line) for each in processes for line in each.stdout)
    if len(late) != SCHEDULES:
        raise SystemExit(f"{len(late)} jobs were begun of {SCHEDULES}")
    p99 = late[int(0.99 * len(late)) - 1]
    what = f"jobs: p99 of {SCHEDULES} due at once, {REPLICAS} processes, {database.kind}"
    return report(what, p99, 2, "s late")


@contextmanager
def replicas(url: str) -> Iterator[list[subprocess.Popen[str]]]:
    """Run processes that do jobs while the block lasts; their lines can be read after it."""
    command = [sys.executable, __file__, "--replica", url]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(REPLICAS)
    ]
    for each in processes:
        each.stdout.readline()
    yield processes
    for each in processes:
        each.stdin.close()


async def replica(url: str) -> None:
    """Do jobs until standard input ends."""
    database = await Database.open(url)
    async with running(database):
        sys.stdout.write("up\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)
    await database.aclose()


async def measured(url: str) -> list[bool]:
    """Return all figures of one database."""
    database = await Database.open(url)
    try:
        costed = await costs(database, url)
        fanned, stood = await fans(database), await standing(database)
        async with database.write() as tx:
            await tx.execute(text("DELETE FROM jobs"))
        return [*costed, fanned, *stood, await lateness(database, url)]
    finally:
        await database.aclose()


def main() -> int:
    """Print all; 1 where a goal is missed."""
    from tests.postgres_server import PostgresServer  # noqa: PLC0415 -- a replica needs none

    with a_file() as store:
        met = uvloop.run(measured(store))
    with PostgresServer() as server:
        met += uvloop.run(measured(server.url()))
    return 0 if all(met) else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--replica"]:
        uvloop.run(replica(sys.argv[2]))
    else:
        sys.exit(main())
