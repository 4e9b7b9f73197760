"""Reads `<sim> [until online|offline|changes] [for 2h]`, in either order; pure and strict."""

import re
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.durations import format_duration, parse_seconds
from bot.watches.watch import Condition

DEFAULT_DURATION = timedelta(hours=2)
SHORTEST = timedelta(minutes=1)
_CLAUSE = re.compile(r"\s+(until|for)(?:\s+|$)", re.IGNORECASE)
_CONDITIONS = {condition.value: condition for condition in Condition} | {
    "change": Condition.CHANGES
}


@dataclass(frozen=True, slots=True)
class WatchRequest:
    """What to watch; None where it was not typed. `fault` says what is wrong with the rest."""

    sim: str
    condition: Condition | None = None
    duration: timedelta | None = None
    fault: str | None = None


def parse_watch_request(text: str, longest: timedelta) -> WatchRequest:
    """Read what was typed behind `watch`; with a fault nothing but the SIM is of use."""
    sim, *clauses = _CLAUSE.split(text.strip())
    request = WatchRequest(sim.strip())
    seen: set[str] = set()
    for keyword, typed in zip(clauses[::2], clauses[1::2], strict=True):
        key, value = keyword.lower(), typed.strip()
        if key in seen:
            return replace(request, fault=f"`{key}` is there twice; write it once.")
        seen.add(key)
        add = _add_condition if key == "until" else _add_duration
        request = add(request, value, longest)
        if request.fault:
            return request
    return request


def _add_condition(request: WatchRequest, typed: str, _: timedelta) -> WatchRequest:
    if condition := _CONDITIONS.get(typed.lower()):
        return replace(request, condition=condition)
    fault = f"I cannot wait until `{typed}`. Write `until online`, `until offline` or "
    return replace(request, fault=f"{fault}`until changes`; how long goes behind `for`.")


def _add_duration(request: WatchRequest, typed: str, longest: timedelta) -> WatchRequest:
    seconds, most = parse_seconds(typed), format_duration(longest)
    if seconds is None:
        fault = f"`for {typed}` is no length of time. Write `for 30min`, `for 2h` or `for 1d`."
    elif seconds < SHORTEST.total_seconds():
        fault = "A watch lasts at least a minute: write `for 1min`."
    elif seconds > longest.total_seconds():
        fault = f"A watch lasts at most {most}: write `for {most}`, or less."
    else:
        return replace(request, duration=timedelta(seconds=seconds))
    return replace(request, fault=fault)
