"""The engine on both databases, in this process: lanes, stops, a store that is away."""

import asyncio

import pytest
from sqlalchemy import select, text, update

from bot.jobs.engine import STUCK_SECONDS, Engine, EngineHealth, Lane, Timing
from bot.jobs.job import NewJob, fan_out, finished, run_again
from bot.store.schedules import Schedule
from bot.store.schema import NOW, jobs
from tests.bot.jobs.engines import LANES, children, counted, ended, kind, running
from tests.waiting import until


async def test_a_job_is_a_small_state_machine(services, queue):
    """Again with a memo, then children, then the end, each step by its memo."""
    seen = []

    async def step(job):
        seen.append((job.key, dict(job.memo), job.attempt))
        if job.parent:
            return finished(job.args["n"])
        if not job.memo:
            return run_again(0.01, {"step": 1})
        if job.memo["step"] == 1:
            born = [NewJob("kind", f"top/{n}", {"n": n}) for n in range(2)]
            return fan_out(born, {"step": 2})
        return finished([child.result for child in await children(queue, "top")])

    async with running(services, kind(step)):
        await queue.add(NewJob("kind", "top"))
        (top,) = await ended(queue, "top")

    assert ("done", [0, 1]) == (top.state, top.result)
    assert [("top", {}, 1), ("top", {"step": 1}, 1)] == seen[:2]
    assert [("top", {"step": 2}, 1)] == seen[4:]
    assert {"again": 1, "fanned_out": 1, "done": 3} == counted(services)


async def test_two_hundred_children_are_joined(services, queue):
    """All of them, though the lane has ten slots."""
    under_way, most = set(), []

    async def step(job):
        if job.parent:
            under_way.add(job.key)
            most.append(len(under_way))
            await asyncio.sleep(0)
            under_way.discard(job.key)
            return None
        if not job.memo:
            return fan_out([NewJob("kind", f"top/{n}") for n in range(200)], {"fanned": True})
        return finished(len(await children(queue, "top")))

    async with running(services, kind(step)):
        await queue.add(NewJob("kind", "top"))
        (top,) = await ended(queue, "top")

    assert 200 == top.result
    assert max(most) <= 10


async def test_a_clock_that_is_set_back(services, queue, database, caplog):
    """What a clock three hours ahead has set comes when it should, and the log says so."""
    await queue.add(NewJob("kind", "new"), NewJob("kind", "held"))
    await queue.claim(["kind"], 9, 15.0)
    async with database.write() as tx:
        ahead = {c.name: c + 3 * 3600 for c in (jobs.c.due, jobs.c.made, jobs.c.lease)}
        await tx.execute(update(jobs).values(**ahead))
        await tx.execute(update(jobs).where(jobs.c.key == "new").values(state="ready"))

    async def step(_job):
        return None

    async with running(services, kind(step), lease=0.2):
        await ended(queue, "new", "held")

    assert ["clock-went-back"] == [r.message for r in caplog.records if "clock" in r.message]


async def test_lanes_do_not_wait_for_each_other(services, queue):
    """A full lane holds up only itself, and one without slots is left to others."""
    gate = asyncio.Event()

    async def wait(_job):
        await gate.wait()

    async def go(_job):
        return finished("went")

    kinds = [kind(wait, name="slow", lane="slow"), kind(go)]
    kinds.append(kind(go, name="elsewhere", lane="elsewhere"))
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


async def test_a_store_that_is_away_is_waited_for(services, queue, database, caplog):
    """It is said once that it is, and once that it is back; what came out meanwhile is saved."""
    gate, runs = asyncio.Event(), []

    async def step(job):
        runs.append(job.key)
        await gate.wait()
        return finished("kept")

    async with running(services, kind(step)):
        await queue.add(NewJob("kind", "a"))
        await until(lambda: runs)
        ready, database._is_ready = database._is_ready, False
        gate.set()
        await until(lambda: "jobs-wait-for-store" in caplog.messages)
        database._is_ready = ready
        (job,) = await ended(queue, "a")
        await until(lambda: "jobs-go-on" in caplog.messages)

    said = [record.message for record in caplog.records if record.name == "bot.jobs.engine"]
    assert ("kept", ["a"]) == (job.result, runs)
    assert ["jobs-wait-for-store", "jobs-go-on"] == said


async def test_a_stop_waits_for_what_is_under_way(services, queue):
    """What ends in time is saved; the rest is given back, and nothing new is begun."""
    gate, runs = asyncio.Event(), []

    async def step(job):
        runs.append(job.key)
        await (gate.wait() if job.key == "short" else asyncio.Event().wait())
        return finished()

    async with running(services, kind(step), lanes={"default": Lane(2)}, patience=2.0):
        await queue.add(*(NewJob("kind", key) for key in ("long", "short", "waits")))
        await until(lambda: len(runs) == 2)
        asyncio.get_running_loop().call_later(0.05, gate.set)
    jobs = [await queue.get(key) for key in ("short", "long", "waits")]

    assert [("done", 0), ("ready", 0), ("ready", 0)] == [(job.state, job.attempt) for job in jobs]
    assert {"long", "short"} == set(runs)


async def test_what_was_claimed_as_it_stopped_is_given_back(services, queue, monkeypatch):
    """A claim that is cut may be saved all the same; another process need not wait for its end."""
    claim, is_saved = queue.claim, asyncio.Event()

    async def cut_behind_the_claim(*args):
        await claim(*args)
        is_saved.set()
        await asyncio.Event().wait()

    async def step(_job):
        return None

    monkeypatch.setattr(queue, "claim", cut_behind_the_claim)
    await queue.add(NewJob("kind", "a"), NewJob("kind", "b"))
    async with running(services, kind(step)):
        await is_saved.wait()
        held = [(await queue.get(key)).state for key in "ab"]
    left = [await queue.get(key) for key in "ab"]

    assert ["running", "running"] == held
    assert [("ready", 0), ("ready", 0)] == [(job.state, job.attempt) for job in left]


async def test_a_cancelled_job_is_ended_where_it_runs(services, queue):
    """With the next heartbeat, even if it would never have come back."""
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

        await until(runs)
        await queue.cancel("a")
        await until(lambda: cut)

    assert "cancelled" == (await queue.get("a")).state


async def test_schedules_fire_and_follow_a_clock_that_is_put_back(services, queue, database):
    """A due time becomes a job that is carried out; one too far ahead is brought forward."""

    async def step(job):
        return finished(job.args["due"])

    schedules = services.schedules
    for name in ("due", "ahead"):
        await schedules.put(Schedule(name, "kind", ("0 * * * *",), "UTC"))
    async with database.write() as tx:
        now = float(await tx.scalar(select(NOW)))
        move = text("UPDATE schedules SET next_due = :due WHERE name = :name")
        await tx.execute(move, {"name": "due", "due": now - 1.0})
        await tx.execute(move, {"name": "ahead", "due": now + 1e7})
    made = Engine(services, LANES, kinds=[kind(step)])
    made._last_seen = now + 1e7
    await made.turn()
    ahead = await schedules.get("ahead")
    await made.stop(0.0)

    assert ahead.next_due <= now + 3600.0 + 60.0
    assert now - 1.0 < (await schedules.get("due")).next_due


async def test_ended_jobs_are_swept_and_due_ones_counted(services, queue):
    """Beside the heartbeat, by the retention."""

    async def step(_job):
        return finished()

    timing = Timing(lease=1.0, poll=1.0, keep=0.0)
    made = Engine(services, LANES, kinds=[kind(step)], timing=timing)
    await queue.add(NewJob("kind", "a"), NewJob("unknown", "b"), NewJob("incident", "incident:c"))
    made.start()

    async def is_counted():
        counted = b'simsessions_jobs_due{kind="unknown"} 1.0' in services.metrics.text()
        return counted and await queue.get("a") is None

    await until(is_counted)
    await made.stop(1.0)

    assert b'simsessions_jobs_running{kind="kind"} 0.0' in services.metrics.text()
    assert b"simsessions_incidents_open 1.0" in services.metrics.text()


@pytest.fixture
def health(clock):
    return EngineHealth(clock, ["scan", "digest"])


def test_what_is_stuck_is_said(health, clock):
    """No look for minutes, or a lane in which nothing moves though something has long been due."""
    clock.move(STUCK_SECONDS + 60)
    unseen = health.why_stuck()
    health.record_look()
    seen = health.why_stuck()
    health.record_wait("scan", 420.0)

    assert ("scheduler: has not looked for due work for 6 min",) == unseen
    assert () == seen
    assert ("scheduler: work of the lane scan is due since 7 min",) == health.why_stuck()
    health.is_away = True
    assert () == health.why_stuck()


@pytest.mark.parametrize(
    ("late", "moves"), [(0.0, False), (5.0, False), (STUCK_SECONDS, False), (9999.0, True)]
)
def test_what_is_not_late_is_not_stuck(health, clock, late, moves):
    """Neither idle lanes nor short waits, nor a scan of hours that end a chunk now and then."""
    clock.move(STUCK_SECONDS)
    if moves:
        health.record_progress("scan")
    clock.move(STUCK_SECONDS)
    health.record_look()
    health.record_wait("scan", late)

    assert () == health.why_stuck()
