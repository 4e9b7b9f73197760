"""Findings as blocks: the gravest under the headline, three in full, the rest folded."""

from collections.abc import Sequence

from bot.blocks.finding_words import FindingLines, finding_lines
from bot.blocks.kit import Block, container, context, section
from bot.blocks.ladder import NOTHING, Refused
from bot.blocks.speech import MRKDWN
from bot.diagnosis.state import State
from bot.sessions.report import SessionReport

IN_FULL = 3
_FOLDED_CHILDREN = 10


def finding_blocks(report: SessionReport, refused: Refused = NOTHING) -> list[Block]:
    """Draw up to three findings with evidence and next step; fold the others and all sources."""
    drawn = [finding_lines(finding, MRKDWN, report) for finding in report.findings]
    if not drawn:
        return _nothing_found(report)
    shown = [section(f"{lines.what}\n{lines.next_step}") for lines in drawn[:IN_FULL]]
    return [*shown, *_folded(drawn, refused)]


def _nothing_found(report: SessionReport) -> list[Block]:
    if report.state is State.UNKNOWN:
        return [section("Too little is known for a verdict.")]
    return [section("No rule found anything wrong.")]


def _folded(drawn: Sequence[FindingLines], refused: Refused) -> list[Block]:
    rest = [section(f"{lines.what}\n{lines.next_step}") for lines in drawn[IN_FULL:]]
    sources = context(*(f"How we know: {lines.source}" for lines in drawn))
    if "container" in refused:
        return [*rest, sources]
    return [container(_fold_title(len(rest)), [*rest[: _FOLDED_CHILDREN - 1], sources])]


def _fold_title(more: int) -> str:
    if not more:
        return "How we know"
    return f"{more} more finding{'' if more == 1 else 's'}, and how we know"
