"""Which rules came close without speaking, for who asks how we know.

A rule is near where its reading is more than half of the way to its line; of a silence that the
week explains, to a day. Pure.
"""

from collections.abc import Iterable, Sequence

from bot.diagnosis.anomalies import Streak, newest_run, silence_of, storm_of
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.rhythm import DAY, Contact, usual_high
from bot.diagnosis.rule import Finding, Severity, Value
from bot.diagnosis.thresholds import Thresholds

_NEAR = 0.5


def near_misses(
    evidence: Evidence, limits: Thresholds, findings: Sequence[Finding] = ()
) -> list[Finding]:
    """Return a remark for each rule that was near; its sentence says why it did not speak."""
    spoke = {finding.rule for finding in findings}
    near = (_near_silence, _near_starts, _near_runs)
    found = (remark for read in near for remark in read(evidence, limits))
    return [each for each in found if each.rule not in spoke]


def _remark(rule: str, says: str, **values: Value) -> Finding:
    return Finding(rule, Severity.INFO, "Near", says, None, "", values)


def _near_silence(evidence: Evidence, limits: Thresholds) -> Iterable[Finding]:
    silence = silence_of(evidence, limits)
    if silence is None:
        return
    rule = "ghost_session" if silence.session else "gone_silent"
    away = evidence.now - silence.since
    if away <= _NEAR * min(silence.line, limits.silent_after):  # a week's habit explains days
        return
    rests = evidence.rhythm.rests
    if silence.due_at is None and rests and away.total_seconds() > evidence.rhythm.typical:
        yield _remark(rule, "away for {away}, as at this time of other weeks", away=away)
    elif silence.due_at and away > _NEAR * silence.line:
        says = "away for {away}, not overdue until {until}: {why}"
        yield _remark(rule, says, away=away, until=silence.due_at, why=silence.why)


def _near_starts(evidence: Evidence, limits: Thresholds) -> Iterable[Finding]:
    storm, rhythm = storm_of(evidence, limits), evidence.rhythm
    if storm and not storm.is_unusual:
        says = "{starts} starts in the busiest hour, and {usual} are usual"
        yield _remark("flapping", says, starts=storm.starts, usual=storm.usual)
    days, starts = rhythm.counts(rhythm.now - DAY, DAY), rhythm.started_within(DAY)
    usual = int(usual_high(days))
    line = (usual + 1) * limits.degraded_starts_times
    if days and starts > _NEAR * line:
        says = "{starts} starts in the last 24 h; up to {usual} are usual, and the limit is {line}"
        yield _remark("degraded", says, starts=starts, usual=usual, line=line)


def _near_runs(evidence: Evidence, limits: Thresholds) -> Iterable[Finding]:
    newest_first = evidence.contacts[::-1]
    empty = newest_run(newest_first, _is_empty)
    unanswered = newest_run(newest_first, lambda each: _is_unanswered(each, limits))
    yield from _near_run("attach_without_data", empty, "without a packet")
    yield from _near_run("uplink_only", unanswered, "without a packet down")


def _near_run(rule: str, run: Streak, what: str) -> Iterable[Finding]:
    if len(run.contacts) > _NEAR * run.line and not run.is_unusual:
        says = f"{{times}} in a row {what}; {{line}} would be unusual for this SIM"
        yield _remark(rule, says, times=len(run.contacts), line=run.line)


def _is_empty(contact: Contact) -> bool | None:
    return None if contact.up is None or contact.down is None else contact.is_empty


def _is_unanswered(contact: Contact, limits: Thresholds) -> bool | None:
    if contact.up is None or contact.down is None or contact.up < limits.uplink_packets:
        return None
    return not contact.down
