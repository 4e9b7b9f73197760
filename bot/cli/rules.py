"""The rules as lines for people."""

from collections.abc import Iterator

from rich.style import Style
from rich.text import Text

from bot.diagnosis.engine import AnyRule, all_rules
from bot.diagnosis.rule import About
from bot.diagnosis.thresholds import Thresholds
from bot.setting_values import shown
from bot.settings import env_name

DIM = Style(dim=True)


def rule_lines(thresholds: Thresholds) -> Iterator[Text]:
    """Give each rule: its name and severities, when it fires, and whose thresholds those are."""
    for rule in all_rules():
        yield _title(rule)
        yield Text(f"  when {fires(rule.about, thresholds)}")
        yield from _sources(rule.about, thresholds)


def fires(about: About, thresholds: Thresholds) -> str:
    """Say when a rule fires, its thresholds filled in as they are set."""
    values = {name: shown(getattr(thresholds, name)) for name in about.thresholds}
    return about.fires.format(**values)


def _title(rule: AnyRule) -> Text:
    severities = ", ".join(severity.word for severity in rule.about.severities)
    return Text(rule.name, style=Style(bold=True)) + Text(f"  {severities}", style=Style())


def _sources(about: About, thresholds: Thresholds) -> Iterator[Text]:
    if not about.thresholds:
        yield Text(f"  source: {about.source}", style=DIM)
    for name in about.thresholds:
        value, source = shown(getattr(thresholds, name)), thresholds.source(name)
        yield Text(f"  {env_name(name)}={value}  ({source})", style=DIM)
