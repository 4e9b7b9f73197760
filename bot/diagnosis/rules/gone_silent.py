"""A device that stays away longer than its own rhythm explains."""

from collections.abc import Iterable
from datetime import timedelta

from bot.diagnosis.anomalies import IN_OTHER_WEEKS, TIMES_ITS_GAP, Silence, silence_of
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.rule import About, Finding, Severity, Value, rule
from bot.diagnosis.thresholds import Thresholds

SAYS = "Last heard from {since}, {silent_for} ago; up to {line} would be normal: {why}."
BY_DAY = "Last seen on {last_day}, {silent_for} ago; up to {line} would be normal: {why}."
OVERDUE = "Last heard from {since}, {silent_for} ago; in other weeks it connected in that time."
LOOK_AROUND = "; see whether its neighbours are silent too"
OF_GAP = " of {longest_usual}."
HOLIDAY = " It stopped at its usual hour, so it may just be resting for longer."
MISSING = " {skipped_rows} of KORE's rows could not be read."


@rule(
    About(
        title="Gone silent",
        fires="no session is open and the SIM has been away for longer than "
        "{silent_longest_gap_percent} % of its longest usual interval, or than {silent_after} "
        "if it connects several times a day or was always on. If its rhythm is unknown: "
        "{silent_unknown_after}, or {silent_sleeper_after} for a device that sleeps. Critical "
        "after twice that",
        severities=(Severity.INFO, Severity.WARNING, Severity.CRITICAL),
        thresholds=(
            "silent_longest_gap_percent",
            "silent_after",
            "silent_unknown_after",
            "silent_sleeper_after",
        ),
        explains=("degraded", "radio_fallback", "operator_hopping", "usage_spike", "never_seen"),
    )
)
def gone_silent(evidence: Evidence, limits: Thresholds) -> Iterable[Finding]:
    """Find a silence that is long for this very SIM."""
    silence = silence_of(evidence, limits)
    if silence is None or silence.session or not silence.is_due(evidence.now):
        return
    severity, sure = _severity(evidence, silence, limits), not evidence.skipped_rows
    says, known = SAYS, dict[str, Value](since=silence.since)
    if not evidence.sessions:  # seen before the window, of which no more than the day is known
        says, known = BY_DAY, {"last_day": silence.since.date().isoformat()}
    if silence.why == IN_OTHER_WEEKS:
        says = OVERDUE
    if silence.why.endswith(TIMES_ITS_GAP):
        says = says.removesuffix(".") + OF_GAP
    known |= {"silent_for": evidence.now - silence.since}
    known |= {"line": silence.line, "why": silence.why, "at_its_usual_hour": silence.is_a_rest}
    known |= {"rhythm_is_known": silence.is_known, **_rhythm(evidence)}
    known |= {} if sure else {"skipped_rows": evidence.skipped_rows}
    yield Finding(
        rule="gone_silent",
        severity=severity,
        title="Gone silent" if sure and silence.is_known else "May have gone silent",
        says=says + HOLIDAY * silence.is_a_rest + ("" if sure else MISSING),
        next_step=f"Check power, antenna and coverage{LOOK_AROUND}.",
        source=limits.sources["silent_longest_gap_percent"],
        evidence=known,
    )


def _severity(evidence: Evidence, silence: Silence, limits: Thresholds) -> Severity:
    rhythm = evidence.rhythm
    if not silence.is_known and not rhythm.is_always_on and len(rhythm.intervals) <= 1:
        return Severity.INFO
    grave = silence.is_long(evidence.now, limits.silent_after) and not evidence.skipped_rows
    return Severity.CRITICAL if grave else Severity.WARNING


def _rhythm(evidence: Evidence) -> dict[str, Value]:
    rhythm = evidence.rhythm
    if not rhythm.intervals:
        return {}
    typical, longest = (timedelta(seconds=each) for each in (rhythm.typical, rhythm.longest))
    return {"gaps": len(rhythm.intervals), "typical": typical, "longest_usual": longest}
