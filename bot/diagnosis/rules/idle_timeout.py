"""Sessions that all end at the length of a network's idle timer."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import lru_cache

from bot.diagnosis.evidence import WEEK, Evidence
from bot.diagnosis.rhythm import Contact
from bot.diagnosis.rule import About, Finding, Severity, rule
from bot.diagnosis.thresholds import Thresholds


@rule(
    About(
        title="The network ends idle sessions",
        fires="{idle_timeout_sessions} closed sessions in a row of the last 7 days lasted equally "
        "long, within {idle_timeout_spread_percent} %, and each within {idle_timeout_percent} % "
        "of {idle_timeouts}",
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
    rows = zip(recent, evidence.rows[len(evidence.rows) - len(recent) :], strict=True)
    timed = [session.end and _as_long_as_a_timer(row, timers) for session, row in rows]
    if sum(map(bool, timed)) < number:
        return
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
            source=limits.sources["idle_timeouts"],
            evidence={
                "sessions": len(alike),
                "first": recent[last - number].start,
                "last": recent[last - 1].end,
                "shortest": timedelta(seconds=min(alike)),
                "longest": timedelta(seconds=max(alike)),
            },
        )
        return


@lru_cache(maxsize=8)
def _timers(timers: tuple[timedelta, ...], off: int) -> tuple[tuple[float, float], ...]:
    """Return the least and the greatest length that each timer explains, in seconds."""
    each = [timer.total_seconds() for timer in timers]
    return tuple((long * (100 - off) / 100, long * (100 + off) / 100) for long in each)


def _as_long_as_a_timer(row: Contact, timers: Sequence[tuple[float, float]]) -> float | None:
    lasted = row.sign - row.start
    for least, most in timers:
        if least <= lasted <= most:
            return lasted
    return None


def _are_alike(lengths: Sequence[float], limits: Thresholds) -> bool:
    shortest, longest = min(lengths), max(lengths)
    return (longest - shortest) * 100 <= shortest * limits.idle_timeout_spread_percent
