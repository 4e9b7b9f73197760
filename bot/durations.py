"""Durations as people type them, in settings, options and commands: `90s`, `15min`, `1h30min`."""

import re
from datetime import timedelta

_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+)")
_NAMES = {
    1: ("s", "sec", "secs", "second", "seconds"),
    60: ("m", "min", "mins", "minute", "minutes"),
    3600: ("h", "hr", "hrs", "hour", "hours"),
    86400: ("d", "day", "days"),
}
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
