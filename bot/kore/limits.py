"""How much one account is asked at once and per second; adapts to what KORE allows.

KORE publishes no limits, so they are learnt: a 429 halves what may be in flight and sets the pace
to what was just accepted; then both grow back slowly. A flood far above the limit also holds
everybody for the time that Retry-After asks.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from bot.clock import Clock
from bot.kore.errors import KoreUnavailable


@dataclass(slots=True)
class CircuitBreaker:
    """Opens after `failures` in a row; after `pause` seconds one request may probe.

    Each failed probe doubles the pause, up to `longest_pause`; any answer closes the circuit.
    What is asked beside a probe waits up to `patience` seconds for what comes of it.
    """

    clock: Clock
    failures: int = 8
    pause: float = 5.0
    longest_pause: float = 30.0
    patience: float = 1.0
    _in_a_row: int = 0
    _down_since: float = 0.0
    _opened_at: float | None = None
    _current_pause: float = 0.0
    _probing: bool = False
    _probed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_open(self) -> bool:
        """True while KORE is taken to be down."""
        return self._opened_at is not None

    async def enter(self) -> None:
        """Let a request through as `check` does, after a probe that is under way.

        One look-up asks several things side by side: those beside the probe are not refused for it.
        """
        if self._probing:
            with suppress(TimeoutError):
                async with asyncio.timeout(self.patience):
                    await self._probed.wait()
        self.check()

    def check(self) -> None:
        """Let a request through, or raise KoreUnavailable at once."""
        if self._opened_at is None:
            return
        now = self.clock.monotonic()
        if self._probing or now - self._opened_at < self._current_pause:
            raise KoreUnavailable(
                f"KORE has not answered for {now - self._down_since:.0f} s. "
                "I keep trying; ask again in a minute."
            )
        self._probing = True
        self._probed.clear()

    def answered(self) -> None:
        """Note that KORE answered, whatever it said."""
        self._in_a_row = 0
        self._opened_at = None
        self._current_pause = 0.0

    def failed(self, asked: float | None = None) -> None:
        """Note that KORE did not answer what was `asked` then (default now), or with a 5xx."""
        now = self.clock.monotonic()
        if self._in_a_row == 0:
            self._down_since = now if asked is None else asked
        self._in_a_row += 1
        if self._probing or (self._opened_at is None and self._in_a_row >= self.failures):
            self._current_pause = min(self.longest_pause, self._current_pause * 2 or self.pause)
            self._opened_at = now

    def let_go(self) -> None:
        """End a probe, whatever came of it, so that the next one may look."""
        self._probing = False
        self._probed.set()


class AdjustableSemaphore:
    """As many as `how_many` says now; what it says may change while people sit and wait."""

    def __init__(self, how_many: Callable[[], int]) -> None:
        self._how_many = how_many
        self._taken = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def are_wanted(self) -> bool:
        """Return whether somebody waits for one."""
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
        """Return it back, and seat whom there is room for."""
        self._taken -= 1
        while self._waiting and self._taken < self._how_many():
            seat = self._waiting.popleft()
            if not seat.done():
                self._taken += 1
                seat.set_result(None)


WINDOW = 1.0
SLOWER = 0.98
GROWTH = 1.02
LEAST_GROWTH = 0.5
FLOOD = 1.25
SLOWEST = 0.5
CREDIT = 0.05
TICK = 0.0005  # no timer is finer


class AdaptiveLimiter:
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
        self._seats = AdjustableSemaphore(lambda: self.at_once)
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
        """Return the seconds until one may start who lets everybody else go first."""
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
        """Return the place back, whatever came of it."""
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


LEFT_FREE = 0.1
LOOK_AGAIN = 0.02


class SharedRateLimit(Protocol):
    """How often all who share an account may ask."""

    async def take(self) -> None:
        """Wait for the next turn."""


class BackgroundLimiter:
    """Hands out places like a AdaptiveLimiter, behind all who ask `front` for one."""

    def __init__(
        self,
        front: AdaptiveLimiter,
        clock: Clock,
        *,
        at_once: int,
        pace: SharedRateLimit | None = None,
    ) -> None:
        self._front = front
        self._pace = pace
        self._clock = clock
        self._most_at_once = at_once
        self._seats = AdjustableSemaphore(lambda: self.at_once)
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
        """Return the place back, whatever came of it."""
        self._seats.leave()

    def accepted(self) -> None:
        """Note an answer that was not a 429."""
        self._front.accepted()

    def refused(self, started: float, retry_after: float | None) -> None:
        """Note a 429 of a request that began at `started`."""
        self._front.refused(started, retry_after)
