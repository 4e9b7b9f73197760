"""Stops all requests to KORE while it is down, whatever they are for."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from bot.clock import Clock
from bot.kore.errors import KoreUnavailable


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
