"""Things done side by side within one block, all ended when the block ends."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

T = TypeVar("T")


class Errands:
    """Begins tasks; made by `errands()`."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def begin(self, errand: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Start it now; whoever needs it awaits it."""
        task = asyncio.create_task(errand)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        """Let go of it, for its result may be large; a failure that nobody awaited is taken in."""
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()

    async def end(self) -> None:
        """Cancel what still runs, and wait until it has ended."""
        running = tuple(self._tasks)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


@asynccontextmanager
async def errands() -> AsyncIterator[Errands]:
    """Open a block of errands.

    Unlike a TaskGroup it raises what the block itself raises, so that the order of awaiting says
    whose failure wins, and it does not wait for errands that nobody needs any more.
    """
    opened = Errands()
    try:
        yield opened
    finally:
        await opened.end()
