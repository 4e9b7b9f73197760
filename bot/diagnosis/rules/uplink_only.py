"""A device that sends and is not answered any more."""

from collections.abc import Iterable
from datetime import UTC, datetime

from bot.diagnosis.anomalies import Streak, newest_run
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.rhythm import Contact
from bot.diagnosis.rule import About, Finding, Severity, rule
from bot.diagnosis.thresholds import Thresholds


@rule(
    About(
        title="Sends, but gets no answer",
        fires="the newest {uplink_sessions} or more sessions in a row each have at least "
        "{uplink_packets} packets up and none down. A warning if there used to be packets down, "
        "info if there never were",
        severities=(Severity.WARNING, Severity.INFO),
        thresholds=("uplink_sessions", "uplink_packets"),
        explains=("degraded", "flapping", "usage_spike"),
    )
)
def uplink_only(evidence: Evidence, limits: Thresholds) -> Iterable[Finding]:
    """Find traffic that goes one way only."""

    def is_unanswered(contact: Contact) -> bool | None:
        if contact.up is None or contact.down is None:
            return None
        return (
            True
            if contact.up >= limits.uplink_packets and not contact.down
            else (False if contact.down else None)
        )

    run = newest_run(reversed(evidence.contacts), is_unanswered)
    if len(run.contacts) < limits.uplink_sessions:
        return
    by_design = run.times == run.before
    if by_design or run.is_unusual:
        yield _finding(run, limits, by_design=by_design)


def _finding(run: Streak, limits: Thresholds, *, by_design: bool) -> Finding:
    return Finding(
        rule="uplink_only",
        severity=Severity.INFO if by_design else Severity.WARNING,
        title="Only sends, as it always has" if by_design else "Sends, but gets no answer",
        says="The last {sessions} sessions sent {uploaded} packets and received 0; from {first} to "
        "{last}; before them {answered} of {before} were answered.",
        next_step="Fine if nothing is meant to come back."
        if by_design
        else "Check the server, its firewall and allow-list, the route back to the SIM, DNS.",
        source=limits.sources["uplink_packets"],
        evidence={
            "sessions": len(run.contacts),
            "uploaded": sum(contact.up or 0 for contact in run.contacts),
            "first": datetime.fromtimestamp(run.contacts[-1].start, UTC),
            "last": datetime.fromtimestamp(run.contacts[0].sign, UTC),
            "answered": run.before - run.times,
            "before": run.before,
        },
    )
