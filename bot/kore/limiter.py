"""How much one account is asked at once and per second; adapts to what KORE allows.

KORE publishes no limits, so they are learnt: a 429 halves what may be in flight and sets the pace
to what was just accepted; then both grow back slowly. A flood far above the limit also holds
everybody for the time that Retry-After asks.
"""

from collections import deque

from bot.clock import Clock
from bot.kore.seats import Seats

WINDOW = 1.0
SLOWER = 0.98
GROWTH = 1.02
LEAST_GROWTH = 0.5
FLOOD = 1.25
SLOWEST = 0.5
CREDIT = 0.05
TICK = 0.0005  # no timer is finer


class Limiter:
    """Hands out places: `at_once` at most in flight, spaced by a pace once one was learnt."""

    def __init__(self, clock: Clock, *, at_once: int, per_second: float | None = None) -> None:
        self._clock = clock
        self._most_at_once = at_once
        self._at_once = float(at_once)
        self._most_per_second = per_second
        self._pace = per_second
        self._paced_at = clock.monotonic()
        self._changed_at = float("-inf")
        self._held_until = float("-inf")
        self._next_start = float("-inf")
        self._seats = Seats(lambda: self.at_once)
        self._started: deque[float] = deque()
        self._accepted: deque[float] = deque()

    @property
    def at_once(self) -> int:
        """How many requests may be in flight now."""
        return int(self._at_once)

    @property
    def pace(self) -> float | None:
        """Requests a second allowed now; None where no limit is known."""
        if self._pace is None:
            return None
        peace = self._clock.monotonic() - self._paced_at
        grown: float = self._pace * GROWTH ** min(peace, 600.0) + LEAST_GROWTH * peace
        return min(grown, self._most_per_second or grown)

    @property
    def share(self) -> float:
        """How much of what may be in flight at most may be now; 1 where nothing is limited."""
        return self._at_once / self._most_at_once

    def wait_behind(self) -> float:
        """Give the seconds until one may start who lets everybody else go first."""
        now = self._clock.monotonic()
        if self._seats.are_wanted:
            return WINDOW
        paced = self._next_start if self.pace is not None else now
        wait = max(self._held_until, paced) - now
        return wait if wait > TICK else 0.0

    def start_behind(self, left_free: float) -> float:
        """Note such a start; it takes of the pace what is not left free for others."""
        now = self._clock.monotonic()
        pace = self.pace
        if pace is not None:
            self._next_start = max(self._next_start, now - CREDIT) + 1 / (pace * (1 - left_free))
        return _note(self._started, now)

    def acquire_now(self) -> float | None:
        """Take a place if one is free and nothing is paced; gives the moment, or None."""
        if self._pace is not None or not self._seats.take_now():
            return None
        return _note(self._started, self._clock.monotonic())

    async def acquire(self) -> float:
        """Wait for a place; gives the moment of the start, to hand back with `refused`."""
        await self._seats.take()
        try:
            await self._keep_pace()
        except BaseException:
            self.release()
            raise
        return _note(self._started, self._clock.monotonic())

    def release(self) -> None:
        """Give the place back, whatever came of it."""
        self._seats.leave()

    def accepted(self) -> None:
        """Note an answer that was not a 429."""
        _note(self._accepted, self._clock.monotonic())
        if self._at_once < self._most_at_once:
            self._at_once = min(self._most_at_once, self._at_once + 1 / self._at_once)

    def refused(self, started: float, retry_after: float | None) -> None:
        """Note a 429 of a request that began at `started`.

        One sent before the last change tells nothing new.
        """
        if started <= self._changed_at:
            return
        now = self._clock.monotonic()
        allowed = max(SLOWEST, _rate(self._accepted, now))
        self._pace, self._paced_at, self._changed_at = allowed * SLOWER, now, now
        self._at_once = max(1.0, self._at_once / 2)
        if _rate(self._started, now) > FLOOD * allowed:
            self._held_until = self._next_start = now + (retry_after or WINDOW)

    async def _keep_pace(self) -> None:
        while True:
            now = self._clock.monotonic()
            pace = self.pace
            start = max(now, self._held_until)
            if pace is not None:
                start = max(self._next_start, start - CREDIT)
                self._next_start = start + 1 / pace
            if start > now:
                await self._clock.sleep(start - now)
            if self._held_until <= self._clock.monotonic():
                return


def _note(moments: deque[float], now: float) -> float:
    moments.append(now)
    _rate(moments, now)
    return now


def _rate(moments: deque[float], now: float) -> float:
    while moments and moments[0] <= now - WINDOW:
        moments.popleft()
    return len(moments) / WINDOW
