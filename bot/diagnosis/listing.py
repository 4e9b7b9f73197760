"""All rules as a list that people and machines can read; made from the rules themselves."""

from dataclasses import dataclass
from datetime import timedelta

from bot.diagnosis.engine import AnyRule, all_rules
from bot.diagnosis.thresholds import HOUR, Limit, Thresholds


@dataclass(frozen=True, slots=True)
class Line:
    """One threshold: the setting's name, its value as people write it, and whose it is."""

    name: str
    value: str
    source: str


@dataclass(frozen=True, slots=True)
class Listed:
    """One rule: its id, what it can find, when, and where its lines are drawn."""

    rule: str
    severities: tuple[str, ...]
    fires: str
    thresholds: tuple[Line, ...]
    source: str


def listing(limits: Thresholds) -> tuple[Listed, ...]:
    """List every rule in the order of the answers, with the thresholds that hold now."""
    return tuple(_listed(rule, limits) for rule in all_rules())


def in_words(limit: Limit) -> str:
    """Write a threshold: `4`, `15 min`, `72 h`, `1 h or 4 h`."""
    if isinstance(limit, tuple):
        return " or ".join(map(in_words, limit))
    if not isinstance(limit, timedelta):
        return str(limit)
    hours, minutes = limit / HOUR, limit / timedelta(minutes=1)
    return f"{hours:g} h" if limit >= HOUR else f"{minutes:g} min"


def _listed(rule: AnyRule, limits: Thresholds) -> Listed:
    about = rule.about
    lines = tuple(
        Line(name, in_words(getattr(limits, name)), limits.source(name))
        for name in about.thresholds
    )
    sources = dict.fromkeys(line.source for line in lines) or (about.source,)
    return Listed(
        rule=rule.name,
        severities=tuple(severity.word for severity in about.severities),
        fires=about.fires.format_map({line.name: line.value for line in lines}),
        thresholds=lines,
        source="; ".join(sources),
    )
