"""The preview of a link to a SIM: what it is doing and what is wrong, for everybody to see."""

from bot.blocks.finding_words import finding_lines
from bot.blocks.kit import Block, context, section
from bot.blocks.speech import MRKDWN
from bot.blocks.words import freshness_line, headline
from bot.sessions.report import SessionReport


def unfurl_card(report: SessionReport) -> list[Block]:
    """Draw a report in three lines; it must have been redacted before (bot/sessions/redaction.py).

    No buttons: whoever wants more asks.
    """
    gravest = [finding_lines(finding, MRKDWN, report).what for finding in report.findings[:1]]
    lines = [headline(report, MRKDWN), *gravest]
    return [section("\n".join(lines)), context(_read(report))]


def _read(report: SessionReport) -> str:
    read, _, _ = freshness_line(report, MRKDWN).partition(" · ")
    return f"{read} · ask me for more: `/simsessions` and the SIM"
