"""Numbers, ages and places with their units, as people say them."""

from datetime import datetime, timedelta

from bot.blocks.speech import utc
from bot.kore.models import CellLocation
from bot.sessions.withheld import WITHHELD

THIN = "\u202f"  # thin, and no line may break there
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_STEPS = (
    (2 * _DAY, _DAY, "d", _HOUR, "h"),
    (_HOUR, _HOUR, "h", _MINUTE, "min"),
    (_MINUTE, _MINUTE, "min", 1, "s"),
)


def grouped(number: float) -> str:
    """Give a number with its thousands set apart by thin spaces: `1 246`, `0.5`."""
    text = f"{number:,}" if isinstance(number, int) else f"{number:,.2f}".rstrip("0").rstrip(".")
    return text.replace(",", THIN)


def count(number: int, noun: str) -> str:
    """Give a number with its noun: `1 session`, `1 246 sessions`."""
    return f"{grouped(number)} {noun}{'' if number == 1 else 's'}"


def span(length: timedelta) -> str:
    """Give a length of time in one unit, rounded down: `12 s`, `4 min`, `3 h`, `2 d`."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min"
    if seconds < 2 * _DAY:
        return f"{seconds // _HOUR} h"
    return f"{grouped(seconds // _DAY)} d"


def lasting(length: timedelta) -> str:
    """Give a length of time in two units where the second tells something: `16 h 30 min`."""
    seconds = max(0, int(length.total_seconds()))
    for least, size, unit, less, lesser in _STEPS:
        if seconds >= least:
            rest = seconds % size // less
            whole = f"{grouped(seconds // size)} {unit}"
            return f"{whole} {rest} {lesser}" if rest else whole
    return f"{seconds} s"


def between(start: datetime, end: datetime) -> timedelta:
    """Give the time from one moment to another, whichever zones they are told in."""
    return utc(end) - utc(start)


def ago(moment: datetime, now: datetime) -> str:
    """Say how long ago a moment was; clocks that disagree a little make it `just now`."""
    length = between(moment, now)
    return f"{span(length)} ago" if length >= timedelta(seconds=1) else "just now"


def place(location: CellLocation) -> str:
    """Give the tower's coordinates to 3 decimals, about 100 m."""
    return f"≈ {location.lat:.3f}, {location.lon:.3f}"


def map_link(location: CellLocation) -> str:
    """Give a page that shows the tower on OpenStreetMap."""
    lat, lon = f"{location.lat:.5f}", f"{location.lon:.5f}"
    return f"https://www.openstreetmap.org/?mlat={lat}&mlon={lon}#map=14/{lat}/{lon}"


def iccid_groups(iccid: str) -> str:
    """Give an ICCID in groups of four, as it is printed on the card."""
    if iccid == WITHHELD:
        return iccid
    return " ".join(iccid[at : at + 4] for at in range(0, len(iccid), 4))
