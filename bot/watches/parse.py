"""Reads `<sim> [until online|offline|changes] [for 2h]`, in either order; pure and strict.

A length of time that stands alone at the end means `for`, unless all of it is a SIM's name.
"""

import re
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.durations import format_duration, parse_seconds
from bot.watches.watch import Condition

DEFAULT_DURATION = timedelta(hours=2)
SHORTEST = timedelta(minutes=1)
_CLAUSE = re.compile(r"\s+(until|for)(?:\s+|$)", re.IGNORECASE)
_LENGTH_WORDS = 5
_CONDITIONS = {condition.value: condition for condition in Condition} | {
    "change": Condition.CHANGES
}


@dataclass(frozen=True, slots=True)
class WatchRequest:
    """What to watch; None where it was not typed. `fault` says what is wrong with the rest.

    `whole` is the SIM with the length of time behind it, where that was read as none of its name.
    """

    sim: str
    condition: Condition | None = None
    duration: timedelta | None = None
    fault: str | None = None
    whole: str | None = None


def parse_watch_request(text: str, longest: timedelta) -> WatchRequest:
    """Read what was typed behind `watch`; with a fault nothing but the SIM is of use."""
    text, bare = _without_length(text.strip())
    sim, *clauses = _CLAUSE.split(text)
    request = WatchRequest(sim.strip())
    if bare and "for" in map(str.lower, clauses[::2]):
        return replace(request, fault="`for` is there twice; write it once.")
    if bare:
        request = replace(_add_duration(request, bare, longest), whole=f"{sim.strip()} {bare}")
        if request.fault:
            return request
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


def _without_length(text: str) -> tuple[str, str]:
    """Take a length of time off the end, that stands neither alone nor behind `for`."""
    words = text.split()
    for count in range(_LENGTH_WORDS, 0, -1):
        length, before = " ".join(words[-count:]), words[:-count]
        if _is_length(length):
            stands_alone = before and before[-1].lower() not in {"for", "until"}
            return (" ".join(before), length) if stands_alone else (text, "")
    return text, ""


def _is_length(text: str) -> bool:
    """Return whether that is one length of time, and no more: `2h 30min`, but not `and 2h`."""
    return text[:1].isdigit() and parse_seconds(text) is not None


def _add_condition(request: WatchRequest, typed: str, _: timedelta) -> WatchRequest:
    if condition := _CONDITIONS.get(typed.lower()):
        return replace(request, condition=condition)
    fault = f"I cannot wait until `{typed}`. Write `until online`, `until offline` or "
    return replace(request, fault=f"{fault}`until changes`; put how long after `for`.")


def _add_duration(request: WatchRequest, typed: str, longest: timedelta) -> WatchRequest:
    seconds, most = parse_seconds(typed), format_duration(longest)
    if seconds is None:
        fault = f"`for {typed}` is not a length of time. Write `for 30min`, `for 2h` or `for 1d`."
    elif seconds < SHORTEST.total_seconds():
        fault = "A watch lasts at least a minute: write `for 1min`."
    elif seconds > longest.total_seconds():
        fault = f"A watch lasts at most {most}: write `for {most}`, or less."
    else:
        return replace(request, duration=timedelta(seconds=seconds))
    return replace(request, fault=fault)
