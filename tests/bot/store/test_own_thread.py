"""A thread of one's own: everything in order, and nothing lost when nobody waits."""

import asyncio
import threading

import pytest

from bot.store.errors import StoreNotReady
from bot.store.own_thread import OwnThread


async def test_it_is_one_thread_beside_the_loop():
    """
    All pieces are done in one thread, which is not the loop's, and give what they give.
    """
    thread = OwnThread("test")
    idents = {await thread.run(threading.get_ident) for _ in range(3)}
    given = await thread.run(max, 1, 2)
    await thread.aclose(lambda: None)

    assert 1 == len(idents - {threading.get_ident()})
    assert 2 == given


async def test_what_is_raised_is_raised_where_it_is_awaited():
    """
    An error goes to whoever asked, and the thread goes on.
    """
    thread = OwnThread("test")
    with pytest.raises(ZeroDivisionError):
        await thread.run(divmod, 1, 0)
    given = await thread.run(divmod, 7, 2)
    await thread.aclose(lambda: None)

    assert (3, 1) == given


async def test_who_stops_waiting_does_not_stop_the_work():
    """
    A cancelled piece is finished before the next one begins.
    """
    thread, go, done = OwnThread("test"), threading.Event(), []

    def slow() -> None:
        go.wait(5)
        done.append("slow")

    waiting = asyncio.ensure_future(thread.run(slow))
    waiting.cancel()
    thread.run_unwatched(lambda: done.append("next"))
    go.set()
    await thread.aclose(lambda: done.append("last"))

    assert waiting.cancelled()
    assert ["slow", "next", "last"] == done


async def test_once_closed_it_takes_nothing():
    """
    After its end each piece is refused; one that was never used has no thread to end.
    """
    before = threading.active_count()
    thread = OwnThread("test")
    await thread.aclose(lambda: None)
    await thread.aclose(lambda: None)

    assert before == threading.active_count()
    with pytest.raises(StoreNotReady):
        thread.run(int)


def test_a_loop_that_has_ended_is_no_error():
    """
    A piece that outlives the loop that asked for it ends in silence.
    """
    thread, go, ended = OwnThread("test"), threading.Event(), threading.Event()

    async def leaves() -> None:
        thread.run(go.wait, 5)

    asyncio.run(leaves())
    go.set()
    thread.run_unwatched(ended.set)

    assert ended.wait(5)
