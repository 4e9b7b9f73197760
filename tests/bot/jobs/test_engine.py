"""The engine on both databases, in this process: lanes, later tries, a store that is away."""

import asyncio
import time
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import select, text

from bot.clock import SystemClock
from bot.errors import BotError
from bot.jobs.engine import Engine, Lane, Timing
from bot.jobs.job import Again, Done, FanOut, Kind, NewJob
from bot.ops.metrics import Metrics
from bot.store.buckets import LocalRate
from bot.store.schedules import Schedule
from tests.bot.jobs.replica import services_on

LANES = {"default": Lane(10)}


class Hurried(SystemClock):
    """Waits a twentieth of what it is asked to."""

    async def sleep(self, seconds):
        await asyncio.sleep(seconds / 20)


@pytest.fixture
def services(database):
    made = services_on(database, Metrics())
    made.clock = Hurried()
    return made


@pytest.fixture
def queue(services):
    return services.queue


def kind(run, *, name="kind", lane="default", attempts=3, longest=60.0):
    """Make a kind of a function of the job alone."""

    async def with_services(job, services):
        return await run(job)

    return Kind(name, with_services, lane, attempts, longest)


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


async def until(condition):
    """Wait until it holds; it may be a coroutine function."""
    async with asyncio.timeout(20):
        while True:
            if await condition():
                return
            await asyncio.sleep(0.01)


async def ended(queue, *keys):
    """Wait until these have ended, and give them."""

    async def all_ended():
        found = [await queue.get(key) for key in keys]
        return all(job and job.state in {"done", "failed", "cancelled"} for job in found)

    await until(all_ended)
    return [await queue.get(key) for key in keys]


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


async def test_a_job_is_a_small_state_machine(services, queue):
    """
    Again with a memo, then children, then the end, each step by its memo.
    """
    seen = []

    async def step(job):
        seen.append((job.key, dict(job.memo), job.attempt))
        if job.parent:
            return Done(job.args["n"])
        if not job.memo:
            return Again(0.01, {"step": 1})
        if job.memo["step"] == 1:
            born = [NewJob("kind", f"top/{n}", {"n": n}) for n in range(2)]
            return FanOut(born, {"step": 2})
        return Done([child.result for child in await queue.children("top")])

    async with running(services, kind(step)):
        await queue.add(NewJob("kind", "top"))
        (top,) = await ended(queue, "top")

    assert ("done", [0, 1]) == (top.state, top.result)
    assert [("top", {}, 1), ("top", {"step": 1}, 1)] == seen[:2]
    assert [("top", {"step": 2}, 1)] == seen[4:]
    assert {"again": 1, "fanned_out": 1, "done": 3} == counted(services)


async def test_two_hundred_children_are_joined(services, queue):
    """
    All of them, though the lane has ten slots.
    """
    under_way, most = set(), []

    async def step(job):
        if job.parent:
            under_way.add(job.key)
            most.append(len(under_way))
            await asyncio.sleep(0)
            under_way.discard(job.key)
            return None
        if not job.memo:
            return FanOut([NewJob("kind", f"top/{n}") for n in range(200)], {"fanned": True})
        return Done(len(await queue.children("top")))

    async with running(services, kind(step)):
        await queue.add(NewJob("kind", "top"))
        (top,) = await ended(queue, "top")

    assert 200 == top.result
    assert max(most) <= 10


async def test_lanes_do_not_wait_for_each_other(services, queue):
    """
    A full lane holds up only itself, and one without slots is left to others.
    """
    gate = asyncio.Event()

    async def wait(_job):
        await gate.wait()

    async def go(_job):
        return Done("went")

    kinds = (
        kind(wait, name="slow", lane="slow"),
        kind(go),
        kind(go, name="elsewhere", lane="elsewhere"),
    )
    lanes = {"slow": Lane(2), "default": Lane(1), "elsewhere": Lane(0)}
    async with running(services, *kinds, lanes=lanes):
        await queue.add(*(NewJob("slow", f"slow-{n}") for n in range(3)))
        await queue.add(NewJob("kind", "a"), NewJob("elsewhere", "b"))
        await ended(queue, "a")
        states = [(await queue.get(f"slow-{n}")).state for n in range(3)]
        gate.set()
        await ended(queue, *(f"slow-{n}" for n in range(3)))

    assert ["ready", "running", "running"] == sorted(states)
    assert "ready" == (await queue.get("b")).state


async def test_what_raises_is_tried_again(services, queue, caplog):
    """
    Later each time; when it gets on its tries count from the start.
    """
    tries = []

    async def step(job):
        tries.append(job.attempt)
        if job.memo:
            return Done()
        if job.attempt < 3:
            raise BotError("That did not work.")
        return Again(0.0, {"step": 1})

    async with running(services, kind(step)):
        await queue.add(NewJob("kind", "a"))
        for tried in (1, 2):

            async def waits(tried=tried):
                found = await queue.get("a")
                return (found.state, found.attempt) == ("ready", tried) and found.error

            await until(waits)
            job = await queue.get("a")
            later = job.due - time.time()
            await queue.hurry("a")
        await ended(queue, "a")

    assert [1, 2, 3, 1] == tries
    assert "That did not work." == job.error
    assert 1.0 < later < 4.0
    assert {"tried_again": 2, "again": 1, "done": 1} == counted(services)


async def test_what_never_works_ends_failed(services, queue):
    """
    After its tries, with the error in words, and the parent goes on.
    """

    async def step(job):
        if job.parent:
            raise RuntimeError("token xoxb-1 of SIM 8901")
        if not job.memo:
            return FanOut([NewJob("kind", "top/1")], {"fanned": True})
        return Done([child.error for child in await queue.children("top")])

    async with running(services, kind(step, attempts=1)):
        await queue.add(NewJob("kind", "top"))
        (top,) = await ended(queue, "top")

    assert ("done", ["RuntimeError"]) == (top.state, top.result)


async def test_what_takes_too_long_is_ended(services, queue):
    """
    A job that hangs does not keep its slot for ever.
    """

    async def hang(_job):
        await asyncio.Event().wait()

    async with running(services, kind(hang, attempts=1, longest=0.05)):
        await queue.add(NewJob("kind", "a"))
        (job,) = await ended(queue, "a")

    assert ("failed", "TimeoutError") == (job.state, job.error)


async def test_one_that_cannot_be_saved_holds_up_no_other(services, queue):
    """
    A write that raises, or a result that is no JSON, is that job's failure alone.
    """

    async def breaks(_tx):
        raise ZeroDivisionError

    async def is_wrong(tx):
        await tx.execute(text("INSERT INTO no_such_table VALUES (1)"))

    outcomes = {
        "write": Done(write=breaks),
        "sql": Done(write=is_wrong),
        "result": Done(object()),
        "fine": Done("fine"),
    }

    async def step(job):
        await asyncio.sleep(0.01)
        return outcomes[job.key]

    async with running(services, kind(step, attempts=1)):
        await queue.add(*(NewJob("kind", key) for key in outcomes))
        jobs = await ended(queue, *outcomes)

    assert ["failed", "failed", "failed", "done"] == [job.state for job in jobs]
    assert ["ZeroDivisionError", "TypeError"] == [jobs[0].error, jobs[2].error]


async def no_room(tx, *, is_postgres):
    """Let the disk be full for this transaction."""
    if is_postgres:
        await tx.execute(text("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '53100'; END $$"))
        return
    pages = await tx.scalar(text("PRAGMA page_count"))
    await tx.execute(text(f"PRAGMA max_page_count = {pages}"))
    big = {"name": "x" * 200_000}
    await tx.execute(text("INSERT INTO buckets VALUES (:name, 0)"), big)


async def test_a_full_disk_is_waited_for(services, queue, database):
    """
    The result is kept until there is room, and saved once.
    """
    tries, runs = [], []

    async def write(tx):
        tries.append(tx)
        if len(tries) < 3:
            await no_room(tx, is_postgres=database.is_postgres)
        elif not database.is_postgres:
            await tx.execute(text("PRAGMA max_page_count = 1000000"))

    async def step(_job):
        runs.append(True)
        return Done("saved", write)

    async with running(services, kind(step)):
        await queue.add(NewJob("kind", "a"))
        (job,) = await ended(queue, "a")

    assert ("done", "saved", 3, 1) == (job.state, job.result, len(tries), len(runs))


async def test_a_store_that_is_away_is_waited_for(services, queue, database, caplog):
    """
    It is said once that it is, and once that it is back; what came out meanwhile is saved.
    """
    gate, runs = asyncio.Event(), []

    async def step(job):
        runs.append(job.key)
        await gate.wait()
        return Done("kept")

    async with running(services, kind(step)):
        await queue.add(NewJob("kind", "a"))

        async def begun():
            return runs

        await until(begun)
        ready, database._is_ready = database._is_ready, False
        gate.set()
        await asyncio.sleep(0.5)
        database._is_ready = ready
        (job,) = await ended(queue, "a")

    said = [record.message for record in caplog.records if record.name == "bot.jobs.engine"]
    assert ("kept", ["a"]) == (job.result, runs)
    assert ["jobs-wait-for-store", "jobs-go-on"] == said


async def test_a_stop_waits_for_what_is_under_way(services, queue):
    """
    What ends in time is saved; the rest is given back, and nothing new is begun.
    """
    gate, runs = asyncio.Event(), []

    async def step(job):
        runs.append(job.key)
        await (gate.wait() if job.key == "short" else asyncio.Event().wait())
        return Done()

    async with running(services, kind(step), lanes={"default": Lane(2)}, patience=0.3):
        await queue.add(*(NewJob("kind", key) for key in ("long", "short", "waits")))

        async def both_begun():
            return len(runs) == 2

        await until(both_begun)
        asyncio.get_running_loop().call_later(0.05, gate.set)
    jobs = [await queue.get(key) for key in ("short", "long", "waits")]

    assert [("done", 0), ("ready", 0), ("ready", 0)] == [(job.state, job.attempt) for job in jobs]
    assert {"long", "short"} == set(runs)


async def test_a_cancelled_job_is_ended_where_it_runs(services, queue):
    """
    With the next heartbeat, even if it would never have come back.
    """
    cut = []

    async def step(job):
        try:
            await asyncio.Event().wait()
        finally:
            cut.append(job.key)

    async with running(services, kind(step), lease=1.0):
        await queue.add(NewJob("kind", "a"))

        async def runs():
            return (await queue.get("a")).state == "running"

        async def is_cut():
            return cut

        await until(runs)
        await queue.cancel("a")
        await until(is_cut)

    assert "cancelled" == (await queue.get("a")).state


async def test_a_lane_may_have_a_rate(services, queue):
    """
    Its jobs are begun no faster than that.
    """
    services.clock, begun = SystemClock(), []

    async def step(_job):
        begun.append(time.monotonic())
        return Done()

    lanes = {"default": Lane(5, LocalRate(services.clock, 50.0))}
    async with running(services, kind(step), lanes=lanes):
        await queue.add(*(NewJob("kind", f"{n}") for n in range(6)))
        await ended(queue, *(f"{n}" for n in range(6)))

    assert begun[-1] - begun[0] >= 5 * 0.02 * 0.9


async def test_schedules_fire_and_follow_a_clock_that_is_put_back(services, queue, database):
    """
    A due time becomes a job that is carried out; one that lies too far ahead is brought forward.
    """

    async def step(job):
        return Done(job.args["due"])

    schedules = services.schedules
    for name in ("due", "ahead"):
        await schedules.put(Schedule(name, "kind", ("0 * * * *",), "UTC"))
    async with database.write() as tx:
        now = float(await tx.scalar(select(database.now)))
        move = text("UPDATE schedules SET next_due = :due WHERE name = :name")
        await tx.execute(move, {"name": "due", "due": now - 1.0})
        await tx.execute(move, {"name": "ahead", "due": now + 1e7})
    made = Engine(services, LANES, kinds=[kind(step)])
    made._seen = now + 1e7
    await made.turn()
    ahead = await schedules.get("ahead")
    await made.stop(0.0)

    assert ahead.next_due <= now + 3600.0 + 60.0
    assert now - 1.0 < (await schedules.get("due")).next_due


async def test_ended_jobs_are_swept_and_due_ones_counted(services, queue):
    """
    Beside the heartbeat, by the retention.
    """

    async def step(_job):
        return Done()

    timing = Timing(lease=1.0, poll=1.0, keep=0.0)
    made = Engine(services, LANES, kinds=[kind(step)], timing=timing)
    await queue.add(NewJob("kind", "a"), NewJob("unknown", "b"))
    made.start()

    async def told():
        counted = b'simsessions_jobs_due{kind="unknown"} 1.0' in services.metrics.text()
        return counted and await queue.get("a") is None

    await until(told)
    await made.stop(1.0)

    assert b'simsessions_jobs_running{kind="kind"} 0.0' in services.metrics.text()
