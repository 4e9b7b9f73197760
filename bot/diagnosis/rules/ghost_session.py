"""A session that looks open although nothing has been heard of it."""

from collections.abc import Iterable

from bot.diagnosis.anomalies import silence_of
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.rule import About, Finding, Severity, rule
from bot.diagnosis.thresholds import Thresholds

UNLESS_ALL_ARE_SILENT = ", unless its neighbours are silent too"


@rule(
    About(
        title="Session is open but dead",
        fires="an open session has had no update for longer than live sessions on its "
        "network and radio ever went without one ({ghost_critical_after} until that is known), "
        "and longer than its packets and the SIM's rhythm explain. Critical after twice that",
        severities=(Severity.WARNING, Severity.CRITICAL),
        thresholds=("ghost_critical_after",),
        explains=("degraded", "radio_fallback", "operator_hopping", "usage_spike"),
    )
)
def ghost_session(evidence: Evidence, limits: Thresholds) -> Iterable[Finding]:
    """Find an open session that nobody closed; without `last_updated` nothing can be said."""
    silence = silence_of(evidence, limits)
    if silence is None or silence.session is None or not silence.is_due(evidence.now):
        return
    grave = silence.is_long(evidence.now, 2 * limits.ghost_critical_after)
    yield Finding(
        rule="ghost_session",
        severity=Severity.CRITICAL if grave else Severity.WARNING,
        title="Session is open but dead" if grave else "Session is open but may be dead",
        says="Open since {start}, but with no update for {silent_for}, since {since}; up to "
        "{line} would be normal: {why}.",
        next_step="Reset the SIM's connection, then power-cycle the device"
        f"{UNLESS_ALL_ARE_SILENT}.",
        source=limits.sources["ghost_critical_after"],
        evidence={
            "start": silence.session.start,
            "silent_for": evidence.now - silence.since,
            "since": silence.since,
            "line": silence.line,
            "why": silence.why,
            "at_its_usual_hour": silence.is_a_rest,
        },
    )
