"""Things done side by side within one block, all ended when the block ends."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

T = TypeVar("T")


class Errands:
    """Begins tasks; made by `errands()`."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[Any]] = []

    def begin(self, errand: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Start it now; whoever needs it awaits it."""
        task = asyncio.create_task(errand)
        self._tasks.append(task)
        return task

    async def end(self) -> None:
        """Cancel what still runs, and take in every failure that nobody awaited."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


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
