"""Findings as blocks: the gravest under the headline, three in full, the rest folded."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.blocks.format import MRKDWN, Formatter, grouped, lasting
from bot.blocks.kit import Block, container, context, section
from bot.blocks.report_text import mark
from bot.blocks.screen import SECTION, Degradable, Part
from bot.diagnosis.rule import Finding, Severity, Value
from bot.diagnosis.state import State
from bot.sessions.report import SessionReport

SEVERITY_ICONS = {Severity.CRITICAL: "🔴", Severity.WARNING: "🟠", Severity.INFO: "🔵"}
_EVIDENCE = 300
_NAMED = re.compile(r"\{(\w+)\}")


class FindingLines(NamedTuple):
    """A finding in three lines, ready to be shown."""

    what: str
    next_step: str
    source: str


def finding_lines(finding: Finding, fmt: Formatter, report: SessionReport) -> FindingLines:
    """Return a finding with its evidence filled in."""
    icon, word = severity_text(finding)
    title = filled(finding.title, finding, fmt).rstrip(".")
    says = filled(finding.says, finding, fmt)
    return FindingLines(
        what=f"{icon} {fmt.strong(f'{word} · {title}.')} {says}{mark(report)}",
        next_step=_next_step(finding, fmt),
        source=f"{fmt.code(finding.rule)} · {fmt.linked(finding.source)}",
    )


def _next_step(finding: Finding, fmt: Formatter) -> str:
    """Say what to do; of what is over or explained, that it is."""
    if finding.next_step:
        return f"→ {filled(finding.next_step, finding, fmt)}"
    reason = finding.explained_by
    return f"↳ explained by {fmt.code(reason)}" if reason else "↳ over"


def severity_text(finding: Finding) -> tuple[str, str]:
    """Return the sign and the word of a finding's severity; `healthy` is good news."""
    if finding.rule == "healthy":
        return "✅", "Good"
    return SEVERITY_ICONS[finding.severity], finding.severity.word.capitalize()


def filled(sentence: str, finding: Finding, fmt: Formatter) -> str:
    """Put a finding's evidence in the place of its names in braces."""

    def put(name: re.Match[str]) -> str:
        if name[1] not in finding.evidence:
            return name[0]
        return value_text(finding.evidence[name[1]], fmt)

    return _NAMED.sub(put, fmt.own(sentence))


def value_text(value: Value, fmt: Formatter) -> str:
    """Show one piece of evidence; None is said to be unknown."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return grouped(value)
    if isinstance(value, timedelta):
        return lasting(value)
    if isinstance(value, datetime):
        return fmt.when(value)
    return fmt.data(value if isinstance(value, str) else ", ".join(value), _EVIDENCE)


IN_FULL = 3
_PARAGRAPHS = 2900
_SOURCES = 10  # as many elements as a context holds


def finding_parts(report: SessionReport) -> list[Part]:
    """Draw up to three findings with evidence and next step; fold the others and all sources.

    Where nothing folds, those follow in the open; a message of text alone does without.
    """
    drawn = [finding_lines(finding, MRKDWN, report) for finding in report.findings]
    if not drawn:
        return [section(nothing_found(report))]
    shown = [section(_paragraph(lines)) for lines in drawn[:IN_FULL]]
    folded = [*_packed([_paragraph(lines) for lines in drawn[IN_FULL:]]), *_sources(drawn)]
    fold = container(_fold_title(len(drawn) - len(shown)), folded)
    return [*shown, Degradable("container", [fold], lambda: [Degradable(SECTION, folded, list)])]


def nothing_found(report: SessionReport) -> str:
    """Say that no rule fired, which is not the same as knowing that all is well."""
    if report.state is State.UNKNOWN:
        return "Too little is known for a verdict."
    return "No rule found anything wrong."


def _paragraph(lines: FindingLines) -> str:
    return f"{lines.what}\n{lines.next_step}"


def _packed(paragraphs: Sequence[str]) -> list[Block]:
    """Put as many paragraphs into each section as it holds."""
    packs: list[str] = []
    for paragraph in paragraphs:
        if packs and len(packs[-1]) + len(paragraph) < _PARAGRAPHS:
            packs[-1] += f"\n{paragraph}"
        else:
            packs.append(paragraph)
    return [section(pack) for pack in packs]


def _sources(drawn: Sequence[FindingLines]) -> list[Block]:
    lines = [f"Threshold of {each.source}" for each in drawn]
    starts = range(0, len(lines), _SOURCES)
    return [context(*lines[at : at + _SOURCES]) for at in starts]


def _fold_title(more: int) -> str:
    if not more:
        return "How we know"
    return f"{more} more finding{'' if more == 1 else 's'}, and how we know"
