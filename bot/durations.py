"""Durations as people type them (`90s`, `15min`, `1h30min`), and as HTTP's Retry-After has them."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

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
