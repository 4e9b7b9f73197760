"""A session that looks open although nothing has been heard of it."""

from collections.abc import Iterable

from bot.diagnosis.evidence import Evidence
from bot.diagnosis.rule import About, Finding, Severity, rule
from bot.diagnosis.thresholds import Thresholds


@rule(
    About(
        fires="the newest session is open and was last updated more than {stale_after} ago "
        "(warning), more than {ghost_critical_after} ago (critical)",
        severities=(Severity.WARNING, Severity.CRITICAL),
        thresholds=("stale_after", "ghost_critical_after"),
    )
)
def ghost_session(evidence: Evidence, limits: Thresholds) -> Iterable[Finding]:
    """Find a newest session that nobody closed; without `last_updated` nothing can be said."""
    newest = evidence.newest
    if newest is None or newest.end or newest.last_updated is None:
        return
    silent_for = evidence.now - newest.last_updated
    if silent_for <= min(limits.stale_after, limits.ghost_critical_after):
        return
    grave = silent_for > limits.ghost_critical_after
    yield Finding(
        rule="ghost_session",
        severity=Severity.CRITICAL if grave else Severity.WARNING,
        title="The open session is a ghost" if grave else "The open session may be a ghost",
        says="Open since {start}, but without news for {silent_for}, since {last_updated}.",
        next_step="Reset the SIM's connection, then power-cycle the device.",
        source=limits.source("ghost_critical_after" if grave else "stale_after"),
        evidence={
            "start": newest.start,
            "silent_for": silent_for,
            "last_updated": newest.last_updated,
        },
    )
