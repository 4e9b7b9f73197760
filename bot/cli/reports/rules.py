"""The rules as lines for people."""

from collections.abc import Iterator

from rich.style import Style
from rich.text import Text

from bot.blocks.help import rule_text
from bot.diagnosis.engine import AnyRule, all_rules
from bot.diagnosis.thresholds import Thresholds
from bot.setting_values import shown
from bot.settings import env_name

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
