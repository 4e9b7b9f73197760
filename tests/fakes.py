"""Hand-written fakes."""

import asyncio
from datetime import UTC, datetime, timedelta

from bot.clock import SystemClock

YEARLY = f"0 0 1 {(datetime.now(UTC).month + 5) % 12 + 1} *"
"""A cron line that is due half a year from now: no test runs until then."""


class NoonClock(SystemClock):
    """The machine's clock as if it were noon now: no day ends while a test runs."""

    def __init__(self) -> None:
        now = datetime.now(UTC)
        self._later = now.replace(hour=12, minute=0, second=0) - now

    def now(self) -> datetime:  # type: ignore[override] -- what is inherited needs no clock
        return datetime.now(UTC) + self._later


class FakeClock:
    """Time stands still until a test, or a sleep, moves it."""

    def __init__(self) -> None:
        self.time = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
        self.slept: list[float] = []
        self._back = 0.0

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.time.timestamp() + self._back

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.move(seconds)
        await asyncio.sleep(0)

    def move(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)

    def set_back(self, seconds: float) -> None:
        """Set it back, as an admin or NTP does; the monotonic one goes on."""
        self.time -= timedelta(seconds=seconds)
        self._back += seconds
