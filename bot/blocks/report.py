"""The answer to `/simsessions <sim>`: what is going on, why we think so, the facts, what to do."""

import re

from bot.blocks import ids
from bot.blocks.findings import finding_lines, finding_parts
from bot.blocks.format import MRKDWN, NOTICE, map_link
from bot.blocks.kit import Block, actions, button, context, divider, escape, fields, section
from bot.blocks.report_text import (
    facts,
    freshness_line,
    report_headline,
    sim_line,
    skipped_line,
    warnings,
    window_line,
)
from bot.blocks.screen import Screen, screen
from bot.sessions.report import SessionReport

_PERSON = re.compile(r"[UW][A-Z0-9]{1,30}")


def session_report(
    report: SessionReport,
    *,
    shared_by: str | None = None,
    for_all: bool = False,
) -> Screen:
    """Draw a report. `for_all` where everybody in the channel reads it.

    `shared_by` is the Slack user id of who shared it with them, where somebody did.
    """
    blocks = [
        section(report_headline(report, MRKDWN)),
        *(section(line) for line in warnings(report, MRKDWN)),
        *finding_parts(report),
        *fields(facts(report, MRKDWN)),
        divider(),
        context(sim_line(report, MRKDWN)),
        context(" · ".join(_small_print(report, shared_by))),
        actions(ids.REPORT_ACTIONS, _buttons(report, shared_by, for_all=for_all)),
    ]
    return screen(report_headline(report, NOTICE), blocks)


def person(user: str) -> str:
    """Mention a Slack user; an id that is none is shown as text."""
    return f"<@{user}>" if _PERSON.fullmatch(user) else escape(user)


def _small_print(report: SessionReport, shared_by: str | None) -> list[str]:
    skipped = skipped_line(report)
    return [
        window_line(report),
        *([skipped] if skipped else []),
        freshness_line(report, MRKDWN),
        *([f"shared by {person(shared_by)}"] if shared_by else []),
    ]


def _buttons(report: SessionReport, shared_by: str | None, *, for_all: bool) -> list[Block]:
    sid, name = report.sim.sid, report.sim.name
    refresh = ids.Refresh(sid=sid, shared_by=shared_by).to_value()
    found = [button("Refresh", ids.REFRESH, f"Read {name} again", value=refresh)]
    if report.sessions:
        window = ids.Window(sid=sid).to_value()
        found.append(button("History", ids.HISTORY, f"History of {name}", value=window))
    watch = ids.Window(sid=sid).to_value()
    found.append(button("Watch", ids.WATCH, f"Watch {name} and mention me", value=watch))
    if not (shared_by or for_all):
        share = ids.Share(sid=sid).to_value()
        found.append(button("Share to channel", ids.SHARE, f"Share {name}", value=share))
    return [*found, *_map_button(report)]


def _map_button(report: SessionReport) -> list[Block]:
    session = report.last_session
    if session is None or session.cell_location_estimate is None:
        return []
    link = map_link(session.cell_location_estimate)
    return [button("Map", ids.MAP, f"Map of the cell tower of {report.sim.name}", url=link)]


def unfurl_card(report: SessionReport) -> list[Block]:
    """Draw a report in three lines; it must have been redacted before (bot/sessions/redaction.py).

    No buttons: whoever wants more asks.
    """
    gravest = [finding_lines(finding, MRKDWN, report).what for finding in report.findings[:1]]
    lines = [report_headline(report, MRKDWN), *gravest]
    return [section("\n".join(lines)), context(_read(report))]


def _read(report: SessionReport) -> str:
    read, _, _ = freshness_line(report, MRKDWN).partition(" · ")
    return f"{read} · ask me for more: `/simsessions` and the SIM"
