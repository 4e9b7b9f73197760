"""A device that connects again and again, far more often than it is used to."""

from collections.abc import Iterable

from bot.diagnosis.anomalies import Storm, storm_of
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.rule import About, Finding, Severity, When, rule
from bot.diagnosis.thresholds import Thresholds


@rule(
    About(
        title="Flapping",
        fires="some 60 minutes of the last 24 h had more than {flapping_starts} session starts "
        "(warning) or more than {flapping_starts_critical} (critical), far above the busiest "
        "hour that is usual for this SIM",
        severities=(Severity.WARNING, Severity.CRITICAL),
        thresholds=("flapping_starts", "flapping_starts_critical"),
        explains=("degraded", "usage_spike", "cell_hopping", "operator_hopping", "idle_session"),
    )
)
def flapping(evidence: Evidence, limits: Thresholds) -> Iterable[Finding]:
    """Find the busiest hour of the last day; it is over where the SIM is well since."""
    storm = storm_of(evidence, limits)
    if storm and storm.is_unusual:
        yield _finding(storm, limits)


def _finding(storm: Storm, limits: Thresholds) -> Finding:
    grave = storm.starts > limits.flapping_starts_critical
    line = "flapping_starts_critical" if grave else "flapping_starts"
    return Finding(
        rule="flapping",
        severity=Severity.CRITICAL if grave else Severity.WARNING,
        title="Flapping",
        says="{starts} session starts between {first} and {last}; its busiest usual hour has "
        "{usual}, and more than {limit} an hour is too many: tries should be 5, 10, 15, 20, 30, 60 "
        "min apart.",
        next_step="Read the device's log, check its antenna; let it back off between tries.",
        source=limits.sources[line],
        evidence={
            "starts": storm.starts,
            "first": storm.first,
            "last": storm.last,
            "usual": storm.usual,
            "limit": getattr(limits, line),
        },
        when=When.OVER if storm.is_over else When.NOW,
    )
