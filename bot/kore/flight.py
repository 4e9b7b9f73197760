"""Single flight: those who want the same thing at the same time share one doing of it."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """One task per key; who stops waiting does not stop it, and its failure reaches all."""

    def __init__(self) -> None:
        self._flying: dict[Hashable, asyncio.Task[T]] = {}

    def flying(self, key: Hashable) -> bool:
        """Say whether that key is being done now."""
        return key in self._flying

    def join(self, key: Hashable, do: Callable[[], Coroutine[Any, Any, T]]) -> "asyncio.Future[T]":
        """Give what to await: the doing under way, or a new one. Cancelling it cancels nobody."""
        task = self._flying.get(key)
        if task is None:
            task = self._flying[key] = asyncio.create_task(do())
            task.add_done_callback(lambda done: self._landed(key, done))
        return asyncio.shield(task)

    async def close(self) -> None:
        """Cancel all that flies and wait until it is down."""
        tasks = list(self._flying.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _landed(self, key: Hashable, task: asyncio.Task[T]) -> None:
        del self._flying[key]
        if not task.cancelled():
            task.exception()  # retrieved, or asyncio complains when every waiter has gone
