"""The answer to `/simsessions rules`: every rule, when it fires, and who says so."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from bot.blocks.kit import Screen, context, screen, section
from bot.blocks.ladder import NOTHING, Refused, draw_table, lowered
from bot.blocks.tables import Table
from bot.blocks.units import count, grouped, lasting
from bot.diagnosis.engine import AnyRule
from bot.diagnosis.thresholds import Limit, Thresholds

_HEADER = ("Rule", "Severity", "Fires when", "Threshold from")


class RuleWords(NamedTuple):
    """A rule as people read it, in a table of four columns."""

    name: str
    severity: str
    fires: str
    source: str


def rule_words(rule: AnyRule, limits: Thresholds) -> RuleWords:
    """Give a rule with its thresholds filled in, as they are set for this bot."""
    values = {name: limit_words(getattr(limits, name)) for name in rule.about.thresholds}
    sources = dict.fromkeys(limits.source(name) for name in rule.about.thresholds)
    return RuleWords(
        rule.name,
        " or ".join(severity.word for severity in rule.about.severities),
        rule.about.fires.format_map(values),
        "; ".join(sources) or rule.about.source,
    )


def limit_words(limit: Limit) -> str:
    """Give a threshold with its unit where it has one."""
    if isinstance(limit, timedelta):
        return lasting(limit)
    return grouped(limit) if isinstance(limit, int) else " or ".join(map(lasting, limit))


def rules_screen(
    rules: Sequence[AnyRule], limits: Thresholds, *, refused: Refused = NOTHING
) -> Screen:
    """Draw all rules as one table, in the order in which findings are told."""
    words = [rule_words(rule, limits) for rule in rules]
    title = f"I check every SIM against {count(len(words), 'rule')}."
    table = Table("Rules, their thresholds and where those are from", _HEADER, tuple(words))
    drawn = draw_table(table, refused)
    left = len(words) - drawn.rows
    rest = "Thresholds are settings; `simsessions rules` in a terminal lists the same."
    foot = f"{count(left, 'rule')} left out here. {rest}" if left else rest
    blocks = [section(f"*{title}*"), *drawn.blocks, context(foot)]
    return lowered(screen(title, blocks), refused)
