"""The engine in the whole bot: what it does, what it leaves to workers, and how it shows."""

import asyncio

import pytest

from bot.jobs.engine import STUCK_SECONDS
from bot.store.jobs import JobQueue, NewJob
from bot.store.watches import WatchRows
from bot.watches.repository import from_row, poll_key
from tests.bot.jobs.engines import make_due
from tests.waiting import until
from tests.whole_bot import whole_bot

CHUNK = NewJob("scan_chunk", "chunk", {"run": 1, "number": 1, "before": None, "until": 0.0})


async def queue_of(whole):
    """The bot's queue, once its store is open: a start does not wait for that for long."""
    await until(lambda: not whole.bot.services.store.trouble)
    return JobQueue(whole.bot.services.store)


async def ended(queue, key):
    """Wait until a job has ended, and give it."""
    async with asyncio.timeout(20):
        while True:
            job = await queue.get(key)
            if job.state in {"done", "failed"}:
                return job
            await asyncio.sleep(0.02)


async def test_a_bot_does_jobs():
    """By default scans too; what came of them is counted."""
    async with whole_bot() as whole:
        queue = await queue_of(whole)
        await queue.add(CHUNK)
        job = await ended(queue, "chunk")
        counted = whole.bot.services.metrics.text().decode()

    assert "done" == job.state
    assert 'simsessions_jobs_total{kind="scan_chunk",outcome="done"} 1.0' in counted
    assert 'simsessions_job_late_seconds_count{kind="scan_chunk"} 1.0' in counted


async def test_a_bot_may_leave_scans_to_workers():
    """With none at once it claims none, and still does the rest."""
    async with whole_bot(scan_at_once=0) as whole:
        queue = await queue_of(whole)
        await queue.add(CHUNK, NewJob("digest", "digest", {"subscription": "gone"}))
        await ended(queue, "digest")

        assert "ready" == (await queue.get("chunk")).state


@pytest.mark.parametrize(("seconds", "fit"), [(0.0, True), (STUCK_SECONDS + 60, False)])
async def test_a_stuck_scheduler_shows(seconds, fit):
    """A bot whose engine looks for due work no more is not fit to be asked, and says why."""
    async with whole_bot() as whole:
        pulse = whole.bot._engine._health
        pulse._looked -= seconds
        reasons = await whole.bot.why_not_ready()

    assert fit == (not reasons)
    assert all("has not looked for due work for 6 min" in reason for reason in reasons)


async def test_a_watch_compares_its_sim_with_those_asked_for():
    """A watched SIM that fell silent with others is one of an outage when it is read again too."""
    async with whole_bot() as whole:
        queue = await queue_of(whole)
        rows = WatchRows(whole.bot.services.store)
        await whole.type("well-1 well-2 well-3 well-4 well-5")
        await whole.type("watch well-2")
        (sid,) = await rows.sims()
        begun = watch = from_row(*await rows.of_sim(sid))
        async with asyncio.timeout(20):
            while watch.read_at == begun.read_at:
                await make_due(queue, poll_key(sid))
                await asyncio.sleep(0.02)
                watch = from_row(*await rows.of_sim(sid))

    assert watch.latest.has("common_outage")
