"""What the bot says of a SIM, once, for Slack and for the terminal.

Each function takes the report, most also a `Formatter` (bot/blocks/format.py: MRKDWN, NOTICE or
PLAIN), and gives text that is ready to be shown:

    report_headline(report, fmt)      the first line: name, state, since when, network and radio
    warnings(report, fmt)      that KORE did not answer, that sessions could not be read; or []
    fact_lines(report, fmt)    the last session and the SIM, on few lines
    day_line, window_line      the last 24 hours as a strip, the last 30 days in numbers
    facts(report, fmt)         [(label, value)] of the last session
    sim_line, freshness_line, skipped_line   the small print

Findings are in bot/blocks/findings.py.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from bot.blocks.format import (
    PLAIN,
    Formatter,
    ago,
    between,
    coordinates,
    count,
    distinct_span,
    iccid_groups,
    imei_text,
    long_span,
    span,
)
from bot.blocks.sim_text import (
    UNKNOWN_RADIO,
    account_text,
    arrows,
    cell_text,
    duration_text,
    imei_line,
    known,
    network_code,
    network_text,
    operator_text,
    packets_text,
    place_text,
    sim_icon,
    state_text,
    traffic_text,
    up_text,
    window_text,
)
from bot.diagnosis.evidence import State
from bot.diagnosis.fields import known_text
from bot.diagnosis.rules.sim_not_active import still_connects
from bot.kore.models import DataSession
from bot.sessions.redaction import REDACTED
from bot.sessions.report import SessionReport, Summary, hours_of, unsearched_sentence, uptime_of

_JUST_NOW = timedelta(minutes=10)


class Fact(NamedTuple):
    """One thing known, or said to be unknown."""

    label: str
    value: str


def report_headline(report: SessionReport, fmt: Formatter) -> str:
    """Say in one sentence what the SIM is doing; stale answers speak of the past."""
    as_of = f" (as of {ago(report.as_of, report.made_at)})" if report.stale else ""
    claim = fmt.strong(_claim(report, fmt))
    return f"{sim_icon(report)} {claim}{as_of}{_since_when(report, fmt)}"


def _claim(report: SessionReport, fmt: Formatter) -> str:
    name = fmt.data(report.sim.name)
    verb = "was" if report.stale else "is"
    if report.state is State.UNKNOWN:
        return f"The state of {name} {verb} unknown"
    if report.state is State.NEVER_SEEN:
        return f"{name} has had no connection in 30 days"
    if report.state is State.BLOCKED:
        return f"{name} {verb} {known(report.sim.status, 'blocked', fmt)}"
    if report.state is State.STALE:
        return f"{name} has sent no update"
    return f"{name} {verb} {state_text(report.state)}"


def _since_when(report: SessionReport, fmt: Formatter) -> str:
    session = report.last_session
    if report.state is State.BLOCKED:
        cut_off = "" if still_connects(report.findings) else " and cannot connect"
        return f"{cut_off}{_changed(report, fmt)}"
    if report.state is State.NOT_ACTIVATED:
        return f": its status is new, so it cannot connect{_changed(report, fmt)}"
    if report.state is State.NEVER_SEEN:
        return "; KORE keeps no older sessions"
    if session is None:
        return ": its sessions could not be read"
    return _of_session(report, session, fmt)


def _of_session(report: SessionReport, session: DataSession, fmt: Formatter) -> str:
    via = network_text(session, fmt)
    if report.state is State.OFFLINE:
        usual = _as_usual(report, session.end)
        return f" {_since(session.end, report, fmt)}, {usual or f'last on {via}'}"
    if report.state is State.STALE:
        usual = _as_usual(report, session.last_updated)
        return f" {_since(session.last_updated, report, fmt)}, {usual or f'on {via}'}"
    since = _since(session.start, report, fmt)
    if report.state is State.ONLINE:
        return f" {since}, on {via}"
    return f": its session on {via} is open {since}, but KORE does not say when it was updated"


def _names_network(report: SessionReport) -> bool:
    """Return whether the headline of a report with a session says on which network it was."""
    if report.state in {State.OFFLINE, State.STALE}:
        return report.rest is None
    return report.state in {State.ONLINE, State.UNKNOWN}


def _as_usual(report: SessionReport, seen: datetime | None) -> str:
    """Say that a device sleeps as it usually does: `as usual: it connects every 6 h`."""
    rest = report.rest
    if rest is None:
        return ""
    if rest.every:
        return f"as usual: it connects every {span(rest.every)}"
    silent = between(seen, report.made_at) if seen else None
    return f"which is normal: it may rest for up to {distinct_span(rest.up_to, silent)}"


def _changed(report: SessionReport, fmt: Formatter) -> str:
    if report.since is None:
        return "; since when is unknown"
    return f"; last changed {fmt.when(report.since, report.made_at)}"


def _since(moment: datetime | None, report: SessionReport, fmt: Formatter) -> str:
    if moment is None:
        return "since an unknown time"
    shown = fmt.when(moment, report.made_at)
    return f"since {shown} ({distinct_span(between(moment, report.made_at), _allowed(report))})"


def _allowed(report: SessionReport) -> timedelta | None:
    """Return how long a silence is normal, where the answer says so too."""
    if report.rest:
        return None if report.rest.every else report.rest.up_to
    lines = (each.evidence.get("line") for each in report.findings)
    return next((line for line in lines if isinstance(line, timedelta)), None)


def moment_text(moment: datetime, report: SessionReport, fmt: Formatter) -> str:
    """Return a moment and how long ago it was when the report was made."""
    return f"{fmt.when(moment, report.made_at)} ({ago(moment, report.made_at)})"


def stale_line(report: SessionReport, fmt: Formatter) -> str | None:
    """Say why this is from before; None on a fresh answer. How old it is says the headline."""
    if not report.stale:
        return None
    why = report.why_stale or "KORE is not answering."
    return f"⚠️ {fmt.strong(why)} This is the last answer I have; it may have changed."


def unread_line(report: SessionReport, fmt: Formatter) -> str | None:
    """Say why the sessions could not be read; None where they could."""
    if report.sessions is not None:
        return None
    why = f" {fmt.sentence(report.problem)}" if report.problem else ""
    return f"⚠️ {fmt.strong('Its sessions could not be read.')}{why}"


def warnings(report: SessionReport, fmt: Formatter) -> list[str]:
    """Return what the reader must know first: from before, sessions unread, or a namesake."""
    unsearched = unsearched_sentence(report.unsearched)
    lines = (stale_line(report, fmt), unread_line(report, fmt), unsearched and f"⚠️ {unsearched}")
    return [line for line in lines if line]


def facts(report: SessionReport, fmt: Formatter) -> list[Fact]:
    """Return what is known of the newest session, unknown said in words; [] without a session."""
    session = report.last_session
    if session is None:
        return []
    return [
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
    parts.append(f"status {known(sim.status, 'unknown', fmt)}")
    parts += [account_text(sim, fmt)] if sim.account else []
    return " · ".join(parts)


def fact_lines(report: SessionReport, fmt: Formatter) -> list[str]:
    """Return what is known of the last session and of the SIM, unknown said in words."""
    session = report.last_session
    of_session = [] if session is None else _session_lines(session, report, fmt)
    return [*of_session, _card_line(report, fmt)]


def _session_lines(session: DataSession, report: SessionReport, fmt: Formatter) -> list[str]:
    network = [] if _is_told(session, report) else [_network_line(session, fmt)]
    times = f"{_times(session, report, fmt)} · {arrows(session)}"
    if session.cell_id == REDACTED:
        return [times, *network, f"Cell and location {REDACTED}"]
    where = session.cell_location_estimate
    tower = "Tower" if where else "Cell"
    at = coordinates(where) if where else place_text(session)
    return [times, *network, f"{tower} {cell_text(session, fmt).removeprefix('cell ')} · {at}"]


def _is_told(session: DataSession, report: SessionReport) -> bool:
    """Return whether headline and cell say all that is to be said of the network."""
    names = (session.operator_name, session.radio_link, session.operator_country)
    return (
        all(map(known_text, names))
        and _names_network(report)
        and cell_text(session, PLAIN).startswith(f"{network_code(session)}-")
    )


def _network_line(session: DataSession, fmt: Formatter) -> str:
    return f"{operator_text(session, fmt)} · {known(session.radio_link, UNKNOWN_RADIO, fmt)}"


def _times(session: DataSession, report: SessionReport, fmt: Formatter) -> str:
    """Say when the last session was; what the headline says of it is not said again."""
    start, end, now = session.start, session.end, report.made_at
    if end:
        return _from_to(start, end, report, fmt)
    if report.state is State.STALE:
        return f"Session open for {span(between(start, now)) if start else 'an unknown time'}"
    updated = session.last_updated
    return f"Updated {ago(updated, now)}" if updated else "Last update unknown"


def _from_to(start: datetime | None, end: datetime, report: SessionReport, fmt: Formatter) -> str:
    """Say from when to when, or how long; what is from today, or in the headline, has no date."""
    now, is_offline = report.made_at, report.state is State.OFFLINE
    if start and timedelta(minutes=1) <= between(start, end) < timedelta(days=1):
        return f"Session {fmt.when(start, start if is_offline else now)}–{fmt.when(end, end)}"
    length = long_span(between(start, end)) if start else "unknown length"
    return f"Session of {length}{'' if is_offline else f' to {fmt.when(end, now)}'}"


def _card_line(report: SessionReport, fmt: Formatter) -> str:
    sim, session = report.sim, report.last_session
    imei = [imei_line(session.imei, fmt)] if session else []
    iccid = f"ICCID {fmt.data(iccid_groups(sim.iccid))}" if sim.iccid else "ICCID unknown"
    account = [account_text(sim, fmt)] if sim.account else []
    status = known(sim.status, "status unknown", fmt)
    return " · ".join([*imei, plan_text(report, fmt), iccid, status, *account])


def plan_text(report: SessionReport, fmt: Formatter) -> str:
    """Name the rate plan: `plan pumps-mx`."""
    plan = report.rate_plan
    name = plan and (plan.unique_name or plan.friendly_name)
    if name:
        return f"plan {fmt.data(name)}"
    return "plan not read" if report.sim.rate_plan_sid else "no rate plan"


_BARS = "▁▃▄▅▆▇█"


def day_line(report: SessionReport) -> str | None:
    """Draw the last 24 hours, one character each: low is away, high connects often."""
    hours = hours_of(report)
    if not hours or not report.sessions:
        return None
    strip = "".join(_BARS[min(hour, len(_BARS) - 1)] for hour in hours)
    return f"{strip} last 24 h"


def window_line(report: SessionReport) -> str:
    """Return the last 30 days in one line; "" where the headline says it."""
    summary = report.summary
    if summary is None:
        return "30 d: sessions could not be read"
    if not summary.sessions:
        return "" if report.state is State.NEVER_SEEN else "30 d: no sessions"
    return f"30 d: {count(summary.sessions, 'session')}{uptime_text(report)}"


def month_text(report: SessionReport) -> str:
    """Return the last 30 days as a card has room for them, `30 d: up 12 %`; history has more."""
    uptime = uptime_of(report)
    return f"{window_text(uptime)}: {up_text(uptime)}" if uptime else window_line(report)


def uptime_text(report: SessionReport, days: int = 30) -> str:
    """Return `, up 12 %, longest gap 16 h` of the last `days`; "" where no session tells."""
    uptime = uptime_of(report, timedelta(days=days))
    if uptime is None:
        return ""
    of = f" of {window_text(uptime)}" if uptime.lasts.days != days else ""
    gap = f", longest gap {span(uptime.longest_gap)}" if uptime.longest_gap else ""
    return f", {up_text(uptime)}{of}{gap}"


def totals_line(report: SessionReport) -> str:
    """Return the sums of the last 30 days."""
    return f"Last 30 days: {_summed(report.summary)}"


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
    """Say when this was read from KORE, and what of it is redacted here."""
    read = f"Read {fmt.when(report.as_of, report.made_at)}"
    return f"{read} · {fmt.own(report.redacted)}" if report.redacted else read


def neighbours_line(report: SessionReport, fmt: Formatter) -> str | None:
    """Say how others on the cell or network of a silent SIM are; None where nobody knows."""
    near, cause, now = report.neighbours, report.cause, report.made_at
    if near is None or (cause and cause.rule == "common_outage"):  # which says so itself
        return None
    others = f"{count(near.online or near.silent, 'other')} on this {near.trait}"
    if near.online and near.silent:
        said = f"On this {near.trait}: {near.online} online, {near.silent} silent"
    elif near.online:
        said = f"{others} {_are(near.online)} online"
    else:
        since = f", since {fmt.when(near.silent_since, now)}" if near.silent_since else ""
        said = f"{others} {_are(near.silent)} silent too{since}"
    is_old = now - near.as_of > _JUST_NOW
    return f"{said}; seen {moment_text(near.as_of, report, fmt)}" if is_old else said


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def skipped_line(report: SessionReport) -> str | None:
    """Say what the verdict does without: rows, plan or usage; None where all was read."""
    lacks = []
    if report.skipped_rows:
        verb = "is" if report.skipped_rows == 1 else "are"
        rows = count(report.skipped_rows, "row")
        lacks.append(f"{rows} of KORE's could not be read and {verb} left out")
    if not report.allowance_known:
        lacks.append("Plan or usage was not read in time: its data limit is not judged")
    return " · ".join(lacks) or None
