"""The circuit: when KORE is down, asking stops for a while and everybody is told at once."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

from bot.clock import Clock
from bot.kore.errors import KoreUnavailable


@dataclass(slots=True)
class Circuit:
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
