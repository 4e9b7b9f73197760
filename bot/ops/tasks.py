"""Work that goes on after the ack: held by a strong reference, timed, drained at the end.

Bolt keeps no reference to the tasks it starts and drains none; asyncio itself holds tasks weakly.
However many are waiting, one is begun each time the loop has looked at its sockets: a flood of
work never stands before the next ack.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, suppress
from functools import partial
from typing import Any, ParamSpec, TypeVar

from bot.errors import Restarting

P = ParamSpec("P")
T = TypeVar("T")


class WorkerThread:
    """Runs functions for all who ask, in the order asked; the thread comes with the first."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="off-loop")
        self._is_closed = False

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what `work` gives. Raises what it raises, and Restarting once closed."""
        if self._is_closed:
            raise Restarting
        loop, begun = asyncio.get_running_loop(), partial(work, *args, **kwargs)
        return await loop.run_in_executor(self._thread, self._do, begun)

    async def aclose(self) -> None:
        """Wait for what is under way; what waits behind it is not begun. May be called twice."""
        self._is_closed = True
        await asyncio.to_thread(self._thread.shutdown)

    def _do(self, work: Callable[[], T]) -> T:
        if self._is_closed:
            raise Restarting
        return work()


log = logging.getLogger(__name__)

LAST_WORDS_SECONDS = 2.0


class Tasks:
    """The set of tasks under way; whatever escapes one is logged and ends there."""

    def __init__(self, longest_seconds: float = 180.0) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._turns: deque[asyncio.Future[None]] = deque()
        self._longest = longest_seconds

    def __len__(self) -> int:
        return len(self._tasks)

    def start(self, work: Coroutine[Any, Any, object], *, name: str) -> asyncio.Task[None]:
        """Go on with `work` beside the caller, at most `longest_seconds`."""
        task = asyncio.create_task(self._run(work, name), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def drain(self, patience: float) -> int:
        """Wait for all, those too that begin meanwhile; cancel what is left, give it last words.

        Gives how many were cut.

        Takes at most `patience` seconds.
        """
        await self._wait(max(0.0, patience - LAST_WORDS_SECONDS))
        cut = self._cancel()
        await self._wait(min(patience, LAST_WORDS_SECONDS))
        self._cancel()
        return cut

    async def _wait(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._tasks:
                    await asyncio.wait(self._tasks)

    def _cancel(self) -> int:
        for task in self._tasks:
            task.cancel()
        return len(self._tasks)

    async def _turn(self) -> None:
        """Wait until the loop has looked at its sockets once for each that came before."""
        turn = asyncio.get_running_loop().create_future()
        self._turns.append(turn)
        if len(self._turns) == 1:
            turn.get_loop().call_soon(self._give_turn)
        await turn

    def _give_turn(self) -> None:
        turn = self._turns.popleft()
        if not turn.done():
            turn.set_result(None)
        if self._turns:
            turn.get_loop().call_soon(self._give_turn)

    async def _run(self, work: Coroutine[Any, Any, object], name: str) -> None:
        try:
            await self._turn()
            async with asyncio.timeout(self._longest):
                await work
        except TimeoutError:
            log.warning("task-took-too-long", extra={"task": name, "seconds": self._longest})
        except Exception:  # the edge of a task: nobody awaits it, so nobody else would tell
            log.exception("task-failed", extra={"task": name})
        finally:
            work.close()  # one that was cut before its turn was never begun


def start_background(
    stack: AsyncExitStack, work: Coroutine[Any, Any, None], name: str
) -> asyncio.Task[None]:
    """Go on with `work` beside the caller, until it is cancelled with the end of the stack."""
    task = asyncio.create_task(work, name=name)
    stack.push_async_callback(cancel_and_wait, task)
    return task


async def cancel_and_wait(*tasks: asyncio.Task[None]) -> None:
    """Cancel tasks, and wait until they have ended."""
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
