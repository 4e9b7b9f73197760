"""The windows behind an answer's three dots: how we know, a ticket to copy, feedback."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.blocks import ids
from bot.blocks.findings import all_findings, filled, main_finding, packed
from bot.blocks.format import MRKDWN, PLAIN, iccid_groups, utc
from bot.blocks.kit import (
    Block,
    Choice,
    View,
    context,
    entities,
    input_block,
    modal,
    plain,
    section,
    select,
    text_input,
)
from bot.blocks.report_text import (
    freshness_line,
    plan_text,
    report_headline,
    sim_line,
    skipped_line,
    totals_line,
    warnings,
)
from bot.blocks.sim_text import (
    arrows,
    cell_text,
    imei_line,
    known,
    network_code,
    place_text,
    words_of,
)
from bot.diagnosis.rule import Finding
from bot.kore.models import DataSession
from bot.sessions.redaction import REDACTED
from bot.sessions.report import SessionReport

HOW_TITLE = "How we know"
TICKET_TITLE = "Copy as ticket"
FEEDBACK_TITLE = "Was this right?"
YES, NO = "yes", "no"
MOST_WHY = 500
_FENCED = 2900
_BUTTON = 24


def how_view(report: SessionReport, explained: Sequence[str] = ()) -> View:
    """Draw every finding with its evidence and whose line it is, then what was near and why."""
    small = (totals_line(report), skipped_line(report), freshness_line(report, MRKDWN))
    blocks = [
        section("\n".join([report_headline(report, MRKDWN), *warnings(report, MRKDWN)])),
        *all_findings(report),
        *_explained(explained),
        context("\n".join([sim_line(report, MRKDWN), *filter(None, small)])),
    ]
    return modal(ids.NOTICE_VIEW, HOW_TITLE, blocks)


def _explained(lines: Sequence[str]) -> list[Block]:
    return packed(["*What I assumed, and which rules came close*", *lines]) if lines else []


def ticket_view(report: SessionReport) -> View:
    """Draw what KORE's support asks for, as plain text to copy."""
    text = entities("\n".join(ticket_lines(report)).replace("`", "'"))[:_FENCED]
    return modal(
        ids.NOTICE_VIEW,
        TICKET_TITLE,
        [section("For KORE's support; times are UTC."), section(f"```\n{text}\n```")],
    )


def ticket_lines(report: SessionReport) -> list[str]:
    """Return the ticket's lines; what is redacted for the reader stands in none."""
    sim, session = report.sim, report.last_session
    iccid = f"ICCID: {iccid_groups(sim.iccid)}" if sim.iccid else "ICCID: unknown"
    lines = [
        f"SIM: {PLAIN.data(sim.name)}",
        f"SIM SID: {PLAIN.data(sim.sid)}",
        iccid,
        f"Status: {known(sim.status, 'unknown', PLAIN)}, {plan_text(report, PLAIN)}",
        f"State: {words_of(report)}{_since(report)}",
        *([] if session is None else _session_lines(session)),
        *_finding_lines(report),
        f"Read from the API: {_iso(report.as_of)}",
    ]
    return [line for line in lines if REDACTED not in line]


def _session_lines(session: DataSession) -> Iterator[str]:
    yield f"Session SID: {PLAIN.data(session.sid)}" if session.sid else "Session SID: unknown"
    start = _iso(session.start) if session.start else "unknown"
    yield f"Last session: {start} to {_iso(session.end) if session.end else 'still open'}"
    yield f"Last updated: {_iso(session.last_updated) if session.last_updated else 'unknown'}"
    operator = known(session.operator_name, "operator unknown", PLAIN)
    code = PLAIN.data(network_code(session) or "MCC-MNC unknown")
    country = known(session.operator_country, "country unknown", PLAIN)
    radio = known(session.radio_link, "radio unknown", PLAIN)
    yield f"Network: {operator}, {code}, {country}, {radio}"
    yield f"Cell: {cell_text(session, PLAIN)}, {place_text(session)}"
    yield f"Packets: {arrows(session)}"
    yield imei_line(session.imei, PLAIN).replace("IMEI ", "IMEI: ", 1)


def _finding_lines(report: SessionReport) -> Iterator[str]:
    main = main_finding(report)
    if main:
        yield f"Finding: {_said(main)}"
    for each in report.findings:
        if each is not main:
            yield f"Also ({each.when}): {_said(each)}"


def _said(finding: Finding) -> str:
    title = filled(finding.title, finding, PLAIN).rstrip(".")
    return PLAIN.sentence(f"{title}. {filled(finding.says, finding, PLAIN)}")


def _since(report: SessionReport) -> str:
    return f" since {_iso(report.since)}" if report.since else ""


def _iso(moment: datetime) -> str:
    return f"{utc(moment):%Y-%m-%dT%H:%M:%SZ}"


def feedback_view(asked: ids.More) -> View:
    """Ask whether the cause was right, and why."""
    choices = (Choice(YES, "Yes"), Choice(NO, "No"))
    judged = input_block(
        ids.IS_RIGHT,
        f"Was “{(asked.rule or 'the answer').replace('_', ' ')}” right?",
        select("radio_buttons", choices, ""),
    )
    why = text_input("", most=MOST_WHY, lines=True, example="What it really was")
    blocks = [judged, input_block(ids.WHY, "Why?", why, optional=True)]
    view = modal(ids.FEEDBACK_VIEW, FEEDBACK_TITLE, blocks, asked.to_value())
    return view | {"submit": plain("Send", _BUTTON)}


def thanks_view() -> View:
    """Say that it is kept, and where it is counted."""
    words = "Thank you, noted. `simsessions rules --feedback` counts the answers by rule."
    return modal(ids.NOTICE_VIEW, FEEDBACK_TITLE, [section(words)])
