"""A device that stays away longer than its own rhythm explains."""

from collections.abc import Iterable
from datetime import timedelta

from bot.diagnosis.evidence import Evidence, middle
from bot.diagnosis.rule import About, Finding, Severity, Value, rule
from bot.diagnosis.thresholds import Thresholds

RHYTHM = (
    "No session for {silent_for}, since {last_end}; of its {gaps} earlier gaps the median was "
    "{median_gap} and the longest {longest_gap}."
)
NO_RHYTHM = "No session for {silent_for}, since {last_end}; there are no earlier gaps to compare."


@rule(
    About(
        fires="no session is open and the last one ended longer ago than {silent_after}, "
        "{silent_median_gap_percent} % of the median gap and {silent_longest_gap_percent} % of the "
        "longest gap between sessions",
        severities=(Severity.CRITICAL,),
        thresholds=("silent_after", "silent_median_gap_percent", "silent_longest_gap_percent"),
    )
)
def gone_silent(evidence: Evidence, limits: Thresholds) -> Iterable[Finding]:
    """Find a silence that is long for this very SIM."""
    newest = evidence.newest
    if newest is None or newest.end is None:
        return
    silent_for, longest_usual = evidence.now - newest.end, _longest_usual(evidence, limits)
    if silent_for <= longest_usual:
        return
    known: dict[str, Value] = {
        "silent_for": silent_for,
        "last_end": newest.end,
        "limit": longest_usual,
    }
    yield Finding(
        rule="gone_silent",
        severity=Severity.CRITICAL,
        title="Gone silent",
        says=RHYTHM if evidence.gaps else NO_RHYTHM,
        next_step="Check power, antenna and coverage; see whether its neighbours are silent too.",
        source=limits.source("silent_after"),
        evidence=known | _rhythm(evidence.gaps),
    )


def _longest_usual(evidence: Evidence, limits: Thresholds) -> timedelta:
    gaps = evidence.gaps
    if not gaps:
        return limits.silent_after
    return max(
        limits.silent_after,
        middle(gaps) * limits.silent_median_gap_percent / 100,
        max(gaps) * limits.silent_longest_gap_percent / 100,
    )


def _rhythm(gaps: list[timedelta]) -> dict[str, Value]:
    if not gaps:
        return {}
    return {"gaps": len(gaps), "median_gap": middle(gaps), "longest_gap": max(gaps)}
