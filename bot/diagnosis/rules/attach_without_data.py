"""A device that attaches, gets no data, and tries again."""

from collections.abc import Iterable
from datetime import UTC, datetime

from bot.diagnosis.anomalies import Streak, newest_run
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.rhythm import DAY, Contact
from bot.diagnosis.rule import About, Finding, Severity, When, rule
from bot.diagnosis.thresholds import Thresholds


@rule(
    About(
        title="Attaches, but gets no data",
        fires="the newest {attach_sessions} or more closed sessions in a row have no packet up or "
        "down, and that is more than usual for this SIM",
        severities=(Severity.WARNING,),
        thresholds=("attach_sessions",),
        explains=("flapping", "degraded", "uplink_only", "gone_silent", "ghost_session"),
    )
)
def attach_without_data(evidence: Evidence, limits: Thresholds) -> Iterable[Finding]:
    """Find empty sessions in a row, however far apart; it is over where data flowed since."""
    newest_first = evidence.contacts[::-1]
    run = newest_run(newest_first, _is_empty)
    if run.contacts:
        if run.is_unusual and len(run.contacts) >= limits.attach_sessions:
            yield _finding(run, limits, When.NOW)
        return
    recent = newest_first[: evidence.rhythm.started_within(DAY)]
    last = next((place for place, each in enumerate(recent) if _is_empty(each)), None)
    if last is not None:
        run = newest_run(newest_first[last:], _is_empty)
        if run.is_unusual and len(run.contacts) >= limits.attach_sessions:
            yield _finding(run, limits, When.OVER)


def _is_empty(contact: Contact) -> bool | None:
    """Return whether no packet went either way; None where that is not known yet."""
    if contact.up is None or contact.down is None or (contact.is_open and contact.is_empty):
        return None
    return contact.is_empty


def _finding(run: Streak, limits: Thresholds, when: When) -> Finding:
    return Finding(
        rule="attach_without_data",
        severity=Severity.WARNING,
        title="Attaches, but gets no data",
        says="{sessions} empty sessions in a row, from {first} to {last}; none sent or received a "
        "packet; {times} of the {before} before them were empty.",
        next_step="Check APN, its user and password, and DNS; with a private APN also its routes.",
        source=limits.sources["attach_sessions"],
        evidence={
            "sessions": len(run.contacts),
            "first": datetime.fromtimestamp(run.contacts[-1].start, UTC),
            "last": datetime.fromtimestamp(run.contacts[0].start, UTC),
            "times": run.times,
            "before": run.before,
        },
        when=when,
    )
