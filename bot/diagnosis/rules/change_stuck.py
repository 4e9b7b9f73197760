"""A change of the SIM's status does not come to an end."""

from collections.abc import Iterable
from datetime import datetime

from bot.diagnosis.anomalies import silence_of
from bot.diagnosis.evidence import Evidence, status_of
from bot.diagnosis.rhythm import MINUTE
from bot.diagnosis.rule import SILENT_OR_EMPTY, About, Finding, Severity, rule
from bot.diagnosis.thresholds import DAY, Thresholds

UNDER_WAY = frozenset({"updating", "scheduled"})
TICKET = "Open a ticket with KORE and give the SID."
WAIT = "Wait up to 24 h, then open a ticket with KORE and give the SID."
_SLACK = 10 * MINUTE


@rule(
    About(
        title="A change to the SIM is stuck",
        fires="the SIM's status is updating or scheduled for more than {change_stuck_after}. "
        "Critical where a silence that began with it is",
        severities=(Severity.WARNING, Severity.CRITICAL),
        thresholds=("change_stuck_after",),
        explains=SILENT_OR_EMPTY,
    )
)
def change_stuck(evidence: Evidence, limits: Thresholds) -> Iterable[Finding]:
    """Find a change that takes longer than changes do."""
    status, since = status_of(evidence.sim), evidence.sim.date_updated
    if status not in UNDER_WAY or since is None:
        return
    if evidence.now - since <= limits.change_stuck_after:
        return
    is_cut_off = _is_cut_off(evidence, since)
    grave = is_cut_off and _is_long_silent(evidence, limits)
    yield Finding(
        rule="change_stuck",
        severity=Severity.CRITICAL if grave else Severity.WARNING,
        title="A change to the SIM is stuck",
        says="Its status has been {status} for {age}; it last changed at {since}.",
        next_step=WAIT if evidence.now - since <= DAY else TICKET,
        source=limits.sources["change_stuck_after"],
        evidence={
            "status": status,
            "age": evidence.now - since,
            "since": since,
            "sid": evidence.sim.sid,
        },
        explains=is_cut_off,
    )


def _is_cut_off(evidence: Evidence, since: datetime) -> bool:
    """Return whether it fell silent with the change: one before it may be why it was made."""
    last = max(evidence.rhythm.signs, default=0.0)
    return abs(last - since.timestamp()) <= _SLACK


def _is_long_silent(evidence: Evidence, limits: Thresholds) -> bool:
    """Return whether its silence is critical, with a session open or without."""
    silence = silence_of(evidence, limits)
    if silence is None:
        return False
    least = 2 * limits.ghost_critical_after if silence.session else limits.silent_after
    return silence.is_long(evidence.now, least)
