"""A finding in words: what and how we know, what to do, where the threshold is from.

finding_lines(finding, speak, report) -> FindingLines(what, next_step, source)
"""

import re
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.blocks.speech import Speech
from bot.blocks.units import grouped, lasting
from bot.blocks.words import mark
from bot.diagnosis.rule import Finding, Severity, Value
from bot.sessions.report import SessionReport

SEVERITY_ICONS = {Severity.CRITICAL: "🔴", Severity.WARNING: "🟠", Severity.INFO: "🔵"}
_EVIDENCE = 300
_NAMED = re.compile(r"\{(\w+)\}")


class FindingLines(NamedTuple):
    """A finding in three lines, ready to be shown."""

    what: str
    next_step: str
    source: str


def finding_lines(finding: Finding, speak: Speech, report: SessionReport) -> FindingLines:
    """Give a finding with its evidence filled in."""
    icon, word = severity_words(finding)
    title = filled(finding.title, finding, speak).rstrip(".")
    says = filled(finding.says, finding, speak)
    return FindingLines(
        what=f"{icon} {speak.strong(f'{word} · {title}.')} {says}{mark(report)}",
        next_step=f"→ {filled(finding.next_step, finding, speak)}",
        source=f"{speak.code(finding.rule)} · {speak.linked(finding.source)}",
    )


def severity_words(finding: Finding) -> tuple[str, str]:
    """Give the sign and the word of a finding's severity; `healthy` is good news."""
    if finding.rule == "healthy":
        return "✅", "Good"
    return SEVERITY_ICONS[finding.severity], finding.severity.word.capitalize()


def filled(sentence: str, finding: Finding, speak: Speech) -> str:
    """Put a finding's evidence in the place of its names in braces."""

    def put(name: re.Match[str]) -> str:
        if name[1] not in finding.evidence:
            return name[0]
        return value_words(finding.evidence[name[1]], speak)

    return _NAMED.sub(put, speak.own(sentence))


def value_words(value: Value, speak: Speech) -> str:
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
        return speak.when(value)
    return speak.data(value if isinstance(value, str) else ", ".join(value), _EVIDENCE)
