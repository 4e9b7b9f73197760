"""What replicas notify each other of over PostgreSQL."""

import asyncio

import pytest
from sqlalchemy import text

from bot.clock import SystemClock
from bot.store.jobs import JobQueue, NewJob, Outcome

pytestmark = pytest.mark.parametrize("kind", ["postgresql"])


@pytest.fixture
async def listening(database):
    """A replica's queue that listens."""
    queue = JobQueue(database)
    task = asyncio.create_task(queue.listen(SystemClock()))
    await notified(queue)
    yield queue
    task.cancel()
    await asyncio.wait({task})


async def notified(queue):
    """Wait until the queue has news."""
    async with asyncio.timeout(30):
        await queue.news.wait()
    queue.news.clear()


async def test_others_are_notified_of_new_work(database, listening):
    """Of a job that is added, and of a fan-out."""
    other = JobQueue(database)
    await other.add(NewJob("kind", "a"))
    await notified(listening)
    (job,) = await other.claim(["kind"], 1, 60.0)
    await other.record([(job, Outcome("waiting", children=(NewJob("kind", "b"),)))])
    await notified(listening)
    (leaf,) = await other.claim(["kind"], 1, 60.0)
    await other.record([(leaf, Outcome("done"))])
    await notified(listening)

    assert "ready" == (await listening.get("a")).state


async def test_a_connection_that_is_cut_is_made_anew(database, listening):
    """What may have been missed meanwhile is news, too; then it listens as before."""
    async with database.write() as tx:
        await tx.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE query LIKE 'LISTEN%' AND datname = current_database()"
            )
        )
    await notified(listening)
    await JobQueue(database).add(NewJob("kind", "a"))
    await notified(listening)

    assert "ready" == (await listening.get("a")).state
