"""Modals: pasting SIMs, all that KORE tells of one session, a notice, a wait."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.blocks import ids
from bot.blocks.format import MRKDWN, PLAIN, grouped, imei_text, utc
from bot.blocks.history import in_window
from bot.blocks.kit import (
    MORE_SIMS,
    Block,
    Screen,
    View,
    actions,
    button,
    context,
    fields,
    input_block,
    modal,
    plain,
    section,
    text_input,
)
from bot.blocks.report_text import Fact, freshness_line, moment_text, warnings
from bot.blocks.sim_text import (
    UNKNOWN_RADIO,
    cell_text,
    duration_text,
    known,
    network_text,
    place_text,
)
from bot.diagnosis.fields import known_text
from bot.kore.models import DataSession
from bot.sessions.report import SessionReport

TITLE = "Look up SIMs"
LABEL = "SIMs, one a line"
HINT = "SIDs (DE…), ICCIDs, IMEIs or names; a pasted alert or table will do."
_SUBMIT = 24


def paste_view(place: ids.Place, reason: str) -> View:
    """Ask for SIMs; `reason` says why, and `place` where the answer goes."""
    pasted = [input_block(ids.PASTED, LABEL, text_input("", lines=True), hint=HINT)]
    pasted += [
        input_block(name, MORE_SIMS, text_input("", lines=True), optional=True)
        for name in ids.PASTED_MORE
    ]
    view = modal(ids.PASTE_VIEW, TITLE, [section(reason), *pasted], place.to_value())
    return view | {"submit": plain("Look up", _SUBMIT)}


PAGE = 100  # as many options as a select holds
_OPTION = 75


def session_view(report: SessionReport, chosen: ids.Details, zone: str = "UTC") -> View:
    """Draw all 16 fields of the chosen session; the newest where it is None or gone by now.

    What can be chosen takes no date tokens, so its times are told in `zone`, the reader's own.
    """
    sessions = [session for session in in_window(report, chosen.days) if session.start]
    top = [section(line) for line in warnings(report, MRKDWN)]
    if not sessions:
        top.append(section(f"{MRKDWN.data(report.sim.name)}: no session to show."))
        return _view([*top, _foot(report)], chosen)
    at = _place(sessions, chosen.start)
    blocks = [
        *top,
        section(f"*Session {grouped(at + 1)} of {grouped(len(sessions))}*, newest first"),
        _choice(sessions, at, ZoneInfo(zone)),
        *_turns(sessions, at, chosen),
        *fields(session_facts(sessions[at], report)),
        _foot(report),
    ]
    return _view(blocks, chosen)


def session_facts(session: DataSession, report: SessionReport) -> list[Fact]:
    """Return every field that KORE has of a session, unknown said in words."""

    def moment(at: datetime | None, otherwise: str) -> str:
        return moment_text(at, report, MRKDWN) if at else otherwise

    def text(of: str | None) -> str:
        return known(of, "unknown", MRKDWN)

    up, down = session.packets_uploaded, session.packets_downloaded
    return [
        Fact("Start", moment(session.start, "unknown")),
        Fact("End", moment(session.end, "still open")),
        Fact("Last updated", moment(session.last_updated, "unknown")),
        Fact("Duration", duration_text(session, report.made_at)),
        Fact("Operator name", text(session.operator_name)),
        Fact("Operator MCC", text(session.operator_mcc)),
        Fact("Operator MNC", text(session.operator_mnc)),
        Fact("Operator country", text(session.operator_country)),
        Fact("Radio link", known(session.radio_link, UNKNOWN_RADIO, MRKDWN)),
        Fact("Cell id", cell_text(session, MRKDWN)),
        Fact("Cell location estimate", place_text(session)),
        Fact("Packets uploaded", "unknown" if up is None else grouped(up)),
        Fact("Packets downloaded", "unknown" if down is None else grouped(down)),
        Fact("IMEI", MRKDWN.data(imei_text(known_text(session.imei)))),
        Fact("Session SID", _id(session.sid)),
        Fact("SIM SID", _id(session.sim_sid)),
        Fact("Account SID", _id(session.account_sid)),
    ]


def _id(sid: str | None) -> str:
    return MRKDWN.code(sid) if sid else "unknown"


def _place(sessions: Sequence[DataSession], start: datetime | None) -> int:
    starts = [session.start for session in sessions]
    return starts.index(start) if start in starts else 0


def _choice(sessions: Sequence[DataSession], at: int, zone: ZoneInfo) -> Block:
    """Offer the hundred sessions around the chosen one."""
    first = at - at % PAGE
    options = [_option(session, zone) for session in sessions[first : first + PAGE]]
    select = {
        "type": "static_select",
        "action_id": ids.CHOOSE_SESSION,
        "placeholder": plain("Another session", _OPTION),
        "options": options,
        "initial_option": options[at - first],
    }
    # what was chosen stays chosen as long as the block keeps its id, whatever is drawn anew
    return actions(ids.numbered(ids.SESSION_CHOICE, at + 1), [select])


def _option(session: DataSession, zone: ZoneInfo) -> Block:
    start = utc(session.start) if session.start else None
    shown = f"{start.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}" if start else "unknown"
    label = f"{shown} · {network_text(session, PLAIN)}"
    return {"text": plain(label, _OPTION), "value": start.isoformat() if start else "unknown"}


def _turns(sessions: Sequence[DataSession], at: int, chosen: ids.Details) -> list[Block]:
    """Offer one session newer and older, and a page of a hundred where there are so many."""
    first = at - at % PAGE
    steps = (
        ("‹ Newer", at - 1),
        ("Older ›", at + 1),
        ("« Newer 100", first - PAGE),
        ("Older 100 »", first + PAGE),
    )
    buttons = [
        _turn(label, number, chosen.model_copy(update={"start": sessions[to].start}))
        for number, (label, to) in enumerate(steps, start=1)
        if 0 <= to < len(sessions)
    ]
    return [actions(ids.SESSION_PAGES, buttons)] if buttons else []


def _turn(label: str, number: int, to: ids.Details) -> Block:
    description = f"{label.strip('‹›«» ')} sessions"
    return button(label, ids.numbered(ids.TURN_PAGE, number), description, value=to.to_value())


def _foot(report: SessionReport) -> Block:
    return context(freshness_line(report, MRKDWN))


def _view(blocks: Sequence[Block], chosen: ids.Details) -> View:
    return modal(ids.SESSION_VIEW, "Session details", blocks, chosen.to_value())


def loading_view(title: str, metadata: str = "") -> View:
    """Say that the answer is on its way."""
    return modal(ids.NOTICE_VIEW, title, [section("Reading…")], metadata)


def notice_view(title: str, screen: Screen) -> View:
    """Show a screen's words in a window, without its buttons."""
    return modal(ids.NOTICE_VIEW, title, words_of(screen))


def words_of(screen: Screen) -> list[Block]:
    """Return the blocks of a screen that hold words."""
    shown = [block for block in screen.blocks if block["type"] in {"section", "context"}]
    return shown or [section(screen.text)]
