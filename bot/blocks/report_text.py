"""What the bot says of a SIM, once, for Slack and for the terminal.

Each function takes the report, most also a `Formatter` (bot/blocks/format.py: MRKDWN, NOTICE or
PLAIN), and gives text that is ready to be shown:

    report_headline(report, fmt)      the first line: name, state, why, since when
    warnings(report, fmt)      that KORE did not answer, that sessions could not be read; or []
    facts(report, fmt)         [(label, value)] of the newest session
    sim_line, window_line, freshness_line, skipped_line   the small print

Findings are in bot/blocks/findings.py.
"""

from datetime import datetime
from typing import NamedTuple

from bot.blocks.format import (
    Formatter,
    ago,
    between,
    count,
    flagged,
    grouped,
    iccid_groups,
    imei_text,
    lasting,
    place,
    span,
)
from bot.diagnosis.fields import cell, known_text
from bot.diagnosis.state import State
from bot.kore.models import DataSession
from bot.sessions.redaction import REDACTED
from bot.sessions.report import SessionReport, Summary

UNKNOWN_OPERATOR = "operator unknown"
UNKNOWN_RADIO = "radio link unknown"
UNKNOWN_CELL = "cell unknown"
UNKNOWN_PACKETS = "packets unknown"


def known(text: str | None, otherwise: str, fmt: Formatter) -> str:
    """Show a field, or say that it is unknown where it is empty or a placeholder."""
    value = known_text(text)
    return fmt.data(value) if value else otherwise


def network_text(session: DataSession, fmt: Formatter) -> str:
    """Say on what a session ran: `Telcel on 3G`."""
    operator = known(session.operator_name, "", fmt)
    radio = known(session.radio_link, "", fmt)
    if operator and radio:
        return f"{operator} on {radio}"
    if operator:
        return f"{operator}, {UNKNOWN_RADIO}"
    return f"an unknown operator on {radio}" if radio else "an unknown network"


def operator_text(session: DataSession, fmt: Formatter) -> str:
    """Return `T-Mobile USA · 310-260 · 🇺🇸 USA`; each part that is unknown is said so."""
    country = known_text(session.operator_country)
    return " · ".join(
        (
            known(session.operator_name, UNKNOWN_OPERATOR, fmt),
            fmt.data(network_code(session) or "MCC-MNC unknown"),
            fmt.data(flagged(country)) if country else "country unknown",
        )
    )


def network_code(session: DataSession) -> str | None:
    """Return MCC-MNC, `310-260`; None where neither is known."""
    mcc, mnc = known_text(session.operator_mcc), known_text(session.operator_mnc)
    if mcc is None and mnc is None:
        return None
    return f"{mcc or 'MCC unknown'}-{mnc or 'MNC unknown'}"


def cell_text(session: DataSession, fmt: Formatter) -> str:
    """Return the cell's id."""
    return known(cell(session.cell_id), UNKNOWN_CELL, fmt)


def place_text(session: DataSession) -> str:
    """Say where the tower stands, and that it is the tower."""
    where = session.cell_location_estimate
    if session.cell_id == REDACTED:
        return REDACTED
    return f"{place(where)} (tower, not device)" if where else "no location for this cell"


def traffic_text(up: int | None, down: int | None) -> str:
    """Return `246 packets up, 296 down` for within a sentence; unknown is never 0."""
    if up is None and down is None:
        return UNKNOWN_PACKETS
    packets_up = "packets up unknown" if up is None else f"{count(up, 'packet')} up"
    return f"{packets_up}, {'down unknown' if down is None else f'{grouped(down)} down'}"


def packets_text(up: int | None, down: int | None) -> str:
    """Return `↑ 246 up · ↓ 296 down` for beside a label; unknown is never 0."""
    if up is None and down is None:
        return UNKNOWN_PACKETS
    packets_up = "up unknown" if up is None else f"{grouped(up)} up"
    packets_down = "down unknown" if down is None else f"{grouped(down)} down"
    return f"↑ {packets_up} · ↓ {packets_down}"


def duration_text(session: DataSession, now: datetime) -> str:
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


def state_text(state: State) -> str:
    """Return a state as people read it: `never seen`."""
    return state.value.replace("_", " ")


def state_label(state: State) -> str:
    """Return a state with its sign: `🟢 online`."""
    return f"{STATE_ICONS[state]} {state_text(state)}"


class Fact(NamedTuple):
    """One thing known, or said to be unknown."""

    label: str
    value: str


def report_headline(report: SessionReport, fmt: Formatter) -> str:
    """Say in one sentence what the SIM is doing; stale answers speak of the past."""
    claim = fmt.strong(_claim(report, fmt.data(report.sim.name)))
    as_of = f" (as of {ago(report.as_of, report.made_at)})" if report.stale else ""
    return f"{STATE_ICONS[report.state]} {claim}{as_of} — {_because(report, fmt)}"


def _claim(report: SessionReport, name: str) -> str:
    verb = "was" if report.stale else "is"
    if report.state is State.UNKNOWN:
        return f"The state of {name} {verb} unknown"
    if report.state is State.NEVER_SEEN:
        return f"{name} was never seen in the last 30 days"
    return f"{name} {verb} {state_text(report.state)}"


def _because(report: SessionReport, fmt: Formatter) -> str:
    session = report.last_session
    if report.state is State.BLOCKED:
        status = known(report.sim.status, "unknown", fmt)
        return f"its SIM status is {status}{_changed(report, fmt)}"
    if report.state is State.NOT_ACTIVATED:
        status = "its SIM status is new, and it cannot connect until that is set to ready"
        return f"{status}{_changed(report, fmt)}"
    if report.state is State.NEVER_SEEN:
        return "KORE shows no data session for that time, and keeps no older ones"
    if session is None:
        return "KORE told us of the SIM, but its sessions could not be read"
    return _of_session(report, session, fmt)


def _of_session(report: SessionReport, session: DataSession, fmt: Formatter) -> str:
    via = network_text(session, fmt)
    since = _since(session.start, report, fmt)
    updated = _updated(session, report)
    if report.state is State.ONLINE:
        return f"{via}, {since}, {updated}"
    if report.state is State.STALE:
        return f"its session ({via}) is open {since}, but was last {updated}"
    if report.state is State.OFFLINE:
        return f"last seen on {via}, {_until(session.end, report, fmt)}"
    return f"its session ({via}) is open {since}, but KORE does not say when it was last updated"


def _changed(report: SessionReport, fmt: Formatter) -> str:
    if report.since is None:
        return "; since when is unknown"
    return f"; the SIM was last changed {moment_text(report.since, report, fmt)}"


def _since(start: datetime | None, report: SessionReport, fmt: Formatter) -> str:
    if start is None:
        return "since an unknown time"
    return f"since {fmt.when(start)} ({span(between(start, report.made_at))})"


def _until(end: datetime | None, report: SessionReport, fmt: Formatter) -> str:
    return f"until {moment_text(end, report, fmt)}" if end else "until an unknown time"


def _updated(session: DataSession, report: SessionReport) -> str:
    if session.last_updated is None:
        return "updated at an unknown time"
    return f"updated {ago(session.last_updated, report.made_at)}"


def moment_text(moment: datetime, report: SessionReport, fmt: Formatter) -> str:
    """Return a moment and how long ago it was when the report was made."""
    return f"{fmt.when(moment)} ({ago(moment, report.made_at)})"


def mark(report: SessionReport) -> str:
    """Return what is added to every line that may have changed since: nothing on a fresh answer."""
    return f" ({span(between(report.as_of, report.made_at))} old)" if report.stale else ""


def stale_line(report: SessionReport, fmt: Formatter) -> str | None:
    """Say that this is from before, and why; None on a fresh answer."""
    if not report.stale:
        return None
    age = span(between(report.as_of, report.made_at))
    known_then = f"This is what I knew {age} ago, at {fmt.when(report.as_of)}"
    why = report.why_stale or "KORE is not answering."
    return f"⚠️ {fmt.strong(why)} {known_then}; it may have changed."


def unread_line(report: SessionReport, fmt: Formatter) -> str | None:
    """Say why the sessions could not be read; None where they could."""
    if report.sessions is not None:
        return None
    why = f" {fmt.sentence(report.problem)}" if report.problem else ""
    return f"⚠️ {fmt.strong('Its sessions could not be read.')}{why}"


def warnings(report: SessionReport, fmt: Formatter) -> list[str]:
    """Return what the reader must know before all else: from before, or sessions unread."""
    lines = (stale_line(report, fmt), unread_line(report, fmt))
    return [line for line in lines if line]


def facts(report: SessionReport, fmt: Formatter) -> list[Fact]:
    """Return what is known of the newest session, unknown said in words; [] without a session."""
    session = report.last_session
    if session is None:
        return []
    values = [
        Fact("Operator", operator_text(session, fmt)),
        Fact("Radio link", known(session.radio_link, UNKNOWN_RADIO, fmt)),
        Fact("Cell", cell_text(session, fmt)),
        Fact("Place", place_text(session)),
        Fact("Packets", packets_text(session.packets_uploaded, session.packets_downloaded)),
        Fact("IMEI", fmt.data(imei_text(known_text(session.imei)))),
        Fact("Started", _moment_or(session.start, "start unknown", report, fmt)),
        Fact("Ended", _moment_or(session.end, "still open", report, fmt)),
        Fact("Updated", _moment_or(session.last_updated, "last update unknown", report, fmt)),
        Fact("Duration", duration_text(session, report.made_at)),
    ]
    return [Fact(fact.label, fact.value + mark(report)) for fact in values]


def _moment_or(
    moment: datetime | None, otherwise: str, report: SessionReport, fmt: Formatter
) -> str:
    return moment_text(moment, report, fmt) if moment else otherwise


def sim_line(report: SessionReport, fmt: Formatter) -> str:
    """Return the SIM's names, ids and status."""
    sim = report.sim
    parts = [f"SIM {fmt.data(sim.name)}"]
    if sim.friendly_name and sim.friendly_name != sim.name:
        parts.append(fmt.data(sim.friendly_name))
    if sim.name != sim.sid:
        parts.append(fmt.code(sim.sid))
    parts.append(f"ICCID {fmt.data(iccid_groups(sim.iccid))}" if sim.iccid else "ICCID unknown")
    parts.append(f"status {known(sim.status, 'unknown', fmt)}{mark(report)}")
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
        traffic_text(summary.packets_uploaded, summary.packets_downloaded),
    )
    return ", ".join(parts) + _without_packets(summary)


def _without_packets(summary: Summary) -> str:
    if summary.packets_uploaded is None and summary.packets_downloaded is None:
        return ""
    unknown = summary.sessions_without_packets
    return f" (packets unknown for {count(unknown, 'session')})" if unknown else ""


def freshness_line(report: SessionReport, fmt: Formatter) -> str:
    """Say when KORE told us this, and what of it is redacted here."""
    read = f"Read {moment_text(report.as_of, report, fmt)}"
    return f"{read} · {fmt.own(report.redacted)}" if report.redacted else read


def skipped_line(report: SessionReport) -> str | None:
    """Say how many rows could not be read; None where all could."""
    if not report.skipped_rows:
        return None
    verb = "is" if report.skipped_rows == 1 else "are"
    return f"{count(report.skipped_rows, 'row')} of KORE's could not be read and {verb} left out"
