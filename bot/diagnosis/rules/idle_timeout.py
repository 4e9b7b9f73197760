"""Sessions that all end at the length of a network's idle timer."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from bot.diagnosis.evidence import WEEK, Evidence
from bot.diagnosis.reading import length
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
    recent = evidence.started_within(WEEK)
    lengths = [length(session) for session in recent]
    for last in range(len(recent), limits.idle_timeout_sessions - 1, -1):
        first = last - limits.idle_timeout_sessions
        alike = [lasted for lasted in lengths[first:last] if lasted]
        if len(alike) < limits.idle_timeout_sessions or not _are_timed_out(alike, limits):
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
                "first": recent[first].start,
                "last": recent[last - 1].end,
                "shortest": min(alike),
                "longest": max(alike),
            },
        )
        return


def _are_timed_out(lengths: Sequence[timedelta], limits: Thresholds) -> bool:
    shortest, longest = min(lengths), max(lengths)
    if (longest - shortest) * 100 > shortest * limits.idle_timeout_spread_percent:
        return False
    return all(_fits_a_timer(lasted, limits) for lasted in (shortest, longest))


def _fits_a_timer(lasted: timedelta, limits: Thresholds) -> bool:
    return any(
        abs(lasted - timer) * 100 <= timer * limits.idle_timeout_percent
        for timer in limits.idle_timeouts
    )
