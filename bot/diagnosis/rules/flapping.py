"""A device that connects again and again."""

from collections.abc import Iterable

from bot.diagnosis.evidence import Evidence, busiest
from bot.diagnosis.rule import About, Finding, Severity, rule
from bot.diagnosis.thresholds import DAY, HOUR, Thresholds


@rule(
    About(
        fires="in the last 24 h some 60 minutes with more than {flapping_starts} session starts "
        "(warning), more than {flapping_starts_critical} (critical)",
        severities=(Severity.WARNING, Severity.CRITICAL),
        thresholds=("flapping_starts", "flapping_starts_critical"),
    )
)
def flapping(evidence: Evidence, limits: Thresholds) -> Iterable[Finding]:
    """Find the busiest hour of the last day."""
    burst = busiest(evidence.starts[evidence.first_within(DAY) :], HOUR)
    if not burst or burst.size <= min(limits.flapping_starts, limits.flapping_starts_critical):
        return
    grave = burst.size > limits.flapping_starts_critical
    line = "flapping_starts_critical" if grave else "flapping_starts"
    yield Finding(
        rule="flapping",
        severity=Severity.CRITICAL if grave else Severity.WARNING,
        title="Flapping",
        says="{starts} session starts between {first} and {last}; more than {limit} an hour is "
        "too many.",
        next_step="Read the device's log and check its antenna; let it back off 5, 10, 15, 20, 30, "
        "60 min between tries.",
        source=limits.source(line),
        evidence={
            "starts": burst.size,
            "first": burst.first,
            "last": burst.last,
            "limit": getattr(limits, line),
        },
    )
