"""What a verdict assumed: the SIM's rhythm, how long it may be away, which rules spoke."""

from collections.abc import Iterator
from datetime import timedelta

from bot.blocks.findings import filled
from bot.blocks.format import Formatter, count, span
from bot.diagnosis.engine import AnyRule, all_rules
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.explain import near_misses
from bot.diagnosis.rhythm import KNOWN_GAPS, Rhythm
from bot.diagnosis.rule import Finding, GroupRule, When
from bot.diagnosis.silence import silence_of
from bot.diagnosis.thresholds import Thresholds
from bot.sessions.report import SessionReport


def explanation_lines(report: SessionReport, limits: Thresholds, fmt: Formatter) -> Iterator[str]:
    """Return them, one a line, from the sessions that the report holds."""
    evidence = Evidence(
        report.sim,
        report.sessions,
        report.made_at,
        report.rate_plan,
        skipped_rows=report.skipped_rows,
    )
    yield _rhythm_line(evidence.rhythm)
    silence = silence_of(evidence, limits)
    if silence:
        away = fmt.when(silence.since, report.made_at)
        verb = "longer" if silence.is_due(report.made_at) else "not longer"
        yield (
            f"No news since {away}, which is {verb} than its {span(silence.line)} explain: "
            f"{fmt.own(silence.why)}."
        )
    yield from (_spoke(finding, fmt) for finding in report.findings)
    near = near_misses(evidence, limits, report.findings)
    yield from (f"{fmt.code(each.rule)} was near: {filled(each.says, each, fmt)}" for each in near)
    spoke = {finding.rule for finding in (*report.findings, *near)}
    quiet = [rule for rule in all_rules() if rule.name not in spoke]
    yield f"Did not speak: {', '.join(fmt.code(rule.name) for rule in quiet if _alone(rule))}"
    together = ", ".join(fmt.code(rule.name) for rule in quiet if not _alone(rule))
    if together:
        yield f"Speak only of several SIMs: {together}"


def _alone(rule: AnyRule) -> bool:
    return not isinstance(rule, GroupRule)


def _rhythm_line(rhythm: Rhythm) -> str:
    gaps = count(len(rhythm.intervals), "interval")
    if not rhythm.is_known:
        return f"Rhythm unknown: {gaps}, and {KNOWN_GAPS} are needed."
    typical, longest = (span(timedelta(seconds=each)) for each in (rhythm.typical, rhythm.longest))
    habit = "always on" if rhythm.is_always_on else f"connects every {typical}"
    return f"Rhythm of {gaps}: {habit}; the longest usual interval is {longest}."


def _spoke(finding: Finding, fmt: Formatter) -> str:
    how = finding.severity.word
    if finding.when is When.OVER:
        how += ", over"
    elif finding.explained_by:
        how += f", explained by {fmt.code(finding.explained_by)}"
    return f"{fmt.code(finding.rule)} spoke: {how}"
