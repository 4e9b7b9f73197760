"""A device that connects more often by design than networks like."""

from collections.abc import Iterable

from bot.diagnosis.anomalies import storm_of
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.rule import About, Finding, Severity, rule
from bot.diagnosis.thresholds import Thresholds


@rule(
    About(
        title="Reconnects often, as it always has",
        fires="some 60 minutes of the last 24 h had more than {flapping_starts} session starts, "
        "as is usual for this SIM",
        severities=(Severity.INFO,),
        thresholds=("flapping_starts",),
    )
)
def reconnects_often(evidence: Evidence, limits: Thresholds) -> Iterable[Finding]:
    """Find a steady high rate, which is the design's and no fault."""
    storm = storm_of(evidence, limits)
    if storm is None or storm.is_unusual:
        return
    yield Finding(
        rule="reconnects_often",
        severity=Severity.INFO,
        title="Reconnects often, as it always has",
        says="{starts} session starts between {first} and {last}; it usually has up to {usual} an "
        "hour. Vendors advise no more than {limit}, and may bar a SIM above that.",
        next_step="If unintended, keep sessions open longer.",
        source=limits.sources["flapping_starts"],
        evidence={
            "starts": storm.starts,
            "first": storm.first,
            "last": storm.last,
            "usual": storm.usual,
            "limit": limits.flapping_starts,
        },
    )
