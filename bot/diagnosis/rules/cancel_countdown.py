"""A deactivated SIM is on its way to being canceled for good."""

from collections.abc import Iterable
from datetime import timedelta

from bot.diagnosis.evidence import Evidence, status_of
from bot.diagnosis.rule import About, Finding, Severity, Value, rule
from bot.diagnosis.thresholds import Thresholds

EXACT_BELOW = 10


@rule(
    About(
        title="About to be canceled for good",
        fires="the SIM's status is deactivated; KORE cancels it after {cancel_after}",
        severities=(Severity.CRITICAL,),
        thresholds=("cancel_after",),
    )
)
def cancel_countdown(evidence: Evidence, limits: Thresholds) -> Iterable[Finding]:
    """Count the hours until a deactivated SIM cannot be had back."""
    if status_of(evidence.sim) != "deactivated":
        return
    says, known = _countdown(evidence, limits.cancel_after)
    yield Finding(
        rule="cancel_countdown",
        severity=Severity.CRITICAL,
        title="The SIM is about to be canceled for good",
        says=says,
        next_step="Reactivate it now if it is still needed, else confirm that it may go.",
        source=limits.sources["cancel_after"],
        evidence=known,
    )


def _countdown(evidence: Evidence, after: timedelta) -> tuple[str, dict[str, Value]]:
    since = evidence.sim.date_updated
    if since is None:
        says = (
            "It is deactivated, and is canceled {after} after that; KORE does not say since when."
        )
        return says, {"after": after}
    left = _hours(since + after - evidence.now)
    known: dict[str, Value] = {"hours_left": left, "since": since, "until": since + after}
    if left > 0:
        return "{hours_left} h are left until {until}; it was deactivated {since}.", known
    return (
        "Its time ran out {until}; it was deactivated {since}. It may be canceled already.",
        known,
    )


def _hours(left: timedelta) -> int | float:
    hours = max(left / timedelta(hours=1), 0)
    return round(hours) if hours >= EXACT_BELOW else round(hours, 1)
