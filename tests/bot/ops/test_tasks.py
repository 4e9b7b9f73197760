"""Work that goes on after the ack."""

import asyncio
import gc
import socket
import threading

import pytest

from bot.errors import Restarting
from bot.ops.tasks import Tasks, WorkerThread


async def test_a_task_is_held_until_it_is_done():
    """The set alone keeps a task alive, and lets go of it when it is done."""
    tasks = Tasks()
    done = []

    async def work():
        await asyncio.sleep(0)
        gc.collect()
        done.append(True)

    tasks.start(work(), name="work")
    under_way = len(tasks)
    gc.collect()
    await tasks.drain(5)
    await asyncio.sleep(0)

    assert ([True], 1, 0) == (done, under_way, len(tasks))


async def test_what_escapes_a_task_is_logged_and_ends_there(caplog):
    """An exception that nobody planned for is told with its traceback, and hurts nobody else."""
    tasks = Tasks()

    async def work():
        return 1 / 0

    await tasks.start(work(), name="refresh")

    (record,) = caplog.records
    assert ("task-failed", "refresh") == (record.message, record.task)
    assert "division by zero" in caplog.text


async def test_a_task_may_not_run_for_ever(caplog):
    """What takes longer than the longest time is cut and logged."""
    tasks = Tasks(longest_seconds=0.01)

    await tasks.start(asyncio.Event().wait(), name="stuck")

    assert ["task-took-too-long"] == [r.message for r in caplog.records]


async def test_draining_waits_for_what_is_under_way():
    """A task that ends in time ends by itself."""
    tasks = Tasks()
    gate = asyncio.Event()
    done = []

    async def work():
        await gate.wait()
        done.append("by itself")

    tasks.start(work(), name="work")
    asyncio.get_running_loop().call_soon(gate.set)
    cut = await tasks.drain(5)

    assert (["by itself"], 0) == (done, cut)


async def test_draining_waits_for_what_begins_meanwhile():
    """Work that starts more work is not cut before that is done."""
    tasks, done = Tasks(), []

    async def last():
        await asyncio.sleep(0.01)
        done.append("last")

    async def first():
        await asyncio.sleep(0.01)
        tasks.start(last(), name="last")

    tasks.start(first(), name="first")

    assert 0 == await tasks.drain(30)
    assert ["last"] == done


async def test_what_does_not_end_in_time_is_told_and_may_say_a_last_word():
    """A task that is cut can still answer; one that will not end is cut for good."""
    tasks = Tasks()
    said = []

    async def work():
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.sleep(0)
            said.append("restarting")
            raise

    tasks.start(work(), name="work")
    await asyncio.sleep(0)
    cut = await tasks.drain(0.05)

    assert (["restarting"], 1, 0) == (said, cut, len(tasks))


@pytest.mark.parametrize("patience", [0, 1])
async def test_nothing_under_way_is_no_wait(patience):
    """Without tasks draining is over at once."""
    cut = await Tasks().drain(patience)

    assert 0 == cut


async def test_a_flood_of_work_leaves_the_loop_its_turns():
    """However many are begun at once, the loop looks at its sockets between one and the next."""
    tasks, seen = Tasks(), []
    reader, writer = socket.socketpair()

    async def work(number):
        seen.append(number)
        writer.send(b"x")

    def readable():
        seen.append(reader.recv(1).decode())

    loop = asyncio.get_running_loop()
    loop.add_reader(reader, readable)
    for number in range(4):
        tasks.start(work(number), name="work")
    await tasks.drain(5)
    loop.remove_reader(reader)
    reader.close()
    writer.close()

    in_a_row = max(len(run) for run in "".join(map(str, seen)).split("x"))
    assert [0, 1, 2, 3] == [each for each in seen if each != "x"]
    assert in_a_row <= 2


async def test_what_is_cut_before_its_turn_is_closed():
    """A task that never began leaves nothing behind, and keeps no other from its turn."""
    tasks, seen = Tasks(), []

    async def work(number):
        seen.append(number)

    begun = [tasks.start(work(number), name="work") for number in range(3)]
    await asyncio.sleep(0)
    begun[1].cancel()
    await tasks.drain(5)

    assert [0, 2] == seen


async def test_work_is_done_in_another_thread(executor):
    """What it gives comes back, and the loop's own thread did not do it."""
    here = threading.get_ident()

    def work(number, *, more):
        return number + more, threading.get_ident()

    result, there = await executor.run(work, 1, more=2)

    assert 3 == result
    assert there != here


async def test_what_is_raised_comes_back(executor):
    """A fault of the work is a fault of who asked for it."""
    with pytest.raises(ZeroDivisionError):
        await executor.run(lambda: 1 // 0)


async def test_one_piece_at_a_time_in_the_order_asked(executor):
    """The second waits for the first, and the loop goes on meanwhile."""
    gate, order = threading.Event(), []

    def first():
        gate.wait(10)
        order.append("first")

    waiting = [
        asyncio.ensure_future(executor.run(first)),
        asyncio.ensure_future(executor.run(order.append, "second")),
    ]
    await asyncio.sleep(0)
    order.append("loop")
    gate.set()
    await asyncio.gather(*waiting)

    assert ["loop", "first", "second"] == order


async def test_once_closed_nothing_is_begun():
    """Who asks then, or still waits in the queue, hears that the bot is being stopped."""
    executor, gate, done = WorkerThread(), threading.Event(), []

    under_way = asyncio.ensure_future(executor.run(gate.wait, 10))
    queued = asyncio.ensure_future(executor.run(done.append, "queued"))
    await asyncio.sleep(0)
    closing = asyncio.ensure_future(executor.aclose())
    await asyncio.sleep(0)
    gate.set()
    await closing
    await executor.aclose()

    assert await under_way
    for late in (queued, executor.run(done.append, "late")):
        with pytest.raises(Restarting):
            await late
    assert [] == done
