"""Sessions that all end at the length of a network's idle timer."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import lru_cache

from bot.diagnosis.evidence import WEEK, Evidence
from bot.diagnosis.fields import length
from bot.diagnosis.rule import About, Finding, Severity, rule
from bot.diagnosis.thresholds import Thresholds


@rule(
    About(
        fires="in the last 7 days {idle_timeout_sessions} closed sessions in a row, the longest at "
        "most {idle_timeout_spread_percent} % longer than the shortest, each within "
        "{idle_timeout_percent} % of {idle_timeouts}",
        severities=(Severity.INFO,),
        thresholds=(
            "idle_timeouts",
            "idle_timeout_percent",
            "idle_timeout_sessions",
            "idle_timeout_spread_percent",
        ),
    )
)
def idle_timeout(evidence: Evidence, limits: Thresholds) -> Iterable[Finding]:
    """Find the newest sessions in a row that are as long as each other and as a timer."""
    recent, number = evidence.started_within(WEEK), limits.idle_timeout_sessions
    timers = _timers(limits.idle_timeouts, limits.idle_timeout_percent)
    timed = [_as_long_as_a_timer(length(session), timers) for session in recent]
    for last in range(len(recent), number - 1, -1):
        alike = [lasted for lasted in timed[last - number : last] if lasted]
        if len(alike) < number or not _are_alike(alike, limits):
            continue
        yield Finding(
            rule="idle_timeout",
            severity=Severity.INFO,
            title="The network ends idle sessions",
            says="{sessions} sessions in a row, from {first} to {last}, lasted between {shortest} "
            "and {longest}, which is the length of an idle timer.",
            next_step="Let the device send a keep-alive (not under 5 min), or accept reconnects.",
            source=limits.source("idle_timeouts"),
            evidence={
                "sessions": len(alike),
                "first": recent[last - number].start,
                "last": recent[last - 1].end,
                "shortest": min(alike),
                "longest": max(alike),
            },
        )
        return


@lru_cache(maxsize=8)
def _timers(timers: tuple[timedelta, ...], off: int) -> tuple[tuple[timedelta, timedelta], ...]:
    """Return the least and the greatest length that each timer explains, a hundred times."""
    return tuple((timer * (100 - off), timer * (100 + off)) for timer in timers)


def _as_long_as_a_timer(
    lasted: timedelta | None, timers: Sequence[tuple[timedelta, timedelta]]
) -> timedelta | None:
    if lasted is not None:
        hundredfold = lasted * 100
        for least, most in timers:
            if least <= hundredfold <= most:
                return lasted
    return None


def _are_alike(lengths: Sequence[timedelta], limits: Thresholds) -> bool:
    shortest, longest = min(lengths), max(lengths)
    return (longest - shortest) * 100 <= shortest * limits.idle_timeout_spread_percent
