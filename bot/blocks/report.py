"""The answer to `/simsessions <sim>`: state, one cause, one action, the facts, what to press."""

import re

from bot.blocks import ids
from bot.blocks.findings import main_finding, main_lines, others_text
from bot.blocks.format import MRKDWN, NOTICE, map_link
from bot.blocks.kit import (
    Block,
    Choice,
    Screen,
    actions,
    button,
    context,
    escape,
    option,
    overflow,
    screen,
    section,
)
from bot.blocks.report_text import (
    day_line,
    fact_lines,
    freshness_line,
    month_text,
    neighbours_line,
    report_headline,
    skipped_line,
    warnings,
)
from bot.blocks.weblinks import NO_LINKS, WebLinks
from bot.sessions.report import SessionReport

_PERSON = re.compile(r"[UW][A-Z0-9]{1,30}")


def session_report(
    report: SessionReport,
    *,
    shared_by: str | None = None,
    for_all: bool = False,
    links: WebLinks = NO_LINKS,
) -> Screen:
    """Draw a report. `for_all` where everybody in the channel reads it.

    `shared_by` is the Slack user id of who shared it with them, where somebody did.
    """
    top = [report_headline(report, MRKDWN), *warnings(report, MRKDWN)]
    blocks = [
        section("\n".join([*top, *main_lines(report, MRKDWN)])),
        context("\n".join(fact_lines(report, MRKDWN))),
        context("\n".join(_small_print(report, shared_by))),
        actions(ids.REPORT_ACTIONS, _buttons(report, shared_by, links, for_all=for_all)),
    ]
    return screen(report_headline(report, NOTICE), blocks)


def is_person(user: str) -> bool:
    """Return whether it can be a Slack user's id."""
    return bool(_PERSON.fullmatch(user))


def person(user: str) -> str:
    """Mention a Slack user; an id that is none is shown as text."""
    return f"<@{user}>" if is_person(user) else escape(user)


def _small_print(report: SessionReport, shared_by: str | None) -> list[str]:
    shared = f"shared by {person(shared_by)}" if shared_by else ""
    near = neighbours_line(report, MRKDWN)
    month = near or ("" if report.neighbours else month_text(report))  # lest the card grow
    last = (month, others_text(report), freshness_line(report, MRKDWN), shared)
    return [*filter(None, (day_line(report), skipped_line(report), " · ".join(filter(None, last))))]


def _buttons(
    report: SessionReport, shared_by: str | None, links: WebLinks, *, for_all: bool
) -> list[Block]:
    sid, name = report.sim.sid, report.sim.name
    refresh = ids.Refresh(sid=sid, shared_by=shared_by).to_value()
    again = "Retry" if report.stale or report.sessions is None else "Refresh"
    found = [button(again, ids.REFRESH, f"Read {name} again", value=refresh)]
    if report.sessions:
        window = ids.Window(sid=sid).to_value()
        found.append(button("History", ids.HISTORY, f"History of {name}", value=window))
    watch = ids.Window(sid=sid).to_value()
    found.append(button("Watch", ids.WATCH, f"Watch {name} and mention me", value=watch))
    if not (shared_by or for_all):
        share = ids.Share(sid=sid).to_value()
        found.append(button("Share", ids.SHARE, f"Share {name} to the channel", value=share))
    return [*found, *_link_buttons(report, links), overflow(ids.MORE, _more(report))]


def _link_buttons(report: SessionReport, links: WebLinks) -> list[Block]:
    """Lead to the SIM in KORE's console, and to what the team wrote of the cause."""
    main = main_finding(report)
    runbook = links.runbook(main.rule) if main and main.next_step else None
    leading = (
        (
            "Open in KORE",
            ids.CONSOLE,
            f"{report.sim.name} in KORE's console",
            links.sim(report.sim.sid),
        ),
        ("Runbook", ids.RUNBOOK, f"Runbook of {main.rule}" if main else "", runbook),
    )
    return [button(label, action, about, url=url) for label, action, about, url in leading if url]


def _more(report: SessionReport) -> list[Block]:
    """Offer what is needed less often; the map opens without us."""
    main, session = main_finding(report), report.last_session
    more = ids.More(sid=report.sim.sid, what=ids.Extra.MAP, rule=main.rule if main else None)
    labels = {
        ids.Extra.HOW: "How we know",
        ids.Extra.TICKET: "Copy as ticket",
        **({ids.Extra.RIGHT: "Was this right?"} if main else {}),
    }
    items = [_item(more, what, label) for what, label in labels.items()]
    if session and session.cell_location_estimate:
        link = map_link(session.cell_location_estimate)
        items.append(_item(more, ids.Extra.MAP, "Map of the cell tower") | {"url": link})
    return items


def _item(more: ids.More, what: ids.Extra, label: str) -> Block:
    return option(Choice(more.model_copy(update={"what": what}).to_value(), label))


def unfurl_card(report: SessionReport) -> list[Block]:
    """Draw a report in three lines; it must have been redacted before (bot/sessions/redaction.py).

    No buttons: whoever wants more asks.
    """
    lines = [report_headline(report, MRKDWN), *main_lines(report, MRKDWN)[:1]]
    return [section("\n".join(lines)), context(_read(report))]


def _read(report: SessionReport) -> str:
    read, _, _ = freshness_line(report, MRKDWN).partition(" · ")
    return f"{read} · for more: `/simsessions` and the SIM"
