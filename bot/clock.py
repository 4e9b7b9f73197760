"""Time: the clock and the waiting, passed in so that tests hold them still; durations; cron lines.

A cron line names times of day, and each comes once a day whatever the clocks do: one that they skip
comes at the moment when they go on, one that they show twice comes the first time. Only a line
whose hour is a plain `*` follows the hours that pass: 23 or 25 on such a day.
"""

import asyncio
import heapq
import random
import re
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Protocol
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

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

    # an answer asks some dozen times: no function of ours stands between
    now = staticmethod(partial(datetime.now, UTC))
    monotonic = staticmethod(time.monotonic)
    sleep = staticmethod(asyncio.sleep)


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


def jittered(seconds: float, share: float, chance: Chance = random.random) -> float:
    """Return the time, longer or shorter by up to this share: for what comes round regularly."""
    return seconds * (1 + share * (2 * chance() - 1))


_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_PART = re.compile(r"(?<![\d.])(\d++(?:\.\d++)?+)\s*+([a-z]++)")  # begins once in a long number
_NAMES = {
    1: ("s", "sec", "secs", "second", "seconds"),
    60: ("m", "min", "mins", "minute", "minutes"),
    3600: ("h", "hr", "hrs", "hour", "hours"),
    86400: ("d", "day", "days"),
    604800: ("w", "wk", "wks", "week", "weeks"),
}
_WORDED = re.compile(r"(?<!\w)(?:(half)(?: an?)?|an?|one) (?=[a-z])")  # half an hour, a week
LONGEST_RETRY_AFTER = 900.0
_UNITS = {name: seconds for seconds, names in _NAMES.items() for name in names}


def parse_seconds(text: str) -> float | None:
    """Read `90s`, `1h30min`, `1 hour and 30 minutes` or `half a day`; None for anything else.

    A number without a unit is nothing either: what it would mean differs from place to place.
    """
    text = _WORDED.sub(lambda word: "0.5 " if word[1] else "1 ", text.lower())
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


def iso(moment: datetime | None) -> str | None:
    """Return a moment as programs read it, in UTC to the second; None where there is none."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


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


FIELDS = 5


def due_times(lines: Iterable[str], zone: str, after: float) -> Iterator[float]:
    """Return the moments, in epoch seconds, at which any of the lines fires after `after`.

    Each is later than the one before; a line that never comes ends. Raises ValueError in words.
    """
    tz = _zone(zone)
    last = after
    for due in heapq.merge(*(_fires(line, tz, after) for line in lines)):
        # two lines fire together; and cronsim comes back to 02:30 from the second 02:10 of a night
        if due > last:
            last = due
            yield due


def _fires(line: str, tz: ZoneInfo, after: float) -> Iterator[float]:
    fields = line.split()
    if len(fields) != FIELDS:
        raise ValueError(f"A cron line has five fields, not {len(fields)}.")
    minute, hour, *days = fields
    start = datetime.fromtimestamp(after, tz)
    try:
        if hour != "*":
            # any other star would mean to cronsim that time passes
            hour, minute = hour.replace("*", "0-23"), minute.replace("*", "0-59")
            return (due.timestamp() for due in CronSim(" ".join((minute, hour, *days)), start))
        # left to look for a minute, it misses one where the clocks move by half an hour
        minutes = CronSim(line, start).minutes
        each = CronSim(" ".join(("*", hour, *days)), start)
        return (due.timestamp() for due in each if due.minute in minutes)
    except CronSimError as error:
        raise ValueError(f"That is not a cron line: {str(error).lower()}.") from error


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError) as error:
        raise ValueError("There is no time zone of that name.") from error
