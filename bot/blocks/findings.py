"""Findings as blocks: the gravest under the headline, three in full, the rest folded."""

from collections.abc import Sequence

from bot.blocks.finding_words import FindingLines, finding_lines
from bot.blocks.kit import Block, container, context, section
from bot.blocks.ladder import FIELDS, NOTHING, Refused
from bot.blocks.speech import MRKDWN
from bot.diagnosis.state import State
from bot.sessions.report import SessionReport

IN_FULL = 3
_PARAGRAPHS = 2900
_SOURCES = 10  # as many elements as a context holds


def finding_blocks(report: SessionReport, refused: Refused = NOTHING) -> list[Block]:
    """Draw up to three findings with evidence and next step; fold the others and all sources."""
    drawn = [finding_lines(finding, MRKDWN, report) for finding in report.findings]
    if not drawn:
        return [section(nothing_found(report))]
    shown = [section(_paragraph(lines)) for lines in drawn[:IN_FULL]]
    if FIELDS in refused:
        return shown
    folded = [*_packed([_paragraph(lines) for lines in drawn[IN_FULL:]]), *_sources(drawn)]
    if "container" in refused:
        return [*shown, *folded]
    return [*shown, container(_fold_title(len(drawn) - len(shown)), folded)]


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
