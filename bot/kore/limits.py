"""How much one account is asked at once and per second; adapts to what KORE allows.

KORE publishes no limits, so they are learnt: a 429 halves what may be in flight; several within a
second that was full of requests set the rate to what was accepted in it; then both grow back
slowly. A flood far above the limit also holds everybody for the time that Retry-After asks.

Look-ups go through the AdaptiveLimiter, scans and watches through a BackgroundLimiter behind it.
The CircuitBreaker stops all requests while KORE is down, whatever they are for.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from bot.clock import Clock
from bot.kore.errors import KoreUnavailable

WINDOW = 1.0
"""Seconds over which requests are counted."""
DECREASE = 0.98
GROWTH = 1.02
MIN_GROWTH = 0.5
FLOOD = 0.25
"""Of the accepted: with more refusals than that everybody waits."""
SEVERAL = 2
"""Refusals within WINDOW from which on a 429 is no stray one."""
MANY = 5
"""The same while others are accepted: two or three may be SIMs that are always refused."""
REST = 3.0
LONGEST_HOLD = 60.0
CREDIT = 0.05
TIMER_RESOLUTION = 0.0005


class AdjustableSemaphore:
    """A fair semaphore whose `limit` may change while it is held and waited for."""

    def __init__(self, limit: Callable[[], int]) -> None:
        self._limit = limit
        self._held = 0
        self._waiters: deque[asyncio.Future[None]] = deque()

    @property
    def has_waiters(self) -> bool:
        """Return whether somebody waits for it."""
        return bool(self._waiters)

    def acquire_now(self) -> bool:
        """Acquire it if it is free and nobody waits for it."""
        if self._waiters or self._held >= self._limit():
            return False
        self._held += 1
        return True

    async def acquire(self) -> None:
        """Acquire it, first come, first served."""
        if self.acquire_now():
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():
                self.release()
            raise

    def release(self) -> None:
        """Release it, and wake as many as there is room for."""
        self._held -= 1
        while self._waiters and self._held < self._limit():
            waiter = self._waiters.popleft()
            if not waiter.done():
                self._held += 1
                waiter.set_result(None)


class RecentCount:
    """Counts what happened within the last WINDOW; `busy_since` is the first after a REST."""

    def __init__(self) -> None:
        self._moments: deque[float] = deque()
        self._last = float("-inf")
        self.busy_since = float("inf")

    def add(self, now: float) -> float:
        """Count one more; return `now`."""
        if now - self._last > REST:
            self.busy_since = now
        self._last = now
        self._moments.append(now)
        self._forget(now)
        return now

    def rate(self, now: float) -> float:
        """Return how many there were a second."""
        self._forget(now)
        return len(self._moments) / WINDOW

    def _forget(self, now: float) -> None:
        moments, oldest = self._moments, now - WINDOW
        while moments and moments[0] <= oldest:
            moments.popleft()


class AdaptiveLimiter:
    """Admits at most `at_once` requests in flight, and spaces them once a rate was learnt."""

    def __init__(self, clock: Clock, *, at_once: int, per_second: float | None = None) -> None:
        self._clock = clock
        self._max_at_once = at_once
        self._at_once = float(at_once)
        self._max_rate = per_second
        self._rate = per_second
        self._rate_set_at = clock.monotonic()
        self._changed_at = float("-inf")
        self._held_until = float("-inf")
        self._next_start = float("-inf")
        self._semaphore = AdjustableSemaphore(lambda: self.at_once)
        self._accepted = RecentCount()
        self._refused = RecentCount()

    @property
    def at_once(self) -> int:
        """How many requests may be in flight now."""
        return int(self._at_once)

    @property
    def rate(self) -> float | None:
        """Requests a second allowed now; None where no limit is known."""
        if self._rate is None:
            return None
        elapsed = self._clock.monotonic() - self._rate_set_at
        grown: float = self._rate * GROWTH ** min(elapsed, 600.0) + MIN_GROWTH * elapsed
        return min(grown, self._max_rate or grown)

    @property
    def fraction(self) -> float:
        """How much of the most that may be in flight is allowed now; 1 where nothing is limited."""
        return self._at_once / self._max_at_once

    def acquire_now(self) -> float | None:
        """Admit one if there is room, no rate to keep and nobody held; the moment, or None."""
        now = self._clock.monotonic()
        if self._rate is not None or now < self._held_until or not self._semaphore.acquire_now():
            return None
        return now

    async def acquire(self) -> float:
        """Wait until a request is admitted; return the moment, to hand back if it is refused."""
        await self._semaphore.acquire()
        try:
            await self._keep_rate()
        except BaseException:
            self.release()
            raise
        return self._clock.monotonic()

    def release(self) -> None:
        """End a request, whatever came of it."""
        self._semaphore.release()

    def hold(self) -> float:
        """Return the seconds for which KORE wants nobody to ask."""
        return max(0.0, self._held_until - self._clock.monotonic())

    def accepted(self) -> None:
        """Record a response other than a 429."""
        self._accepted.add(self._clock.monotonic())
        if self._at_once < self._max_at_once:
            self._at_once = min(self._max_at_once, self._at_once + 1 / self._at_once)

    def rate_limited(self, started: float, retry_after: float | None) -> None:
        """Record a 429 to a request that was admitted at `started`; a stray one holds nobody up.

        One sent before the last change tells nothing new of the rate.
        """
        now = self._clock.monotonic()
        self._refused.add(now)
        refused, accepted = self._refused.rate(now), self._accepted.rate(now)
        is_few = refused < SEVERAL or (accepted and refused < MANY)
        if not is_few and refused > FLOOD * accepted:
            hold = min(retry_after or WINDOW, LONGEST_HOLD)
            self._held_until = self._next_start = max(self._held_until, now + hold)
        if started <= self._changed_at:
            return
        self._changed_at = now
        self._at_once = max(1.0, self._at_once / 2)
        if refused >= SEVERAL and accepted and now - self._accepted.busy_since >= WINDOW:
            self._rate, self._rate_set_at = accepted * DECREASE, now

    def background_wait(self, now: float) -> float:
        """Return the seconds until a request may start that lets all others go first."""
        if self._semaphore.has_waiters:
            return WINDOW
        spaced = now if self._rate is None else self._next_start
        wait = max(self._held_until, spaced) - now
        return wait if wait > TIMER_RESOLUTION else 0.0

    def start_in_background(self, now: float) -> float:
        """Record the start of such a request, which leaves others a share of the rate."""
        rate = self.rate
        if rate is not None:
            self._next_start = max(self._next_start, now - CREDIT) + 1 / (rate * (1 - RESERVE))
        return now

    async def _keep_rate(self) -> None:
        while True:
            now = self._clock.monotonic()
            rate = self.rate
            start = max(now, self._held_until)
            if rate is not None:
                start = max(self._next_start, start - CREDIT)
                self._next_start = start + 1 / rate
            if start > now:
                await self._clock.sleep(start - now)
            if self._held_until <= self._clock.monotonic():
                return


RESERVE = 0.1
CHECK_AGAIN_AFTER = 0.02


class SharedRateLimit(Protocol):
    """A rate that is kept together with other processes."""

    async def take(self) -> None:
        """Wait for the next turn."""


class BackgroundLimiter:
    """Admits requests as an AdaptiveLimiter does, behind all who ask the `foreground` one."""

    def __init__(
        self,
        foreground: AdaptiveLimiter,
        clock: Clock,
        *,
        at_once: int,
        shared_rate: SharedRateLimit | None = None,
    ) -> None:
        self._foreground = foreground
        self._shared_rate = shared_rate
        self._clock = clock
        self._max_at_once = at_once
        self._semaphore = AdjustableSemaphore(lambda: self.at_once)
        self._next_to_start = asyncio.Lock()

    @property
    def at_once(self) -> int:
        """How many requests may be in flight now; shrinks as that of the foreground does."""
        return max(1, int(self._max_at_once * self._foreground.fraction))

    def acquire_now(self) -> float | None:
        """Admit a request if there is room and nobody else wants to ask; the moment, or None."""
        now = self._clock.monotonic()
        if self._shared_rate or self._next_to_start.locked():
            return None
        if self._foreground.background_wait(now) > 0 or not self._semaphore.acquire_now():
            return None
        return self._foreground.start_in_background(now)

    async def acquire(self) -> float:
        """Wait until a request is admitted; return the moment."""
        await self._semaphore.acquire()
        try:
            if self._shared_rate:
                await self._shared_rate.take()
            async with self._next_to_start:
                now = self._clock.monotonic()
                while (seconds := self._foreground.background_wait(now)) > 0:
                    await self._clock.sleep(min(seconds, CHECK_AGAIN_AFTER))
                    now = self._clock.monotonic()
                return self._foreground.start_in_background(now)
        except BaseException:
            self.release()
            raise

    def release(self) -> None:
        """End a request, whatever came of it."""
        self._semaphore.release()

    def hold(self) -> float:
        """Return the seconds for which KORE wants nobody to ask."""
        return self._foreground.hold()

    def accepted(self) -> None:
        """Record a response other than a 429."""
        self._foreground.accepted()

    def rate_limited(self, started: float, retry_after: float | None) -> None:
        """Record a 429 to a request that was admitted at `started`."""
        self._foreground.rate_limited(started, retry_after)


ConcurrencyLimiter = AdaptiveLimiter | BackgroundLimiter


@dataclass(slots=True)
class CircuitBreaker:
    """Opens when so many different resources failed in a row; after `pause` s one may probe.

    A resource that fails again and again counts once: one sick SIM is not KORE. Each failed probe
    doubles the pause, up to `longest_pause`; any answer closes the circuit.
    Requests beside a probe wait up to `patience` seconds for its outcome.
    """

    clock: Clock
    failures: int = 8
    pause: float = 5.0
    longest_pause: float = 30.0
    patience: float = 1.0
    _failing: set[object] = field(default_factory=set)
    _down_since: float = 0.0
    _error: Callable[..., KoreUnavailable] = KoreUnavailable
    _opened_at: float | None = None
    _current_pause: float = 0.0
    _probing: bool = False
    _probe_ended: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_open(self) -> bool:
        """True while KORE is taken to be down."""
        return self._opened_at is not None

    @property
    def is_untroubled(self) -> bool:
        """Return whether there is nothing to wait for, and nothing to reset after an answer."""
        return not self._failing and not self._probing

    @property
    def silent_for(self) -> float:
        """The seconds since when KORE has not answered; 0 where it answered the last request."""
        return self.clock.monotonic() - self._down_since if self._failing else 0.0

    async def enter(self) -> None:
        """Let a request through as `check` does, after a probe that is under way.

        One look-up asks several things side by side: those beside the probe are not refused for it.
        """
        if self._probing:
            with suppress(TimeoutError):
                async with asyncio.timeout(self.patience):
                    await self._probe_ended.wait()
        self.check()

    def check(self) -> None:
        """Let a request through, or raise KoreUnavailable at once."""
        if self._opened_at is None:
            return
        now = self.clock.monotonic()
        if self._probing or now - self._opened_at < self._current_pause:
            raise self._error(silent_for=now - self._down_since)
        self._probing = True
        self._probe_ended.clear()

    def succeeded(self) -> None:
        """Record that KORE answered, whatever it said."""
        self._failing.clear()
        self._opened_at = None
        self._current_pause = 0.0

    def failed(
        self,
        started: float | None = None,
        resource: str | None = None,
        error: Callable[..., KoreUnavailable] = KoreUnavailable,
    ) -> None:
        """Record that KORE did not answer a request of `started` (default now), or with a 5xx.

        Without a `resource` it was the connection: each such failure counts. `error` makes what
        all are told while the circuit is open.
        """
        self._error = error
        now = self.clock.monotonic()
        if not self._failing:
            self._down_since = now if started is None else started
        self._failing.add(resource or object())
        if self._probing or (self._opened_at is None and len(self._failing) >= self.failures):
            self._current_pause = min(self.longest_pause, self._current_pause * 2 or self.pause)
            self._opened_at = now

    def end_probe(self) -> None:
        """End a probe, whatever came of it, so that the next request may probe."""
        if self._probing:
            self._probing = False
            self._probe_ended.set()
