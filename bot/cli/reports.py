"""What a person reads in a terminal: the report of a SIM, and the rules."""

from collections.abc import Iterable, Iterator, Sequence

from rich.style import Style
from rich.text import Text

from bot.blocks.findings import (
    explanation_lines,
    finding_lines,
    main_lines,
    others_text,
)
from bot.blocks.format import PLAIN
from bot.blocks.help import rule_text
from bot.blocks.report_json import error_sentence
from bot.blocks.report_text import (
    day_line,
    fact_lines,
    freshness_line,
    neighbours_line,
    report_headline,
    skipped_line,
    warnings,
    window_line,
)
from bot.diagnosis.rule import AnyRule, Severity, all_rules
from bot.diagnosis.thresholds import Thresholds
from bot.errors import BotError
from bot.sessions.report import SessionReport
from bot.setting_values import shown
from bot.settings import env_name
from bot.sims.errors import SimNotFound

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
    yield from _lines([*warnings(answer, PLAIN), *main_lines(answer, PLAIN)])
    yield from _lines(fact_lines(answer, PLAIN), DIM)
    last = (others_text(answer), freshness_line(answer, PLAIN), answer.sim.sid)
    month = " · ".join(filter(None, (day_line(answer), window_line(answer))))
    small = (
        neighbours_line(answer, PLAIN),
        month,
        skipped_line(answer),
        " · ".join(filter(None, last)),
    )
    yield from _lines(filter(None, small), DIM)


def explained(answer: SessionReport, limits: Thresholds) -> Iterator[Text]:
    """Return every finding with its evidence and whose line it is, and what was assumed."""
    for finding in answer.findings:
        lines = finding_lines(finding, PLAIN, answer)
        yield Text(f"  {lines.what}", style=COLOURS[finding.severity])
        yield from _lines((f"   {lines.next_step}", f"   {lines.source}"), DIM)
    yield from _lines(explanation_lines(answer, limits, PLAIN), DIM)


def summary(answers: Sequence[SessionReport | BotError]) -> Text:
    """Count how several SIMs stand: `4 SIMs: 2 need attention, 1 not found`."""
    reports = [each for each in answers if isinstance(each, SessionReport)]
    errors = [each for each in answers if isinstance(each, BotError)]
    attention = sum(each.cause is not None for each in reports)
    lost = sum(isinstance(each, SimNotFound) for each in errors)
    verb = "needs" if attention == 1 else "need"
    parts = [
        f"{attention} {verb} attention" if attention else "no warnings",
        f"{lost} not found" if lost else "",
        f"{len(errors) - lost} not read" if len(errors) > lost else "",
    ]
    return Text(f"{len(answers)} SIMs: {', '.join(filter(None, parts))}", style=BOLD)


def _lines(lines: Iterable[str], style: Style | None = None) -> Iterator[Text]:
    for line in lines:
        yield Text(f"  {line}", style=style or Style())


BOLD, DIM = Style(bold=True), Style(dim=True)


def rule_lines(thresholds: Thresholds) -> Iterator[Text]:
    """Return each rule: its name and severities, when it fires, and whose thresholds those are."""
    for rule in all_rules():
        words = rule_text(rule, thresholds)
        yield Text.assemble((words.name, BOLD), f"  {words.severity}")
        yield Text(f"  when {words.fires}")
        yield from _sources(rule, thresholds)


def _sources(rule: AnyRule, thresholds: Thresholds) -> Iterator[Text]:
    if not rule.about.thresholds:
        yield Text(f"  {rule.about.source}", style=DIM)
    for name in rule.about.thresholds:
        value, source = shown(getattr(thresholds, name)), thresholds.source(name)
        yield Text(f"  {env_name(name)}={value}  ({source})", style=DIM)
