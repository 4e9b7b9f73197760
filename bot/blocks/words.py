"""What the bot says of a SIM, once, for Slack and for the terminal.

Each function takes the report and a `Speech` (bot/blocks/speech.py: MRKDWN, NOTICE or PLAIN) and
gives text that is ready to be shown:

    headline(report, speak)       the first line: name, state, why, since when
    stale_line(report, speak)     that KORE did not answer, or None
    finding_lines(finding, speak, report)  what and evidence; next step; source
    facts(report, speak)          [(label, value)] of the newest session
    sim_line, window_line, freshness_line, left_out_line   the small print
"""

import re
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.blocks.countries import flagged
from bot.blocks.imei import imei_words
from bot.blocks.speech import Speech
from bot.blocks.units import (
    ago,
    between,
    count,
    grouped,
    iccid_groups,
    lasting,
    place,
    span,
)
from bot.diagnosis.rule import Finding, Severity, Value
from bot.diagnosis.state import State
from bot.kore.models import DataSession
from bot.sessions.report import SessionReport, Summary

STATE_ICONS = {
    State.ONLINE: "🟢",
    State.STALE: "🟠",
    State.OFFLINE: "🔴",
    State.BLOCKED: "⛔",
    State.NOT_ACTIVATED: "⚪",
    State.NEVER_SEEN: "⚫",
    State.UNKNOWN: "❔",
}
SEVERITY_ICONS = {Severity.CRITICAL: "🔴", Severity.WARNING: "🟠", Severity.INFO: "🔵"}
_NAMED = re.compile(r"\{(\w+)\}")


class Fact(NamedTuple):
    """One thing known, or said to be unknown."""

    label: str
    value: str


class FindingLines(NamedTuple):
    """A finding in three lines: what and how we know; what to do; where the threshold is from."""

    what: str
    next_step: str
    source: str


def state_words(state: State) -> str:
    """Give the state as it stands in a sentence: `never seen`."""
    return state.value.replace("_", " ")


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
    return f"{name} {verb} {state_words(report.state)}"


def mark(report: SessionReport) -> str:
    """Give what is added to every line that may have changed since: nothing on a fresh answer."""
    return f" ({span(between(report.as_of, report.made_at))} old)" if report.stale else ""


def _because(report: SessionReport, speak: Speech) -> str:
    session = report.last_session
    if report.state is State.BLOCKED:
        return f"the SIM is {_status(report, speak)}{_since(report, speak)}"
    if report.state is State.NOT_ACTIVATED:
        return "the SIM's status is new: it cannot connect until it is set to ready"
    if report.state is State.NEVER_SEEN:
        return "KORE shows no data session for that time, and keeps no older ones"
    if session is None:
        return "KORE told us of the SIM, but its sessions could not be read"
    return _of_session(report, session, speak)


def _of_session(report: SessionReport, session: DataSession, speak: Speech) -> str:
    via = network_words(session, speak)
    if report.state is State.ONLINE:
        return f"{via}{_since(report, speak)}, {_updated(report, session)}"
    if report.state is State.STALE:
        return f"its session is open ({via}), but {_updated(report, session)}"
    if report.state is State.OFFLINE:
        until = session.end or report.since
        told = f"until {_moment(until, report, speak)}" if until else "until when is unknown"
        return f"last seen on {via}, {told}"
    return f"its newest session ({via}) is open, but KORE does not say when it was last updated"


def _since(report: SessionReport, speak: Speech) -> str:
    if report.since is None:
        return ""
    return f", since {speak.when(report.since)} ({span(between(report.since, report.made_at))})"


def _updated(report: SessionReport, session: DataSession) -> str:
    if session.last_updated is None:
        return "last update unknown"
    told = ago(session.last_updated, report.made_at)
    return f"updated {told}" if report.state is State.ONLINE else f"last updated {told}"


def _moment(moment: datetime, report: SessionReport, speak: Speech) -> str:
    return f"{speak.when(moment)} ({ago(moment, report.made_at)})"


def _status(report: SessionReport, speak: Speech) -> str:
    return speak.data(report.sim.status) if report.sim.status else "of unknown status"


def network_words(session: DataSession, speak: Speech) -> str:
    """Say on what a session ran: `Telcel on 3G`; what is unknown is said so."""
    operator = speak.data(session.operator_name) if session.operator_name else None
    radio = speak.data(session.radio_link) if session.radio_link else None
    if operator and radio:
        return f"{operator} on {radio}"
    if operator:
        return f"{operator}, radio link unknown"
    return f"an unknown operator on {radio}" if radio else "operator and radio link unknown"


def stale_line(report: SessionReport, speak: Speech) -> str | None:
    """Say that this is from before because KORE does not answer; None on a fresh answer."""
    if not report.stale:
        return None
    age = span(between(report.as_of, report.made_at))
    known = f"This is what I knew {age} ago, at {speak.when(report.as_of)}"
    return f"⚠️ {speak.strong('KORE is not answering.')} {known}; it may have changed."


def finding_lines(finding: Finding, speak: Speech, report: SessionReport) -> FindingLines:
    """Give a finding with its evidence filled in."""
    icon, word = severity_words(finding)
    title = _filled(finding.title, finding, speak).rstrip(".")
    says = _filled(finding.says, finding, speak)
    what = f"{icon} {speak.strong(f'{word} · {title}.')} {says}{mark(report)}"
    next_step = f"→ {_filled(finding.next_step, finding, speak)}"
    source = f"{speak.code(finding.rule)} · {speak.data(finding.source, 300)}"
    return FindingLines(what, next_step, source)


def severity_words(finding: Finding) -> tuple[str, str]:
    """Give the sign and the word of a finding's severity; `healthy` is good news."""
    if finding.rule == "healthy":
        return "✅", "Good"
    return SEVERITY_ICONS[finding.severity], finding.severity.word.capitalize()


def _filled(sentence: str, finding: Finding, speak: Speech) -> str:
    def put(name: re.Match[str]) -> str:
        if name[1] not in finding.evidence:
            return name[0]
        return value_words(finding.evidence[name[1]], speak)

    return _NAMED.sub(put, speak.own(sentence))


def value_words(value: Value, speak: Speech) -> str:
    """Show one piece of evidence; None is said to be unknown."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return grouped(value)
    if isinstance(value, timedelta):
        return lasting(value)
    if isinstance(value, datetime):
        return speak.when(value)
    return speak.data(value if isinstance(value, str) else ", ".join(value), 300)


def facts(report: SessionReport, speak: Speech) -> list[Fact]:
    """Give what is known of the newest session, unknown said in words; [] without a session."""
    session = report.last_session
    if session is None:
        return []
    told = [
        Fact("Operator", operator_words(session, speak)),
        Fact("Radio link", _known(session.radio_link, "radio link unknown", speak)),
        Fact("Cell", _known(session.cell_id, "cell unknown", speak)),
        Fact("Place", place_words(session)),
        Fact("Packets", packets_words(session)),
        Fact("IMEI", speak.data(imei_words(session.imei))),
        Fact("Started", _or_unknown(session.start, "start unknown", report, speak)),
        Fact("Ended", _or_unknown(session.end, "still open", report, speak)),
        Fact("Updated", _or_unknown(session.last_updated, "last update unknown", report, speak)),
        Fact("Duration", duration_words(session, report.made_at)),
    ]
    return [Fact(fact.label, fact.value + mark(report)) for fact in told]


def _known(text: str | None, otherwise: str, speak: Speech) -> str:
    return speak.data(text) if text else otherwise


def _or_unknown(
    moment: datetime | None, otherwise: str, report: SessionReport, speak: Speech
) -> str:
    return _moment(moment, report, speak) if moment else otherwise


def operator_words(session: DataSession, speak: Speech) -> str:
    """Give `T-Mobile USA · 310-260 · 🇺🇸 USA`; each part that is unknown is said so."""
    country = session.operator_country
    return " · ".join(
        (
            _known(session.operator_name, "operator unknown", speak),
            speak.data(network_code(session) or "network code unknown"),
            speak.data(flagged(country)) if country else "country unknown",
        )
    )


def network_code(session: DataSession) -> str | None:
    """Give MCC-MNC, `310-260`; None where neither is known."""
    if session.operator_mcc is None and session.operator_mnc is None:
        return None
    return f"{session.operator_mcc or 'MCC unknown'}-{session.operator_mnc or 'MNC unknown'}"


def place_words(session: DataSession) -> str:
    """Say where the tower stands, and that it is the tower."""
    where = session.cell_location_estimate
    return f"{place(where)} (tower, not device)" if where else "no location for this cell"


def packets_words(session: DataSession) -> str:
    """Give `↑ 246 up · ↓ 296 down`; unknown is never 0."""
    up, down = session.packets_uploaded, session.packets_downloaded
    if up is None and down is None:
        return "packets unknown"
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


def sim_line(report: SessionReport, speak: Speech) -> str:
    """Give the SIM's names, ids and status."""
    sim = report.sim
    parts = [f"SIM {speak.data(sim.name)}"]
    if sim.friendly_name and sim.friendly_name != sim.name:
        parts.append(speak.data(sim.friendly_name))
    if sim.name != sim.sid:
        parts.append(speak.code(sim.sid))
    parts.append(f"ICCID {speak.data(iccid_groups(sim.iccid))}" if sim.iccid else "ICCID unknown")
    parts.append(f"status {_known(sim.status, 'unknown', speak)}{mark(report)}")
    return " · ".join(parts)


def window_line(report: SessionReport) -> str:
    """Give the last 30 days in one line."""
    if report.summary is None:
        return f"Last 30 days: could not be read{mark(report)}"
    if not report.summary.sessions:
        return f"Last 30 days: no sessions{mark(report)}"
    return f"Last 30 days: {_summed(report.summary)}{mark(report)}"


def _summed(summary: Summary) -> str:
    parts = [
        count(summary.sessions, "session"),
        count(summary.networks, "network") if summary.networks else "networks unknown",
        count(summary.cells, "cell") if summary.cells else "cells unknown",
        packets_words(
            DataSession(
                packets_uploaded=summary.packets_uploaded,
                packets_downloaded=summary.packets_downloaded,
            )
        ),
    ]
    text = ", ".join(parts)
    untold = summary.sessions_without_packets
    some_known = summary.packets_uploaded is not None or summary.packets_downloaded is not None
    return f"{text} (not told for {count(untold, 'session')})" if untold and some_known else text


def freshness_line(report: SessionReport, speak: Speech) -> str:
    """Say when KORE told us this."""
    return f"Read {speak.when(report.as_of)} ({ago(report.as_of, report.made_at)})"


def left_out_line(report: SessionReport) -> str | None:
    """Say how many rows could not be read; None where all could."""
    if not report.skipped_rows:
        return None
    rows = count(report.skipped_rows, "row")
    return f"{rows} of KORE's answer could not be read and {_is(report.skipped_rows)} left out"


def _is(number: int) -> str:
    return "is" if number == 1 else "are"
