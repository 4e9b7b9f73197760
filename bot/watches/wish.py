"""Reads `<sim> [until online|offline|changes] [for 2h]`, in either order; pure and strict."""

import re
from dataclasses import dataclass
from datetime import timedelta

from bot.watches.watch import Goal

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
    "online": Goal.ONLINE,
    "offline": Goal.OFFLINE,
    "changes": Goal.CHANGES,
    "change": Goal.CHANGES,
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be watched; None is not said. `fault` says what is wrong with the rest."""

    sim: str
    goal: Goal | None = None
    length: timedelta | None = None
    fault: str | None = None


def read_wish(text: str, longest: timedelta) -> Wish:
    """Read what was typed behind `watch`."""
    sim, *clauses = _CLAUSE.split(text.strip())
    pairs = list(zip(clauses[::2], clauses[1::2], strict=True))
    wish = Wish(sim.strip())
    seen: set[str] = set()
    for word, said in pairs:
        key, value = word.lower(), said.strip()
        if key in seen:
            return Wish(wish.sim, fault=f"`{key}` is there twice; write it once.")
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


def _with_goal(wish: Wish, said: str) -> Wish:
    goal = _GOALS.get(said.lower())
    if goal is None:
        fault = f"I cannot wait until `{said}`. Write `until online`, `until offline` or "
        return Wish(wish.sim, fault=f"{fault}`until changes`; how long goes behind `for`.")
    return Wish(wish.sim, goal, wish.length)


def _with_length(wish: Wish, said: str, longest: timedelta) -> Wish:
    length = _length(said)
    most = length_words(longest)
    if length is None:
        fault = f"`for {said}` is no length of time. Write `for 30min`, `for 2h` or `for 1d`."
        return Wish(wish.sim, wish.goal, fault=fault)
    if length < SHORTEST:
        return Wish(wish.sim, wish.goal, fault="A watch lasts at least a minute: write `for 1min`.")
    if length > longest:
        fault = f"A watch lasts at most {most}: write `for {most}`, or less."
        return Wish(wish.sim, wish.goal, fault=fault)
    return Wish(wish.sim, wish.goal, length)


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
