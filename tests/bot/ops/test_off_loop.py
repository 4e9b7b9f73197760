"""Work beside the event loop."""

import asyncio
import threading

import pytest

from bot.errors import Restarting
from bot.ops.off_loop import OffLoop


@pytest.fixture
async def off_loop():
    """What is tested; closed at the end."""
    made = OffLoop()
    yield made
    await made.aclose()


async def test_work_is_done_in_another_thread(off_loop):
    """
    What it gives comes back, and the loop's own thread did not do it.
    """
    here = threading.get_ident()

    def work(number, *, more):
        return number + more, threading.get_ident()

    result, there = await off_loop.run(work, 1, more=2)

    assert 3 == result
    assert there != here


async def test_what_is_raised_comes_back(off_loop):
    """
    A fault of the work is a fault of who asked for it.
    """
    with pytest.raises(ZeroDivisionError):
        await off_loop.run(lambda: 1 // 0)


async def test_one_piece_at_a_time_in_the_order_asked(off_loop):
    """
    The second waits for the first, and the loop goes on meanwhile.
    """
    gate, order = threading.Event(), []

    def first():
        gate.wait(10)
        order.append("first")

    waiting = [
        asyncio.ensure_future(off_loop.run(first)),
        asyncio.ensure_future(off_loop.run(order.append, "second")),
    ]
    await asyncio.sleep(0)
    order.append("loop")
    gate.set()
    await asyncio.gather(*waiting)

    assert ["loop", "first", "second"] == order


async def test_once_closed_nothing_is_begun():
    """
    Who asks then, or still waits in the queue, hears that the bot is being stopped.
    """
    off_loop, gate, done = OffLoop(), threading.Event(), []

    under_way = asyncio.ensure_future(off_loop.run(gate.wait, 10))
    queued = asyncio.ensure_future(off_loop.run(done.append, "queued"))
    await asyncio.sleep(0)
    closing = asyncio.ensure_future(off_loop.aclose())
    await asyncio.sleep(0)
    gate.set()
    await closing
    await off_loop.aclose()

    assert await under_way
    for late in (queued, off_loop.run(done.append, "late")):
        with pytest.raises(Restarting):
            await late
    assert [] == done
