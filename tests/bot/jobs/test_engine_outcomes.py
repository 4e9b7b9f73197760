"""One attempt: what raises or hangs, how often, and what is kept of it."""

import asyncio
import time

from sqlalchemy import text

from bot.errors import BotError, UserError
from bot.jobs.job import NewJob, fan_out, finished, run_again
from tests.bot.jobs.engines import children, counted, ended, kind, make_due, running
from tests.waiting import until


async def test_what_raises_is_tried_again(services, queue, caplog):
    """Later each time; when it gets on its tries count from the start."""
    tries, began = [], []

    async def step(job):
        tries.append(job.attempt)
        began.append(time.time())
        if job.memo:
            return finished()
        if job.attempt < 3:
            raise BotError("That did not work.")
        return run_again(0.0, {"step": 1})

    async with running(services, kind(step)):
        await queue.add(NewJob("kind", "a"))
        for tried in (1, 2):

            async def waits(tried=tried):
                found = await queue.get("a")
                return (found.state, found.attempt) == ("ready", tried) and found.error

            await until(waits)
            job = await queue.get("a")
            least, most = job.due - began[-1], job.due - time.time()
            await make_due(queue, "a")
        await ended(queue, "a")

    assert [1, 2, 3, 1] == tries
    assert "That did not work." == job.error
    assert 1.0 < least
    assert most < 4.0
    assert {"tried_again": 2, "again": 1, "done": 1} == counted(services)


async def test_what_an_error_quotes_of_people_is_not_logged(services, queue, caplog):
    """A sentence for whoever typed something may have it in it; its kind is logged."""

    async def step(job):
        raise UserError("No SIM is called pump of Anna.")

    async with running(services, kind(step, attempts=1)):
        await queue.add(NewJob("kind", "a"))
        await ended(queue, "a")
    (record,) = [each for each in caplog.records if each.message == "job-failed"]

    assert "user_error" == record.why


async def test_what_never_works_ends_failed(services, queue):
    """After its tries, with the error in words, and the parent goes on."""

    async def step(job):
        if job.parent:
            raise RuntimeError("token xoxb-1 of SIM 8901")
        if not job.memo:
            return fan_out([NewJob("kind", "top/1")], {"fanned": True})
        return finished([child.error for child in await children(queue, "top")])

    async with running(services, kind(step, attempts=1)):
        await queue.add(NewJob("kind", "top"))
        (top,) = await ended(queue, "top")

    assert ("done", ["RuntimeError"]) == (top.state, top.result)


async def test_what_takes_too_long_is_ended(services, queue):
    """A job that hangs does not keep its slot for ever."""

    async def hang(_job):
        await asyncio.Event().wait()

    async with running(services, kind(hang, attempts=1, longest=0.05)):
        await queue.add(NewJob("kind", "a"))
        (job,) = await ended(queue, "a")

    assert ("failed", "TimeoutError") == (job.state, job.error)


async def test_one_that_cannot_be_saved_holds_up_no_other(services, queue):
    """A write that raises, or a result that is no JSON, is that job's failure alone."""

    async def breaks(_tx):
        raise ZeroDivisionError

    async def is_wrong(tx):
        await tx.execute(text("INSERT INTO no_such_table VALUES (1)"))

    outcomes = {
        "write": finished(write=breaks),
        "sql": finished(write=is_wrong),
        "result": finished(object()),
        "fine": finished("fine"),
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
    """The result is kept until there is room, and saved once."""
    tries, runs = [], []

    async def write(tx):
        tries.append(tx)
        if len(tries) < 3:
            await no_room(tx, is_postgres=database.is_postgres)
        elif not database.is_postgres:
            await tx.execute(text("PRAGMA max_page_count = 1000000"))

    async def step(_job):
        runs.append(True)
        return finished("saved", write)

    async with running(services, kind(step)):
        await queue.add(NewJob("kind", "a"))
        (job,) = await ended(queue, "a")

    assert ("done", "saved", 3, 1) == (job.state, job.result, len(tries), len(runs))
