"""What the bot says of a SIM, once, for Slack and for the terminal.

Each function takes the report, most also a `Speech` (bot/blocks/format.py: MRKDWN, NOTICE or
PLAIN), and gives text that is ready to be shown:

    headline(report, speak)      the first line: name, state, why, since when
    warnings(report, speak)      that KORE did not answer, that sessions could not be read; or []
    facts(report, speak)         [(label, value)] of the newest session
    sim_line, window_line, freshness_line, left_out_line   the small print

Findings are in bot/blocks/findings.py, the pieces of one session in session_words.py.
"""

from datetime import datetime
from typing import NamedTuple

from bot.blocks.format import (
    Speech,
    ago,
    between,
    count,
    flagged,
    grouped,
    iccid_groups,
    imei_words,
    lasting,
    place,
    span,
)
from bot.diagnosis.fields import cell, known_text
from bot.diagnosis.state import State
from bot.kore.models import DataSession
from bot.sessions.redaction import WITHHELD
from bot.sessions.report import SessionReport, Summary

UNKNOWN_OPERATOR = "operator unknown"
UNKNOWN_RADIO = "radio link unknown"
UNKNOWN_CELL = "cell unknown"
UNKNOWN_PACKETS = "packets unknown"


def known(text: str | None, otherwise: str, speak: Speech) -> str:
    """Show a field, or say that it is unknown where it is empty or a placeholder."""
    told = known_text(text)
    return speak.data(told) if told else otherwise


def network_words(session: DataSession, speak: Speech) -> str:
    """Say on what a session ran: `Telcel on 3G`."""
    operator = known(session.operator_name, "", speak)
    radio = known(session.radio_link, "", speak)
    if operator and radio:
        return f"{operator} on {radio}"
    if operator:
        return f"{operator}, {UNKNOWN_RADIO}"
    return f"an unknown operator on {radio}" if radio else "an unknown network"


def operator_words(session: DataSession, speak: Speech) -> str:
    """Return `T-Mobile USA · 310-260 · 🇺🇸 USA`; each part that is unknown is said so."""
    country = known_text(session.operator_country)
    return " · ".join(
        (
            known(session.operator_name, UNKNOWN_OPERATOR, speak),
            speak.data(network_code(session) or "MCC-MNC unknown"),
            speak.data(flagged(country)) if country else "country unknown",
        )
    )


def network_code(session: DataSession) -> str | None:
    """Return MCC-MNC, `310-260`; None where neither is known."""
    mcc, mnc = known_text(session.operator_mcc), known_text(session.operator_mnc)
    if mcc is None and mnc is None:
        return None
    return f"{mcc or 'MCC unknown'}-{mnc or 'MNC unknown'}"


def cell_words(session: DataSession, speak: Speech) -> str:
    """Return the cell's id."""
    return known(cell(session.cell_id), UNKNOWN_CELL, speak)


def place_words(session: DataSession) -> str:
    """Say where the tower stands, and that it is the tower."""
    where = session.cell_location_estimate
    if session.cell_id == WITHHELD:
        return WITHHELD
    return f"{place(where)} (tower, not device)" if where else "no location for this cell"


def traffic_words(up: int | None, down: int | None) -> str:
    """Return `246 packets up, 296 down` for within a sentence; unknown is never 0."""
    if up is None and down is None:
        return UNKNOWN_PACKETS
    told_up = "packets up unknown" if up is None else f"{count(up, 'packet')} up"
    return f"{told_up}, {'down unknown' if down is None else f'{grouped(down)} down'}"


def packets_words(up: int | None, down: int | None) -> str:
    """Return `↑ 246 up · ↓ 296 down` for beside a label; unknown is never 0."""
    if up is None and down is None:
        return UNKNOWN_PACKETS
    told_up = "up unknown" if up is None else f"{grouped(up)} up"
    told_down = "down unknown" if down is None else f"{grouped(down)} down"
    return f"↑ {told_up} · ↓ {told_down}"


def duration_words(session: DataSession, now: datetime) -> str:
    """Say how long a session lasted, or has lasted so far."""
    if session.start is None:
        return "duration unknown"
    if session.end is None:
        return f"{lasting(between(session.start, now))} so far"
    return lasting(between(session.start, session.end))


STATE_ICONS = {
    State.ONLINE: "🟢",
    State.STALE: "🟠",
    State.OFFLINE: "🔴",
    State.BLOCKED: "⛔",
    State.NOT_ACTIVATED: "⚪",
    State.NEVER_SEEN: "⚫",
    State.UNKNOWN: "❔",
}


class Fact(NamedTuple):
    """One thing known, or said to be unknown."""

    label: str
    value: str


def headline(report: SessionReport, speak: Speech) -> str:
    """Say in one sentence what the SIM is doing; stale answers speak of the past."""
    claim = speak.strong(_claim(report, speak.data(report.sim.name)))
    as_of = f" (as of {ago(report.as_of, report.made_at)})" if report.stale else ""
    return f"{STATE_ICONS[report.state]} {claim}{as_of} — {_because(report, speak)}"


def _claim(report: SessionReport, name: str) -> str:
    verb = "was" if report.stale else "is"
    if report.state is State.UNKNOWN:
        return f"The state of {name} {verb} unknown"
    if report.state is State.NEVER_SEEN:
        return f"{name} was never seen in the last 30 days"
    return f"{name} {verb} {report.state.value.replace('_', ' ')}"


def _because(report: SessionReport, speak: Speech) -> str:
    session = report.last_session
    if report.state is State.BLOCKED:
        status = known(report.sim.status, "unknown", speak)
        return f"its SIM status is {status}{_changed(report, speak)}"
    if report.state is State.NOT_ACTIVATED:
        status = "its SIM status is new, and it cannot connect until that is set to ready"
        return f"{status}{_changed(report, speak)}"
    if report.state is State.NEVER_SEEN:
        return "KORE shows no data session for that time, and keeps no older ones"
    if session is None:
        return "KORE told us of the SIM, but its sessions could not be read"
    return _of_session(report, session, speak)


def _of_session(report: SessionReport, session: DataSession, speak: Speech) -> str:
    via = network_words(session, speak)
    since = _since(session.start, report, speak)
    updated = _updated(session, report)
    if report.state is State.ONLINE:
        return f"{via}, {since}, {updated}"
    if report.state is State.STALE:
        return f"its session ({via}) is open {since}, but was last {updated}"
    if report.state is State.OFFLINE:
        return f"last seen on {via}, {_until(session.end, report, speak)}"
    return f"its session ({via}) is open {since}, but KORE does not say when it was last updated"


def _changed(report: SessionReport, speak: Speech) -> str:
    if report.since is None:
        return "; since when is unknown"
    return f"; the SIM was last changed {moment_words(report.since, report, speak)}"


def _since(start: datetime | None, report: SessionReport, speak: Speech) -> str:
    if start is None:
        return "since an unknown time"
    return f"since {speak.when(start)} ({span(between(start, report.made_at))})"


def _until(end: datetime | None, report: SessionReport, speak: Speech) -> str:
    return f"until {moment_words(end, report, speak)}" if end else "until an unknown time"


def _updated(session: DataSession, report: SessionReport) -> str:
    if session.last_updated is None:
        return "updated at an unknown time"
    return f"updated {ago(session.last_updated, report.made_at)}"


def moment_words(moment: datetime, report: SessionReport, speak: Speech) -> str:
    """Return a moment and how long ago it was when the report was made."""
    return f"{speak.when(moment)} ({ago(moment, report.made_at)})"


def mark(report: SessionReport) -> str:
    """Return what is added to every line that may have changed since: nothing on a fresh answer."""
    return f" ({span(between(report.as_of, report.made_at))} old)" if report.stale else ""


def stale_line(report: SessionReport, speak: Speech) -> str | None:
    """Say that this is from before, and why; None on a fresh answer."""
    if not report.stale:
        return None
    age = span(between(report.as_of, report.made_at))
    known_then = f"This is what I knew {age} ago, at {speak.when(report.as_of)}"
    why = report.why_stale or "KORE is not answering."
    return f"⚠️ {speak.strong(why)} {known_then}; it may have changed."


def unread_line(report: SessionReport, speak: Speech) -> str | None:
    """Say why the sessions could not be read; None where they could."""
    if report.sessions is not None:
        return None
    why = f" {speak.sentence(report.problem)}" if report.problem else ""
    return f"⚠️ {speak.strong('Its sessions could not be read.')}{why}"


def warnings(report: SessionReport, speak: Speech) -> list[str]:
    """Return what the reader must know before all else: from before, or sessions unread."""
    lines = (stale_line(report, speak), unread_line(report, speak))
    return [line for line in lines if line]


def facts(report: SessionReport, speak: Speech) -> list[Fact]:
    """Return what is known of the newest session, unknown said in words; [] without a session."""
    session = report.last_session
    if session is None:
        return []
    told = [
        Fact("Operator", operator_words(session, speak)),
        Fact("Radio link", known(session.radio_link, UNKNOWN_RADIO, speak)),
        Fact("Cell", cell_words(session, speak)),
        Fact("Place", place_words(session)),
        Fact("Packets", packets_words(session.packets_uploaded, session.packets_downloaded)),
        Fact("IMEI", speak.data(imei_words(known_text(session.imei)))),
        Fact("Started", _moment_or(session.start, "start unknown", report, speak)),
        Fact("Ended", _moment_or(session.end, "still open", report, speak)),
        Fact("Updated", _moment_or(session.last_updated, "last update unknown", report, speak)),
        Fact("Duration", duration_words(session, report.made_at)),
    ]
    return [Fact(fact.label, fact.value + mark(report)) for fact in told]


def _moment_or(
    moment: datetime | None, otherwise: str, report: SessionReport, speak: Speech
) -> str:
    return moment_words(moment, report, speak) if moment else otherwise


def sim_line(report: SessionReport, speak: Speech) -> str:
    """Return the SIM's names, ids and status."""
    sim = report.sim
    parts = [f"SIM {speak.data(sim.name)}"]
    if sim.friendly_name and sim.friendly_name != sim.name:
        parts.append(speak.data(sim.friendly_name))
    if sim.name != sim.sid:
        parts.append(speak.code(sim.sid))
    parts.append(f"ICCID {speak.data(iccid_groups(sim.iccid))}" if sim.iccid else "ICCID unknown")
    parts.append(f"status {known(sim.status, 'unknown', speak)}{mark(report)}")
    return " · ".join(parts)


def window_line(report: SessionReport) -> str:
    """Return the last 30 days in one line."""
    return f"Last 30 days: {_summed(report.summary)}{mark(report)}"


def _summed(summary: Summary | None) -> str:
    if summary is None:
        return "sessions could not be read"
    if not summary.sessions:
        return "no sessions"
    parts = (
        count(summary.sessions, "session"),
        count(summary.networks, "network") if summary.networks else "networks unknown",
        count(summary.cells, "cell") if summary.cells else "cells unknown",
        traffic_words(summary.packets_uploaded, summary.packets_downloaded),
    )
    return ", ".join(parts) + _untold(summary)


def _untold(summary: Summary) -> str:
    if summary.packets_uploaded is None and summary.packets_downloaded is None:
        return ""
    untold = summary.sessions_without_packets
    return f" (packets unknown for {count(untold, 'session')})" if untold else ""


def freshness_line(report: SessionReport, speak: Speech) -> str:
    """Say when KORE told us this, and what of it is withheld here."""
    read = f"Read {moment_words(report.as_of, report, speak)}"
    return f"{read} · {speak.own(report.withheld)}" if report.withheld else read


def left_out_line(report: SessionReport) -> str | None:
    """Say how many rows could not be read; None where all could."""
    if not report.skipped_rows:
        return None
    verb = "is" if report.skipped_rows == 1 else "are"
    return f"{count(report.skipped_rows, 'row')} of KORE's could not be read and {verb} left out"
