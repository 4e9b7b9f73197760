"""IANA's time zones by name, and those that come near what somebody types. Pure."""

import difflib
from datetime import datetime
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

OFFERED = 30
_ALIKE = 0.87  # EST is not near CEST
COMMON = (
    "UTC",
    "Europe/London",
    "Europe/Berlin",
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Australia/Sydney",
)
"""What is offered before anything is typed."""
_PLACELESS = ("Etc/", "SystemV/", "US/")


@cache
def all_zones() -> tuple[str, ...]:
    """Give every zone's name; zoneinfo's own list walks the disk for 50 ms."""
    names = files("tzdata").joinpath("zones").read_text("utf-8").split()
    return tuple(sorted(names, key=lambda name: (name.startswith(_PLACELESS), name)))


def zone_named(text: str) -> str:
    """Give a zone as IANA spells it. Raises ValueError with what to write instead."""
    spelt = {_key(name): name for name in all_zones()}
    if name := spelt.get(_key(text)):
        return name
    alike = difflib.get_close_matches(_key(text), spelt, 1, _ALIKE)
    near = (zones_like(text) if text.strip() else ()) or tuple(spelt[one] for one in alike)
    hint = f"Did you mean {near[0]}?" if near else "Write it as Europe/Berlin or UTC."
    raise ValueError(f"I know no time zone of that name. {hint}")


def zones_like(text: str, most: int = OFFERED) -> tuple[str, ...]:
    """Give the zones in whose names the text stands, those that begin with it first."""
    wanted = _key(text)
    found = [name for name in all_zones() if wanted in _key(name)]
    return tuple(sorted(found, key=lambda name: _place(name, wanted)))[:most]


def offered(text: str, now: datetime, most: int = OFFERED) -> tuple[tuple[str, str], ...]:
    """Give zones to choose from, each with its words: the name, and how far it is from UTC now."""
    names = zones_like(text, most) if text.strip() else COMMON
    return tuple((name, f"{name} ({_offset(now.astimezone(ZoneInfo(name)))})") for name in names)


def _offset(moment: datetime) -> str:
    digits = f"{moment:%z}"
    return f"UTC{digits[:3]}:{digits[3:5]}"


def _key(text: str) -> str:
    return " ".join(text.replace("_", " ").split()).casefold()


def _place(name: str, wanted: str) -> tuple[bool, bool]:
    city = _key(name).rpartition("/")[2]
    return (not city.startswith(wanted), name.startswith(_PLACELESS))
