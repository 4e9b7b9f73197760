"""Reads `<sim> [until online|offline|changes] [for 2h]`, in either order; pure and strict."""

import re
from dataclasses import dataclass
from datetime import timedelta

from bot.watches.watch import Condition

DEFAULT_LENGTH = timedelta(hours=2)
SHORTEST = timedelta(minutes=1)
_CLAUSE = re.compile(r"\s+(until|for)(?:\s+|$)", re.IGNORECASE)
_PIECE = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+)", re.IGNORECASE)
_SECONDS = {
    86400: ("d", "day", "days"),
    3600: ("h", "hr", "hrs", "hour", "hours"),
    60: ("m", "min", "mins", "minute", "minutes"),
}
_UNITS = {name: seconds for seconds, names in _SECONDS.items() for name in names}
_GOALS = {
    "online": Condition.ONLINE,
    "offline": Condition.OFFLINE,
    "changes": Condition.CHANGES,
    "change": Condition.CHANGES,
}


@dataclass(frozen=True, slots=True)
class WatchRequest:
    """What is to be watched; None is not said. `fault` says what is wrong with the rest."""

    sim: str
    goal: Condition | None = None
    length: timedelta | None = None
    fault: str | None = None


def parse_watch_request(text: str, longest: timedelta) -> WatchRequest:
    """Read what was typed behind `watch`."""
    sim, *clauses = _CLAUSE.split(text.strip())
    pairs = list(zip(clauses[::2], clauses[1::2], strict=True))
    wish = WatchRequest(sim.strip())
    seen: set[str] = set()
    for word, said in pairs:
        key, value = word.lower(), said.strip()
        if key in seen:
            return WatchRequest(wish.sim, fault=f"`{key}` is there twice; write it once.")
        seen.add(key)
        wish = _with_goal(wish, value) if key == "until" else _with_length(wish, value, longest)
        if wish.fault:
            return wish
    return wish


def length_words(length: timedelta) -> str:
    """Write a length as it may be typed: `2h`, `90min`, `7d`."""
    seconds = int(length.total_seconds())
    for size, unit in ((86400, "d"), (3600, "h")):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds // 60}min"


def _with_goal(wish: WatchRequest, said: str) -> WatchRequest:
    goal = _GOALS.get(said.lower())
    if goal is None:
        fault = f"I cannot wait until `{said}`. Write `until online`, `until offline` or "
        return WatchRequest(wish.sim, fault=f"{fault}`until changes`; how long goes behind `for`.")
    return WatchRequest(wish.sim, goal, wish.length)


def _with_length(wish: WatchRequest, said: str, longest: timedelta) -> WatchRequest:
    length = _length(said)
    most = length_words(longest)
    if length is None:
        fault = f"`for {said}` is no length of time. Write `for 30min`, `for 2h` or `for 1d`."
        return WatchRequest(wish.sim, wish.goal, fault=fault)
    if length < SHORTEST:
        return WatchRequest(
            wish.sim, wish.goal, fault="A watch lasts at least a minute: write `for 1min`."
        )
    if length > longest:
        fault = f"A watch lasts at most {most}: write `for {most}`, or less."
        return WatchRequest(wish.sim, wish.goal, fault=fault)
    return WatchRequest(wish.sim, wish.goal, length)


def _length(said: str) -> timedelta | None:
    """Read `2h`, `90 min`, `1h30min`; None for anything else, a number without a unit too."""
    pieces = _PIECE.findall(said)
    rest = _PIECE.sub("", said).replace("and", "").strip()
    units = [unit.lower() for _, unit in pieces]
    if not pieces or rest or any(unit not in _UNITS for unit in units):
        return None
    seconds = sum(
        float(number) * _UNITS[unit] for (number, _), unit in zip(pieces, units, strict=True)
    )
    return timedelta(seconds=min(seconds, 10.0 * 365 * 86400))
