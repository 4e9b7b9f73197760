"""Places for what nobody waits for: a scan asks only when no person wants to.

It has places of its own, so that it never takes one from a look-up; where KORE limits the account,
it starts only what nobody else would start now, and leaves a part of the pace free. A pace that
other processes keep to as well is kept besides.
"""

import asyncio
from typing import Protocol

from bot.clock import Clock
from bot.kore.limiter import Limiter
from bot.kore.seats import Seats

LEFT_FREE = 0.1
LOOK_AGAIN = 0.02


class Pace(Protocol):
    """How often all who share an account may ask."""

    async def take(self) -> None:
        """Wait for the next turn."""


class Behind:
    """Hands out places like a Limiter, behind all who ask `front` for one."""

    def __init__(
        self, front: Limiter, clock: Clock, *, at_once: int, pace: Pace | None = None
    ) -> None:
        self._front = front
        self._pace = pace
        self._clock = clock
        self._most_at_once = at_once
        self._seats = Seats(lambda: self.at_once)
        self._turn = asyncio.Lock()

    @property
    def at_once(self) -> int:
        """How many requests may be in flight now; shrinks as that of the front does."""
        return max(1, int(self._most_at_once * self._front.share))

    def acquire_now(self) -> float | None:
        """Take a place if one is free and nobody else wants to ask; gives the moment, or None."""
        busy = self._pace or self._turn.locked() or self._front.wait_behind() > 0
        if busy or not self._seats.take_now():
            return None
        return self._front.start_behind(LEFT_FREE)

    async def acquire(self) -> float:
        """Wait for a place and for the turn; gives the moment of the start."""
        await self._seats.take()
        try:
            if self._pace:
                await self._pace.take()
            async with self._turn:
                while (seconds := self._front.wait_behind()) > 0:
                    await self._clock.sleep(min(seconds, LOOK_AGAIN))
                return self._front.start_behind(LEFT_FREE)
        except BaseException:
            self.release()
            raise

    def release(self) -> None:
        """Give the place back, whatever came of it."""
        self._seats.leave()

    def accepted(self) -> None:
        """Note an answer that was not a 429."""
        self._front.accepted()

    def refused(self, started: float, retry_after: float | None) -> None:
        """Note a 429 of a request that began at `started`."""
        self._front.refused(started, retry_after)
