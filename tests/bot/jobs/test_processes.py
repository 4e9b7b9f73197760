"""Jobs in real processes on both databases: killed, stopped, cut off, and asked to end."""

import asyncio
import math
import multiprocessing
import os
import random
import signal
from collections import Counter
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import select, text

from bot.store.database import TRIAL
from bot.store.errors import StoreError
from bot.store.jobs import JobQueue, NewJob
from bot.store.schedules import Schedule, Schedules
from bot.store.schema import NOW
from tests.bot.jobs import replica
from tests.bot.jobs.engines import ended
from tests.bot.jobs.replica import EFFECTS
from tests.fakes import YEARLY
from tests.waiting import until

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([replica.__name__])
LEASE, SLOTS = 1.0, 10

pytestmark = pytest.mark.slow


class Replica:
    """One process; its lines can be awaited."""

    def __init__(self, process, lines):
        self.process = process
        self.lines = []
        self._to_read = lines

    async def says(self, line):
        """Read until it prints this line."""
        async with asyncio.timeout(30):
            while line not in self.lines:
                read = await self._to_read.readline()
                assert read, f"ended before it said {line!r}: {self.lines}"
                self.lines.append(read.decode().strip())

    def is_stopped(self):
        """Return whether each of its threads is: a signal takes a moment."""
        return set(states(self.process.pid)) <= {"T"}

    def signal(self, number):
        os.kill(self.process.pid, number)

    async def ended(self):
        """Wait for its end; return its exit code."""
        async with asyncio.timeout(30):
            await self._to_read.read()
            await asyncio.to_thread(self.process.join)
        return self.process.exitcode


def states(pid):
    """Return the state of each thread of a process, as of proc(5)."""
    threads = Path(f"/proc/{pid}/task").glob("*/stat")
    return [thread.read_text().rpartition(") ")[2][0] for thread in threads]


@asynccontextmanager
async def begun(*about):
    """Fork a replica from a process that has imported it; kill it at the end of the block."""
    read, write = FORKS.Pipe(duplex=False)
    process = FORKS.Process(target=replica.main, args=(write, *about))
    process.start()
    write.close()
    lines = asyncio.StreamReader()
    pipe = os.fdopen(os.dup(read.fileno()), "rb")
    read.close()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(lines), pipe
    )
    try:
        yield Replica(process, lines)
    finally:
        process.kill()
        process.join()
        process.close()
        transport.close()


@pytest.fixture
async def start(database_url):
    """A starter of replicas; what still runs at the end is killed."""
    async with AsyncExitStack() as stack:

        async def starter(lease=LEASE, slots=SLOTS):
            replica = await stack.enter_async_context(begun(database_url, lease, slots))
            await replica.says("up")
            return replica

        yield starter


@pytest.fixture
async def queue(database):
    async with database.write() as tx:
        await tx.execute(text(EFFECTS))
    return JobQueue(database)


async def effects_by(database):
    """Return each effect with the process that had it."""
    async with database.read() as tx:
        return [tuple(row) for row in await tx.execute(text("SELECT key, pid FROM effects"))]


async def effects(database):
    """Return how often each job has had its effect."""
    return Counter(key for key, _ in await effects_by(database))


TREES = [f"tree-{n}" for n in range(4)]
LEAVES = 25
ONCE = Counter(TREES) + Counter(f"{tree}/{n}" for tree in TREES for n in range(LEAVES))


def trees(seconds=0.1):
    return [NewJob("tree", key, {"leaves": LEAVES, "seconds": seconds}) for key in TREES]


async def test_kill_9_of_random_workers(queue, database, start):
    """Whoever is killed while many fan out, each leaf counts once, and each tree ends once."""
    replicas = [await start() for _ in range(2)]
    await queue.add(*trees())
    for _ in range(4):
        await asyncio.sleep(random.uniform(0.1, 0.4))
        replicas.pop(random.randrange(2)).signal(signal.SIGKILL)
        replicas.append(await start())
    jobs = await ended(queue, *TREES)

    assert [("done", LEAVES)] * 4 == [(job.state, job.result) for job in jobs]
    assert ONCE == await effects(database)


async def stop(replica, database):
    """Stop it where it is not just writing: on SQLite nobody else could until it goes on."""
    while True:
        replica.signal(signal.SIGSTOP)
        await until(replica.is_stopped)
        try:
            async with database.write() as tx:
                await tx.execute(TRIAL)  # a write begins with its first statement
                return
        except StoreError:
            replica.signal(signal.SIGCONT)


async def test_a_stopped_process_finds_its_result_refused(queue, database, start):
    """Stopped past its lease a process loses its job to another; what it says then is void."""
    zombie = await start()
    await queue.add(NewJob("leaf", "slow", {"seconds": 0.5}))
    await zombie.says("began leaf")
    await stop(zombie, database)
    other = await start()
    await ended(queue, "slow")
    zombie.signal(signal.SIGCONT)
    await zombie.says("ended leaf let_go")
    zombie.signal(signal.SIGTERM)
    await zombie.ended()

    assert [("slow", other.process.pid)] == await effects_by(database)


async def test_sigterm_gives_back_what_is_under_way(queue, start):
    """The job is there for the next one at once, long before its lease ends, and no try is lost."""
    replica = await start(lease=600)
    await queue.add(NewJob("leaf", "slow", {"seconds": 600}))
    await replica.says("began leaf")
    running = await queue.get("slow")
    replica.signal(signal.SIGTERM)
    code = await replica.ended()
    given_back = await queue.get("slow")

    assert ("running", 1) == (running.state, running.attempt)
    assert (0, "ready", 0) == (code, given_back.state, given_back.attempt)


async def test_a_job_that_kills_its_process_ends_failed(queue, start):
    """After as many processes as it has tries it is given up, and the error says why."""
    await queue.add(NewJob("deadly", "deadly"))
    replicas = [await start(lease=0.3) for _ in range(3)]
    (job,) = await ended(queue, "deadly")

    await until(lambda: 2 == [each.process.exitcode for each in replicas].count(-signal.SIGKILL))
    assert "failed" == job.state
    assert "The process ended each time while it was at this." == job.error


async def test_unknown_kinds_are_left_alone(queue, database, start):
    """What only another build knows waits for it, untouched, and holds up nobody."""
    await start()
    await queue.add(NewJob("of_tomorrow", "new"), NewJob("leaf", "known", {"seconds": 0}))
    await ended(queue, "known")
    new = await queue.get("new")

    assert ("ready", 0, 0) == (new.state, new.attempt, new.claim)


async def test_two_hundred_schedules_due_at_once(queue, database, start):
    """Over three processes each of them makes one job, once."""
    for _ in range(3):
        await start()
    schedules = Schedules(database, queue)
    async with database.write() as tx:
        for n in range(200):
            await schedules.put(Schedule(f"s{n}", "tick", (YEARLY,), "UTC"), tx)
        soon = math.ceil(await tx.scalar(select(NOW))) + 1
        await tx.execute(text(f"UPDATE schedules SET next_due = {soon}"))
    due = f"{datetime.fromtimestamp(soon, UTC):%Y-%m-%dT%H:%M:%SZ}"
    keys = [f"s{n}@{due}" for n in range(200)]
    await ended(queue, *keys)

    assert Counter(keys) == await effects(database)


@pytest.mark.parametrize("kind", ["postgresql"])
async def test_all_connections_are_cut(queue, database, database_url, start):
    """However often the server cuts everybody off, nothing is lost and nothing counts twice."""
    for _ in range(2):
        await start(lease=2.0)
    await queue.add(*trees())
    await queue.add(NewJob("steps", "steps", {"steps": 40}))
    for _ in range(8):
        await asyncio.sleep(0.25)
        await cut_off(database_url)
    jobs = await ended(Patient(queue), *TREES, "steps")

    assert ["done"] * 5 == [job.state for job in jobs]
    assert ONCE + Counter(steps=40) == await effects(database)


async def cut_off(url):
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    connection = await asyncpg.connect(url)
    await connection.execute(f"{cut} AND datname = current_database()")
    await connection.close()


class Patient:
    """Asks again where the connection was cut."""

    def __init__(self, queue):
        self._queue = queue

    async def get(self, key):
        while True:
            try:
                return await self._queue.get(key)
            except StoreError:
                await asyncio.sleep(0.05)
