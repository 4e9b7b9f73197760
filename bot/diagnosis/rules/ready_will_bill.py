"""A SIM that is ready becomes active, and is billed, by itself."""

from collections.abc import Iterable

from bot.diagnosis.evidence import Evidence, status_of
from bot.diagnosis.rule import About, Finding, Severity, rule
from bot.diagnosis.thresholds import TWILIO_STATUSES, Thresholds

SOURCE = f"{TWILIO_STATUSES}: ready becomes active after 250 KB, 5 Commands or 3 months"


@rule(
    About(
        title="The SIM is ready, not yet active",
        fires="the SIM's status is ready",
        severities=(Severity.INFO,),
        source=SOURCE,
    )
)
def ready_will_bill(evidence: Evidence, _limits: Thresholds) -> Iterable[Finding]:
    """Find a SIM that is free of charge for a while only."""
    if status_of(evidence.sim) != "ready":
        return
    yield Finding(
        rule="ready_will_bill",
        severity=Severity.INFO,
        title="The SIM is ready, not yet active",
        says="It becomes active, and is billed, after {kilobytes} KB, {commands} Commands or "
        "{months} months.",
        next_step="Nothing to do if it is meant to go live; else suspend it before it is billed.",
        source=SOURCE,
        evidence={"kilobytes": 250, "commands": 5, "months": 3},
    )
