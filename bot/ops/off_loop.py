"""Work for the processor beside the event loop: in one thread, one piece after the other.

One thread, because each more would compete with the loop for the interpreter.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from bot.errors import Restarting

P = ParamSpec("P")
T = TypeVar("T")


class OffLoop:
    """Runs functions for all who ask, in the order asked; the thread comes with the first."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="off-loop")
        self._is_closed = False

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Give what `work` gives. Raises what it raises, and Restarting once closed."""
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
