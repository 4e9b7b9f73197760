"""Seats for those who are served at once; who finds none waits in order of coming."""

import asyncio
from collections import deque
from collections.abc import Callable


class Seats:
    """As many as `how_many` says now; what it says may change while people sit and wait."""

    def __init__(self, how_many: Callable[[], int]) -> None:
        self._how_many = how_many
        self._taken = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def are_wanted(self) -> bool:
        """Tell whether somebody waits for one."""
        return bool(self._waiting)

    def take_now(self) -> bool:
        """Take one if it is free and nobody waits for it."""
        if self._waiting or self._taken >= self._how_many():
            return False
        self._taken += 1
        return True

    async def take(self) -> None:
        """Take one, as soon as it is one's turn."""
        if self.take_now():
            return
        seat: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(seat)
        try:
            await seat
        except asyncio.CancelledError:
            if seat.done() and not seat.cancelled():
                self.leave()
            raise

    def leave(self) -> None:
        """Give it back, and seat whom there is room for."""
        self._taken -= 1
        while self._waiting and self._taken < self._how_many():
            seat = self._waiting.popleft()
            if not seat.done():
                self._taken += 1
                seat.set_result(None)
