"""Writing back: what cannot be saved, and what cannot be saved now."""

import asyncio

from sqlalchemy import text

from bot.jobs.job import Done, NewJob
from tests.bot.jobs.engines import ended, kind, running


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
