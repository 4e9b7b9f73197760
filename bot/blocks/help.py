"""The answers to `/simsessions help` and `/simsessions rules`."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from bot.blocks.format import MRKDWN, count, grouped, lasting
from bot.blocks.kit import Block, Screen, context, screen, section
from bot.blocks.tables import Drawn, Table, table_parts
from bot.diagnosis.rule import AnyRule
from bot.diagnosis.thresholds import Limit, Thresholds
from bot.struct import Struct

_LINES = 20  # a section holds 3,000 characters; a line at most 140

IN_THREADS = (
    "*In a thread:* mention me with what you would type after the command, or with nothing to "
    "look up the SIMs in the messages above. Or use *Look up SIMs* in the menu of a message. "
    "Everybody there sees the answer. Several SIMs, a pasted alert too, become one table."
)


class HelpEntry(Struct):
    """One thing that can be typed: `usage` is what, `says` is what comes of it."""

    usage: str
    says: str
    examples: tuple[str, ...] = ()


def help_screen(entries: Sequence[HelpEntry], command: str = "/simsessions") -> Screen:
    """Draw what can be typed, made from the registry of subcommands, with examples to copy."""
    lines = [_entry(entry) for entry in entries]
    tries = [MRKDWN.code(example) for entry in entries for example in entry.examples]
    starts = range(0, len(lines), _LINES)
    says = "I tell you what a cellular SIM is doing: its last data session, and what is wrong."
    return screen(
        f"{says} Type {command} and a SIM.",
        [
            section(f"*{says}*\nPaste a SID (DE…), an ICCID, an IMEI or a SIM's name."),
            *(section("\n".join(lines[at : at + _LINES])) for at in starts),
            section("*Try:* " + "  ".join(tries)) if tries else None,
            context(IN_THREADS),
            context("Only you see the answer to a command, until you press Share."),
        ],
    )


def hello_screen(words: str, examples: Sequence[str]) -> Screen:
    """Answer a greeting, or thanks, in a friendly line; `words` come first."""
    hello = words or "Hi! I tell you what a cellular SIM is doing."
    tries = "  ".join(map(MRKDWN.code, examples))
    return screen(hello, [section(f"👋 {hello}"), context(f"Try {tries}") if tries else None])


def _entry(entry: HelpEntry) -> str:
    return f"{MRKDWN.code(entry.usage)}  {MRKDWN.data(entry.says, 120)}"


_HEADER = ("Rule", "Severity", "Fires when", "Threshold from")


class RuleWords(NamedTuple):
    """A rule as people read it, in a table of four columns."""

    name: str
    severity: str
    fires: str
    source: str


def rule_text(rule: AnyRule, limits: Thresholds) -> RuleWords:
    """Return a rule with its thresholds filled in, as they are set for this bot."""
    values = {name: limit_text(getattr(limits, name)) for name in rule.about.thresholds}
    sources = dict.fromkeys(limits.source(name) for name in rule.about.thresholds)
    return RuleWords(
        rule.name,
        " or ".join(severity.word for severity in rule.about.severities),
        rule.about.fires.format_map(values),
        "; ".join(sources) or rule.about.source,
    )


def limit_text(limit: Limit) -> str:
    """Return a threshold with its unit where it has one."""
    if isinstance(limit, timedelta):
        return lasting(limit)
    return grouped(limit) if isinstance(limit, int) else " or ".join(map(lasting, limit))


def rules_screen(rules: Sequence[AnyRule], limits: Thresholds) -> Screen:
    """Draw all rules as one table, in the order in which findings are told."""
    words = [rule_text(rule, limits) for rule in rules]
    title = f"I check every SIM against {count(len(words), 'rule')}."
    table = Table("Rules, their thresholds and where those are from", _HEADER, tuple(words))

    def foot(drawn: Drawn) -> list[Block]:
        left = len(words) - drawn.rows
        rest = "Thresholds are settings; `simsessions rules` in a terminal lists the same."
        return [context(f"{count(left, 'rule')} left out here. {rest}" if left else rest)]

    return screen(title, [section(f"*{title}*"), *table_parts(table, foot)])
