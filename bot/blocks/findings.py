"""Findings in words: the main one, what else was seen, what the verdict assumed; the rules."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.blocks.format import (
    MRKDWN,
    PLAIN,
    Formatter,
    count,
    distinct_span,
    grouped,
    imei_text,
    long_span,
    span,
)
from bot.blocks.kit import Block, Screen, clean, context, screen, section
from bot.blocks.tables_and_charts import Drawn, Table, table_parts
from bot.diagnosis.anomalies import Silence, silence_of
from bot.diagnosis.evidence import Evidence, State
from bot.diagnosis.near_misses import near_misses
from bot.diagnosis.rhythm import KNOWN_GAPS, Rhythm
from bot.diagnosis.rule import (
    Finding,
    GroupRule,
    Rule,
    Severity,
    Value,
    When,
    all_rules,
    title_of,
)
from bot.diagnosis.rules.ghost_session import UNLESS_ALL_ARE_SILENT
from bot.diagnosis.rules.gone_silent import LOOK_AROUND
from bot.diagnosis.rules.sim_not_active import TURNED_AWAY
from bot.diagnosis.thresholds import Limit, Thresholds
from bot.sessions.report import SessionReport

SEVERITY_ICONS = {Severity.CRITICAL: "🔴", Severity.WARNING: "🟠", Severity.INFO: "🔵"}
_EVIDENCE = 300
HEALTHY = "healthy"
TOLD_BESIDE = {HEALTHY, "ghost_session", "idle_session"}
TOLD_FIRST = {"gone_silent", "sim_not_active"}
COUNTED = "common_outage"
"""Its evidence begins with the count that stands in its title, behind a comma."""
UNTITLED = "never_seen"
"""The headline and the facts say what these have as evidence, first in it, or as title too."""
_BRIEF = 76
_ROUNDED = timedelta(minutes=10)
_HELD_AGAINST = {"silent_for": "line", "line": "silent_for"}
_CLAUSE = re.compile(r"(?<=[;.]) (?!\d)")
NAMED = re.compile(r"\{(\w+)\}")


class FindingLines(NamedTuple):
    """A finding in three lines, ready to be shown."""

    what: str
    next_step: str
    source: str


def finding_lines(finding: Finding, fmt: Formatter, report: SessionReport) -> FindingLines:
    """Return a finding with its evidence filled in."""
    icon, word = severity_text(finding)
    title = fill_evidence(finding.title, finding, fmt).rstrip(".")
    says = fill_evidence(finding.says, finding, fmt, report.made_at)
    return FindingLines(
        what=f"{icon} {fmt.strong(f'{word} · {title}.')} {says}",
        next_step=_next_step(finding, report, fmt),
        source=f"{fmt.code(finding.rule)} · {fmt.linked(finding.source)}",
    )


def _next_step(finding: Finding, report: SessionReport, fmt: Formatter) -> str:
    """Say what to do; of what is over or explained, that it is."""
    for step in _steps(finding, report, fmt):
        return step
    if finding.explained_by is None:
        return "↳ over"
    reason = next((f for f in report.findings if f.rule == finding.explained_by), None)
    title = fill_evidence(reason.title, reason, fmt) if reason else title_of(finding.explained_by)
    return f"↳ explained by “{title}”"


ASK_FURTHER = "→ Ask whether its data arrives at the application; look again in some minutes."

ASK_AGAIN = "→ Try again in a minute."


def main_finding(report: SessionReport) -> Finding | None:
    """Return the finding that the answer is about: the cause, else that all is well, else any."""
    standing = [each for each in report.findings if each.stands]
    well = (each for each in standing if each.rule == HEALTHY)
    return report.cause or next(well, next(iter(standing), None))


def main_lines(report: SessionReport, fmt: Formatter) -> list[str]:
    """Say what is wrong, how we know and what to do, once; or that no rule found anything."""
    finding = main_finding(report)
    if finding is None:
        return [nothing_found(report), *_without_a_cause(report)]
    title = fill_evidence(finding.title, finding, fmt).rstrip(".")
    title = title.partition(",")[0] if finding.rule == COUNTED else title
    says = fill_evidence(_brief(finding), finding, fmt, report.made_at)
    step = _steps(finding, report, fmt)
    if finding.rule == UNTITLED:
        return [says, *step] if len(_CLAUSE.split(finding.says)) > 1 else step
    if finding.says.endswith(TURNED_AWAY):  # all of it is the headline's already
        return step or [f"{fmt.strong(f'{title}.')}"]
    if finding.rule in TOLD_BESIDE:
        says = ""
    return [f"{fmt.strong(f'{title}.')} {says}".rstrip(), *step]


def _without_a_cause(report: SessionReport) -> list[str]:
    """Say what to do where no rule found anything; of what is old nothing else can be said."""
    if report.stale:
        return [ASK_AGAIN]
    asks = report.state is State.UNKNOWN and report.sessions is not None
    return [ASK_FURTHER] if asks else []


def _steps(finding: Finding, report: SessionReport, fmt: Formatter) -> list[str]:
    """Say what to do; to look at its neighbours only where nobody has."""
    if not finding.next_step:
        return []
    step = finding.next_step
    for hint in (LOOK_AROUND, UNLESS_ALL_ARE_SILENT) if report.neighbours else ():
        step = step.replace(hint, "")
    return [f"→ {fill_evidence(step, finding, fmt)}"]


def _brief(finding: Finding) -> str:
    """Return as many whole clauses of the evidence as two lines hold, one at least."""
    room = _BRIEF - len(finding.title)
    clauses = _CLAUSE.split(finding.says)
    if finding.rule in {*TOLD_FIRST, UNTITLED} and len(clauses) > 1:
        clauses = [clauses[1][:1].upper() + clauses[1][1:], *clauses[2:]]
    fitting = [
        number
        for number in range(1, len(clauses) + 1)
        if len(fill_evidence(" ".join(clauses[:number]), finding, PLAIN)) <= room
    ]
    said = " ".join(clauses[: max(fitting, default=1)])
    return f"{said.rstrip(';.')}."


def others_text(report: SessionReport) -> str:
    """Count what else was seen, and what is over; "" where there is nothing of either."""
    main = main_finding(report)
    others = [each for each in report.findings if each is not main]
    over = sum(each.when is When.OVER for each in others)
    counts = (("Also seen", len(others) - over), ("Earlier", over))
    return ", ".join(f"{label}: {number}" for label, number in counts if number)


def severity_text(finding: Finding) -> tuple[str, str]:
    """Return the sign and the word of a finding's severity; `healthy` is good news."""
    if finding.rule == HEALTHY:
        return "✅", "Good"
    return SEVERITY_ICONS[finding.severity], finding.severity.word.capitalize()


def finding_cell(finding: Finding) -> str:
    """Return a finding's sign and title, cut to a cell."""
    icon, _ = severity_text(finding)
    return clean(f"{icon} {fill_evidence(finding.title, finding, PLAIN).rstrip('.')}", _CELL)


def fill_evidence(
    sentence: str, finding: Finding, fmt: Formatter, now: datetime | None = None
) -> str:
    """Put a finding's evidence in the place of its names in braces."""

    def put(name: re.Match[str]) -> str:
        if name[1] not in finding.evidence:
            return name[0]
        value = finding.evidence[name[1]]
        if name[1].startswith("imei") and isinstance(value, str):
            return fmt.data(imei_text(value))
        other = finding.evidence.get(_HELD_AGAINST.get(name[1], ""))
        if isinstance(value, timedelta) and isinstance(other, timedelta):
            return distinct_span(value, other)
        return value_text(value, fmt, now)

    return NAMED.sub(put, fmt.own(sentence))


def value_text(value: Value, fmt: Formatter, now: datetime | None = None) -> str:
    """Show one piece of evidence; None is said to be unknown."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return grouped(value)
    if isinstance(value, timedelta):
        return span(value) if value >= _ROUNDED else long_span(value)
    if isinstance(value, datetime):
        return fmt.when(value, now)
    return fmt.data(value if isinstance(value, str) else ", ".join(value), _EVIDENCE)


_AWAY = {State.OFFLINE, State.STALE}


def nothing_found(report: SessionReport) -> str:
    """Say that no rule fired, which is not the same as knowing that all is well."""
    if report.state is State.UNKNOWN:
        return "Too little is known for a verdict."
    if report.stale:
        return "No fault was found when it was last read; how it is now is unknown."
    is_judged = all(each.end or each.last_updated for each in report.sessions or ())
    overdue = "; it is not overdue" if report.state in _AWAY and is_judged else ""
    return f"No fault found{overdue}."


_PARAGRAPHS = 2900
_CELL = 48
_WORD = 22


def all_findings(report: SessionReport) -> list[Block]:
    """Draw every finding with its evidence, and whose line it is: the cause first, then others."""
    main = main_finding(report)
    others = [each for each in report.findings if each is not main]
    groups = (
        ("", [main] if main else []),
        ("Also seen", [each for each in others if each.when is When.NOW]),
        ("Earlier", [each for each in others if each.when is When.OVER]),
    )
    paragraphs = [
        f"*{label}*\n{paragraph}" if label and not place else paragraph
        for label, findings in groups
        for place, paragraph in enumerate(_paragraph(each, report) for each in findings)
    ]
    return pack_sections(paragraphs or [nothing_found(report)])


def _paragraph(finding: Finding, report: SessionReport) -> str:
    lines = finding_lines(finding, MRKDWN, report)
    return f"{lines.what}\n{lines.next_step}\nRule: {lines.source}"


def pack_sections(paragraphs: Iterable[str]) -> list[Block]:
    """Put as many paragraphs into each section as it holds."""
    packs: list[str] = []
    for paragraph in paragraphs:
        if packs and len(packs[-1]) + len(paragraph) < _PARAGRAPHS:
            packs[-1] += f"\n{paragraph}"
        else:
            packs.append(paragraph)
    return [section(pack) for pack in packs]


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
        yield _silence_line(silence, report.made_at, fmt)
    yield from (_spoke(finding, fmt) for finding in report.findings)
    near = near_misses(evidence, limits, report.findings)
    yield from (
        f"{fmt.code(each.rule)} came close: {fill_evidence(each.says, each, fmt)}" for each in near
    )
    spoke = {finding.rule for finding in (*report.findings, *near)}
    quiet = [rule for rule in all_rules() if rule.name not in spoke]
    yield f"Not triggered: {', '.join(fmt.code(rule.name) for rule in quiet if _alone(rule))}"
    together = ", ".join(fmt.code(rule.name) for rule in quiet if not _alone(rule))
    if together:
        yield f"Only for several SIMs: {together}"


def _silence_line(silence: Silence, now: datetime, fmt: Formatter) -> str:
    """Say since when the SIM is silent, and from when on that is unusual for it."""
    what = "No update" if silence.session else "Not heard from"
    since = f"{what} since {fmt.when(silence.since, now)}"
    if silence.due_at is None:
        return f"{since}, which is usual for it at this time."
    verb = "has been overdue since" if silence.is_due(now) else "is not overdue until"
    return f"{since}; it {verb} {fmt.when(silence.due_at, now)}: {fmt.own(silence.why)}."


def _alone(rule: Rule) -> bool:
    return not isinstance(rule, GroupRule)


def _rhythm_line(rhythm: Rhythm) -> str:
    gaps = count(len(rhythm.intervals), "interval")
    if not rhythm.is_known:
        return f"Rhythm unknown: {gaps} seen, {KNOWN_GAPS} needed."
    typical, longest = (span(timedelta(seconds=each)) for each in (rhythm.typical, rhythm.longest))
    habit = "always on" if rhythm.is_always_on else f"connects every {typical}"
    return f"Rhythm over {gaps}: {habit}; its longest usual interval is {longest}."


def _spoke(finding: Finding, fmt: Formatter) -> str:
    how = finding.severity.word
    if finding.when is When.OVER:
        how += ", over"
    elif finding.explained_by:
        how += f", explained by {fmt.code(finding.explained_by)}"
    return f"{fmt.code(finding.rule)} triggered: {how}"


_IN_BRIEF = {
    "attach_without_data": "attached without data",
    "barred_after_flapping": "barred",
    "change_stuck": "with a stuck change",
    "common_outage": "in an outage",
    "data_limit": "at the data limit",
    "degraded": "degraded",
    "ghost_session": "with no update",
    "gone_silent": "silent",
    "imei_changed": "in another device",
    "impossible_travel": "in two places",
    "never_seen": "without a connection in 30 d",
    "no_rate_plan": "without a rate plan",
    "parallel_networks": "on two networks",
    "plan_blocks_data": "blocked by the plan",
    "radio_fallback": "on an older radio",
    "sim_not_active": "not active",
    "twin_imei": "with a cloned IMEI",
    "uplink_only": "with nothing coming down",
    "usage_spike": "with a usage spike",
}
"""What is wrong, to stand after a number; else the rule's own name."""


def cause_words(finding: Finding) -> str:
    """Say in a word or two what is wrong with a SIM, to stand after a number."""
    status = finding.evidence.get("status")
    if finding.rule == "sim_not_active" and isinstance(status, str):
        return clean(status, _WORD)
    return _IN_BRIEF.get(finding.rule, finding.rule.replace("_", " "))


_HEADER = ("Rule", "Severity", "Fires when", "Threshold from")


class RuleWords(NamedTuple):
    """A rule as people read it, in a table of four columns."""

    name: str
    severity: str
    fires: str
    source: str


def rule_text(rule: Rule, limits: Thresholds) -> RuleWords:
    """Return a rule with its thresholds filled in, as they are set for this bot."""
    values = {name: limit_text(getattr(limits, name)) for name in rule.about.thresholds}
    sources = dict.fromkeys(limits.sources[name] for name in rule.about.thresholds)
    return RuleWords(
        rule.name,
        " or ".join(severity.word for severity in rule.about.severities),
        rule.about.fires.format_map(values),
        "; ".join(sources) or rule.about.source,
    )


def limit_text(limit: Limit) -> str:
    """Return a threshold with its unit where it has one."""
    if isinstance(limit, timedelta):
        return long_span(limit)
    return grouped(limit) if isinstance(limit, int) else " or ".join(map(long_span, limit))


def rules_screen(rules: Sequence[Rule], limits: Thresholds) -> Screen:
    """Draw all rules as one table, in the order of the findings of an answer."""
    words = [rule_text(rule, limits) for rule in rules]
    title = f"I check every SIM against {count(len(words), 'rule')}."
    table = Table("Rules, their thresholds and where those are from", _HEADER, tuple(words))

    def foot(drawn: Drawn) -> list[Block]:
        left = len(words) - drawn.rows
        rest = "Thresholds are settings; `simsessions rules` in a terminal lists the same."
        return [context(f"{count(left, 'rule')} left out here. {rest}" if left else rest)]

    return screen(title, [section(f"*{title}*"), *table_parts(table, foot)])
