"""A report as a person reads it in a terminal, in the words that Slack shows too."""

from collections.abc import Iterator

from rich.style import Style
from rich.text import Text

from bot.blocks.findings import finding_lines
from bot.blocks.format import PLAIN
from bot.blocks.report_text import (
    facts,
    freshness_line,
    report_headline,
    sim_line,
    skipped_line,
    stale_line,
    window_line,
)
from bot.cli.reports.sentences import error_sentence
from bot.diagnosis.rule import Finding, Severity
from bot.errors import BotError
from bot.sessions.report import SessionReport

BOLD, DIM = Style(bold=True), Style(dim=True)
COLOURS = {
    Severity.CRITICAL: Style(color="red"),
    Severity.WARNING: Style(color="yellow"),
    Severity.INFO: Style(color="blue"),
}


def as_text(query: str, answer: SessionReport | BotError) -> Iterator[Text]:
    """Return the lines of a report, or of the error that stands in its place."""
    if isinstance(answer, BotError):
        yield Text(f"{PLAIN.data(query)}: {PLAIN.data(error_sentence(answer), 2000)}", style=BOLD)
        return
    yield Text(report_headline(answer, PLAIN), style=BOLD)
    yield from _optional(stale_line(answer, PLAIN), answer.problem)
    for finding in answer.findings:
        yield from _finding(finding, answer)
    yield from _facts(answer)
    yield from _small_print(answer)


def _finding(finding: Finding, report: SessionReport) -> Iterator[Text]:
    lines = finding_lines(finding, PLAIN, report)
    yield Text(f"  {lines.what}", style=COLOURS[finding.severity])
    yield Text(f"     {lines.next_step}")
    yield Text(f"     {lines.source}", style=DIM)


def _facts(report: SessionReport) -> Iterator[Text]:
    told_facts = facts(report, PLAIN)
    width = max((len(fact.label) for fact in told_facts), default=0)
    for fact in told_facts:
        yield Text.assemble((f"  {fact.label:<{width}}  ", DIM), fact.value)


def _small_print(report: SessionReport) -> Iterator[Text]:
    yield Text(f"  {sim_line(report, PLAIN)}", style=DIM)
    yield Text(f"  {window_line(report)} · {freshness_line(report, PLAIN)}", style=DIM)
    yield from _optional(skipped_line(report))


def _optional(*lines: str | None) -> Iterator[Text]:
    for line in lines:
        if line:
            yield Text(f"  {line}")
