"""Time: the clock and the waiting, passed in so that tests hold them still; durations in words."""

import asyncio
import random
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Protocol

from bot.struct import Struct


class Clock(Protocol):
    """Tells the time and waits."""

    def now(self) -> datetime:
        """Return the time of day, in UTC."""

    def monotonic(self) -> float:
        """Return seconds that only ever grow."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the time of day, in UTC."""
        return datetime.now(tz=UTC)

    def monotonic(self) -> float:
        """Return seconds that only ever grow."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


Chance = Callable[[], float]
_MOST_DOUBLINGS = 60  # enough for every limit, and no overflow after a day of failures


class Backoff(Struct):
    """Twice as long after each failure, from `first` up to `longest` seconds.

    `jitter` is the share of a wait that is left to `chance`, from 0 to below 1: those who failed
    together do not come back together.
    """

    first: float
    longest: float
    jitter: float = 0.0
    chance: Chance = random.random

    def after(self, failures: int) -> float:
        """Return the seconds to wait after so many failures in a row, counted from 1."""
        plain = min(self.longest, self.first * 2.0 ** min(failures - 1, _MOST_DOUBLINGS))
        return plain * (1 - self.jitter * (1 - self.chance())) if self.jitter else plain


def spread(seconds: float, share: float, chance: Chance = random.random) -> float:
    """Return the time, longer or shorter by up to this share: for what comes round regularly."""
    return seconds * (1 + share * (2 * chance() - 1))


_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_PART = re.compile(r"(?<![\d.])(\d++(?:\.\d++)?+)\s*+([a-z]++)")  # begins once in a long number
_NAMES = {
    1: ("s", "sec", "secs", "second", "seconds"),
    60: ("m", "min", "mins", "minute", "minutes"),
    3600: ("h", "hr", "hrs", "hour", "hours"),
    86400: ("d", "day", "days"),
}
LONGEST_RETRY_AFTER = 900.0
_UNITS = {name: seconds for seconds, names in _NAMES.items() for name in names}


def parse_seconds(text: str) -> float | None:
    """Read `90s`, `90 min`, `1h30min` or `1 hour and 30 minutes`; None for anything else.

    A number without a unit is nothing either: what it would mean differs from place to place.
    """
    text = text.lower()
    parts = _PART.findall(text)
    rest = _PART.sub("", text).replace("and", "").strip()
    if not parts or rest or any(unit not in _UNITS for _, unit in parts):
        return None
    return sum(float(number) * _UNITS[unit] for number, unit in parts)


def format_duration(duration: timedelta) -> str:
    """Write a duration as it may be typed, in the largest unit that is whole: `7d`, `90min`."""
    seconds = duration.total_seconds()
    units = ((86400, "d"), (3600, "h"), (60, "min"))
    size, unit = next((u for u in units if seconds and seconds % u[0] == 0), (1, "s"))
    return f"{seconds / size:g}{unit}"


def read_retry_after(text: str | None, now: datetime) -> float | None:
    """Return the seconds of a `Retry-After`, given so or as a date; None if it cannot be read.

    At most LONGEST_RETRY_AFTER: one absurd answer must not silence anything for good.
    """
    text = (text or "").strip()
    if _NUMBER.fullmatch(text):
        return min(float(text), LONGEST_RETRY_AFTER)
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return min(max(0.0, (when - now).total_seconds()), LONGEST_RETRY_AFTER)
