"""Modals: pasting SIMs, one session in full, what a card's or an incident's buttons open."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.alerts.incident import DownSim, Incident
from bot.blocks import ids
from bot.blocks.findings import all_findings, fill_evidence, main_finding, pack_sections
from bot.blocks.format import MRKDWN, PLAIN, grouped, iccid_groups, imei_text, utc
from bot.blocks.history import in_window
from bot.blocks.incident import event_text, incident_title, member_line
from bot.blocks.kit import (
    MORE_SIMS,
    Block,
    Choice,
    Screen,
    UiState,
    View,
    actions,
    button,
    context,
    divider,
    escape_entities,
    fields,
    input_block,
    modal,
    plain,
    section,
    select,
    text_input,
)
from bot.blocks.report_text import (
    Fact,
    freshness_line,
    moment_text,
    plan_text,
    report_headline,
    sim_line,
    skipped_line,
    totals_line,
    warnings,
)
from bot.blocks.sim_text import (
    UNKNOWN_RADIO,
    cell_text,
    duration_text,
    imei_line,
    known,
    network_code,
    network_text,
    place_text,
    sim_words,
)
from bot.diagnosis.fields import known_text
from bot.diagnosis.rule import Finding, title_of
from bot.kore.models import DataSession
from bot.sessions.redaction import REDACTED
from bot.sessions.report import SessionReport
from bot.sims.identifier import natural_key

TITLE = "Look up SIMs"
LABEL = "SIMs, one a line"
HINT = "SIDs (DE…), ICCIDs, IMEIs or names; a pasted alert or table will do."


def paste_view(place: ids.ReplyTarget, reason: str) -> View:
    """Ask for SIMs; `reason` says why, and `place` where the answer goes."""
    pasted = [input_block(ids.PASTED, LABEL, text_input("", lines=True), hint=HINT)]
    pasted += [
        input_block(name, MORE_SIMS, text_input("", lines=True), optional=True)
        for name in ids.PASTED_MORE
    ]
    return modal(ids.PASTE_VIEW, TITLE, [section(reason), *pasted], place, submit="Look up")


PAGE = 100  # as many options as a select holds
_OPTION = 75


def session_view(report: SessionReport, chosen: ids.Details, zone: str = "UTC") -> View:
    """Draw all 16 fields of the chosen session; the newest where it is None or gone by now.

    What can be chosen takes no date tokens, so its times are told in `zone`, the reader's own.
    """
    sessions = [session for session in in_window(report, chosen.days) if session.start]
    top = [section(line) for line in warnings(report, MRKDWN)]
    if not sessions:
        top.append(section(f"{MRKDWN.data(report.sim.full_name)}: no session to show."))
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
    buttons = []
    for number, (label, to) in enumerate(steps, start=1):
        if 0 <= to < len(sessions):
            description = f"{label.strip('‹›«» ')} sessions"
            there = chosen.model_copy(update={"start": sessions[to].start})
            buttons.append(button(label, ids.numbered(ids.TURN_PAGE, number), description, there))
    return [actions(ids.SESSION_PAGES, buttons)] if buttons else []


def _foot(report: SessionReport) -> Block:
    return context(freshness_line(report, MRKDWN))


def _view(blocks: Sequence[Block], chosen: ids.Details) -> View:
    return modal(ids.SESSION_VIEW, "Session details", blocks, chosen)


def loading_view(title: str, carried: UiState | None = None) -> View:
    """Say that the answer is on its way."""
    return modal(ids.NOTICE_VIEW, title, [section("Reading…")], carried)


def notice_view(title: str, screen: Screen) -> View:
    """Show a screen's words in a window, without its buttons."""
    return modal(ids.NOTICE_VIEW, title, notice_blocks(screen))


def notice_blocks(screen: Screen) -> list[Block]:
    """Return the blocks of a screen that hold words."""
    shown = [block for block in screen.blocks if block["type"] in {"section", "context"}]
    return shown or [section(screen.text)]


HOW_TITLE = "How we know"
ASSUMED = "*What I assumed, and which rules came close*"
TICKET_TITLE = "Copy as ticket"
FEEDBACK_TITLE = "Was this right?"
YES, NO = "yes", "no"
MOST_WHY = 500
_FENCED = 2900


def explanation_view(report: SessionReport, explained: Sequence[str] = ()) -> View:
    """Draw every finding with its evidence and whose line it is, then what was near and why."""
    small = (totals_line(report), skipped_line(report), freshness_line(report, MRKDWN))
    blocks = [
        section("\n".join([report_headline(report, MRKDWN), *warnings(report, MRKDWN)])),
        *all_findings(report),
        *(pack_sections([ASSUMED, *explained]) if explained else []),
        context("\n".join([sim_line(report, MRKDWN), *filter(None, small)])),
    ]
    return modal(ids.NOTICE_VIEW, HOW_TITLE, blocks)


def ticket_view(report: SessionReport) -> View:
    """Draw what KORE's support asks for, as plain text to copy."""
    text = escape_entities("\n".join(ticket_lines(report)).replace("`", "'"))[:_FENCED]
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
        f"State: {sim_words(report)}{_since(report)}",
        *([] if session is None else _session_lines(session)),
        *_finding_lines(report),
        f"Read from the API: {_iso(report.as_of)}",
    ]
    return [line for line in lines if REDACTED not in line]


def _session_lines(session: DataSession) -> Iterator[str]:
    yield f"Session SID: {PLAIN.data(session.sid)}" if session.sid else "Session SID: unknown"
    start = _iso(session.start) if session.start else "unknown"
    end = f"to {_iso(session.end)}" if session.end else "still open"
    yield f"Last session: from {start}, {end}"
    yield f"Last updated: {_iso(session.last_updated) if session.last_updated else 'unknown'}"
    operator = known(session.operator_name, "operator unknown", PLAIN)
    code = PLAIN.data(network_code(session) or "MCC-MNC unknown")
    country = known(session.operator_country, "country unknown", PLAIN)
    radio = known(session.radio_link, "radio unknown", PLAIN)
    yield f"Network: {operator}, {code}, {country}, {radio}"
    yield f"Cell: {cell_text(session, PLAIN)}, {place_text(session)}"
    up, down = session.packets_uploaded, session.packets_downloaded
    yield f"Packets: {_number(up)} sent, {_number(down)} received"
    yield imei_line(session.imei, PLAIN).replace("IMEI ", "IMEI: ", 1)


def _finding_lines(report: SessionReport) -> Iterator[str]:
    main = main_finding(report)
    if main:
        yield f"Finding: {_said(main)}"
    for each in report.findings:
        if each is not main:
            yield f"Also ({each.when}): {_said(each)}"


def _said(finding: Finding) -> str:
    title = fill_evidence(finding.title, finding, PLAIN).rstrip(".")
    return PLAIN.sentence(f"{title}. {fill_evidence(finding.says, finding, PLAIN)}")


def _number(packets: int | None) -> str:
    return "unknown" if packets is None else str(packets)


def _since(report: SessionReport) -> str:
    return f" since {_iso(report.since)}" if report.since else ""


def _iso(moment: datetime) -> str:
    return f"{utc(moment):%Y-%m-%dT%H:%M:%SZ}"


def feedback_view(asked: ids.More) -> View:
    """Ask whether the cause was right, and why."""
    choices = (Choice(YES, "Yes"), Choice(NO, "No"))
    judged = input_block(
        ids.IS_RIGHT,
        f"Was “{asked.title or (title_of(asked.rule) if asked.rule else 'the answer')}” right?",
        select("radio_buttons", choices, ""),
    )
    why = text_input("", most=MOST_WHY, lines=True, example="What it really was")
    blocks = [judged, input_block(ids.WHY, "Why?", why, optional=True)]
    return modal(ids.FEEDBACK_VIEW, FEEDBACK_TITLE, blocks, asked, submit="Send")


def thanks_view() -> View:
    """Say that it is kept, and where it is counted."""
    words = "Thank you, noted. `simsessions rules --feedback` counts the answers by rule."
    return modal(ids.NOTICE_VIEW, FEEDBACK_TITLE, [section(words)])


HAND_OVER_TITLE, MUTE_TITLE, DETAILS_TITLE = "Hand over", "Mute a SIM", "Incident"
PERSON, MUTED, REASON, UNTIL = "person", "muted_sim", "mute_reason", "mute_until"
MONDAY = "monday"
ENDS = (
    Choice("1", "For an hour"),
    Choice("4", "For 4 hours"),
    Choice("24", "For a day"),
    Choice(MONDAY, "Until Monday, 08:00"),
    Choice("168", "For a week"),
    Choice("720", "For 30 days"),
)
MOST_SIMS, MOST_EVENTS = 60, 25
MOST_REASON = 200
LATER = timedelta(minutes=1)
_LABEL = 70
ON_IT = "They are already on it. Choose somebody else."
MAY_NOT = "They may not use me here. Choose somebody else."
NOT_HERE = "They are not in this channel. Invite them first, or choose somebody else."


def hand_over_view(asked: ids.IncidentView) -> View:
    """Ask to whom an incident goes."""
    blocks = [input_block(PERSON, "To whom?", {"type": "users_select"})]
    form = {"submit": "Hand over", "close": "Cancel"}
    return modal(ids.HAND_OVER_VIEW, HAND_OVER_TITLE, blocks, asked, **form)


def mute_view(asked: ids.IncidentView, incident: Incident) -> View:
    """Ask which SIM is to be quiet, why, and until when."""
    members = sorted(
        (m for m in incident.members if not m.gone),
        key=lambda m: (not m.is_down, natural_key(m.name)),
    )
    sims = [Choice(member.sid, member.name[:_LABEL]) for member in members[:100]]
    if not sims:
        return modal(ids.NOTICE_VIEW, MUTE_TITLE, [section("No SIM is left to be muted.")])
    which = select("static_select", sims, sims[0].value if len(sims) == 1 else "")
    hint = "No incident opens for it until then. Everybody in the channel sees the reason."
    blocks = [
        input_block(MUTED, "Which SIM?", which),
        input_block(UNTIL, "How long?", select("static_select", ENDS, "24"), hint=hint),
        input_block(REASON, "Why?", text_input("", most=MOST_REASON, example="It is being moved")),
    ]
    return modal(ids.MUTE_VIEW, MUTE_TITLE, blocks, asked, submit="Mute", close="Cancel")


def details_view(incident: Incident) -> View:
    """Show all SIMs of an incident, and what happened to it, the newest first."""
    members = sorted(incident.members, key=lambda m: (not m.is_down, natural_key(m.name)))
    lines = [f"{member_line(m, incident)}{_noticed(m)}" for m in members[:MOST_SIMS]]
    more = len(members) - MOST_SIMS
    lines += [f"and {more} more"] if more > 0 else []
    events = incident.events[: -MOST_EVENTS - 1 : -1]
    told = [f"{MRKDWN.when(e.at)} {event_text(e, incident, MRKDWN)}" for e in events]
    blocks = [
        section(incident_title(incident, MRKDWN)),
        *_sections(lines),
        divider(),
        *_sections(told),
        context(f"{MRKDWN.code(incident.rule)} · incident {MRKDWN.code(incident.id)}"),
    ]
    return modal(ids.NOTICE_VIEW, DETAILS_TITLE, blocks)


def _noticed(member: DownSim) -> str:
    """Say when it was found to be down, where that was later: a silence counts once it is due."""
    is_later = member.is_down and member.joined_at - member.since >= LATER
    return f", noticed {MRKDWN.when(member.joined_at)}" if is_later else ""


def _sections(lines: Sequence[str]) -> list[Block]:
    """Put lines into as few sections as hold them."""
    return [section("\n".join(lines[at : at + 10])) for at in range(0, len(lines), 10)]
