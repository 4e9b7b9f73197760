"""The answer to `/simsessions history <sim> [days]`: a sentence, charts, a table of sessions."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from bot.blocks import ids
from bot.blocks.format import (
    MRKDWN,
    NOTICE,
    PLAIN,
    Formatter,
    between,
    count,
    grouped,
    imei_text,
    place,
    utc,
)
from bot.blocks.history_months import LONGEST, Days, known_line
from bot.blocks.ids import MOST_DAYS
from bot.blocks.kit import Block, Part, Screen, actions, button, clean, context, screen, section
from bot.blocks.report_text import freshness_line, skipped_line, uptime_text, warnings
from bot.blocks.sim_text import cell_text, duration_text, known, network_code, traffic_text
from bot.blocks.tables_and_charts import (
    DATA_TABLE_ROWS,
    Bins,
    Cell,
    Chart,
    Drawn,
    Moment,
    Number,
    Row,
    Table,
    bins_of,
    chart_parts,
    packets_in,
    starts_in,
    table_parts,
)
from bot.diagnosis.fields import known_text, network_of
from bot.kore.models import DataSession
from bot.sessions.redaction import REDACTED
from bot.sessions.report import SessionReport
from bot.sims.identifier import quoted
from bot.sims.numbers import device_of


def days_fault(typed: str) -> str | None:
    """Say what is wrong with the days that were typed; None where that many may be known."""
    if typed.isascii() and typed.isdigit() and 1 <= int(typed[:5]) <= MOST_DAYS:
        return None
    return (
        f"{quoted(typed)} is not a number of days that I can show: KORE keeps sessions for "
        f"{LONGEST} days. Give a whole number from 1 to {LONGEST}, or none for all {LONGEST}; "
        "more where a digest covers the SIM."
    )


def days_text(days: int) -> str:
    """Name the window: `last 30 days`, `last day`."""
    return "last day" if days == 1 else f"last {days} days"


def in_window(report: SessionReport, days: int) -> tuple[DataSession, ...]:
    """Return the sessions that were open at some time of the last `days`, newest first."""
    sessions = report.sessions or ()
    if days >= LONGEST:
        return sessions  # KORE cut the window; a session open for longer belongs to it
    begin = utc(report.made_at) - timedelta(days=days)
    return tuple(s for s in sessions if s.end is None or utc(s.end) >= begin)


def history_headline(
    report: SessionReport, sessions: Sequence[DataSession], days: int, fmt: Formatter
) -> str:
    """Say how much there is, in one sentence with the SIM's name."""
    name = fmt.data(report.sim.name)
    if report.sessions is None:
        return fmt.strong(f"The sessions of {name} could not be read")
    if not sessions:
        return fmt.strong(f"{name} had no session in the {days_text(days)}")
    claim = fmt.strong(f"{name} had {count(len(sessions), 'session')} in the {days_text(days)}")
    return f"{claim}{uptime_text(report, days)} — {_in_brief(sessions)}"


def empty_text(report: SessionReport, days: int) -> str:
    """Say what an empty history means, and what it does not."""
    if report.sessions is None:
        return "KORE told us of the SIM, but not of its sessions: ask again in a minute."
    if report.sessions:
        return (
            f"Its newest session ended before that: ask for more than {count(days, 'day')}, up to "
            f"{LONGEST}."
        )
    return (
        f"KORE keeps sessions for {LONGEST} days, so this is not the same as never. Check that the "
        "SIM is active and the device has power, the right APN and data roaming on."
    )


def _in_brief(sessions: Sequence[DataSession]) -> str:
    networks = {network for session in sessions if (network := network_of(session))}
    imeis = {imei for session in sessions if (imei := device_of(session.imei))}
    up = [s.packets_uploaded for s in sessions if s.packets_uploaded is not None]
    down = [s.packets_downloaded for s in sessions if s.packets_downloaded is not None]
    return ", ".join(
        (
            count(len(networks), "network") if networks else "networks unknown",
            count(len(imeis), "IMEI") if imeis else _no_imei(sessions),
            traffic_text(sum(up) if up else None, sum(down) if down else None),
        )
    )


def _no_imei(sessions: Sequence[DataSession]) -> str:
    is_redacted = any(session.imei == REDACTED for session in sessions)
    return f"IMEI {REDACTED if is_redacted else 'not reported'}"


def timeline_alt(report: SessionReport, days: int) -> str:
    """Describe the picture of the timeline to who cannot see it."""
    sessions = in_window(report, days)
    what = count(len(sessions), "session")
    brief = f": {_in_brief(sessions)}" if sessions else ""
    return f"Timeline of {report.sim.name}, {days_text(days)}, {what}{brief}"


def file_name(report: SessionReport, days: int, ending: str) -> str:
    """Name a file after its SIM and window: `pump-7-30-days.csv`, safe on any disk."""
    name = re.sub(r"[^\w-]+", "-", clean(report.sim.name, 60)).strip("-") or report.sim.sid
    return f"{name}-{days}-days.{ending}"


_HEADER = (
    "Started",
    "Lasted",
    "Operator",
    "Radio",
    "Packets up",
    "Packets down",
    "Cell",
    "IMEI",
    "MCC-MNC",
    "Country",
    "Tower at",
    "Ended",
)
_KEPT_COLUMNS = 6


def history_table(sessions: Sequence[DataSession], now: datetime) -> Table:
    """Return the sessions as rows, in the order they come in (newest first)."""
    rows = tuple(_row(session, now) for session in sessions[: DATA_TABLE_ROWS - 1])
    caption = f"Sessions, newest first: {grouped(len(sessions))}"
    return Table(caption, _HEADER, rows, kept_columns=_KEPT_COLUMNS)


def _row(session: DataSession, now: datetime) -> Row:
    where = session.cell_location_estimate
    return (
        Moment(session.start) if session.start else "unknown",
        _lasted(session, now),
        known(session.operator_name, "unknown", PLAIN),
        known(session.radio_link, "unknown", PLAIN),
        _packet_cell(session.packets_uploaded),
        _packet_cell(session.packets_downloaded),
        cell_text(session, PLAIN),
        imei_text(known_text(session.imei)),
        network_code(session) or "unknown",
        known(session.operator_country, "unknown", PLAIN),
        place(where) if where else REDACTED if session.cell_id == REDACTED else "unknown",
        Moment(session.end) if session.end else "still open",
    )


def _lasted(session: DataSession, now: datetime) -> Cell:
    if session.start is None:
        return "unknown"
    length = between(session.start, session.end or now)
    return Number(max(0, int(length.total_seconds())), duration_text(session, now))


def _packet_cell(packets: int | None) -> Cell:
    return "unknown" if packets is None else Number(packets, grouped(packets))


def history_screen(
    report: SessionReport,
    days: int = 30,
    *,
    known: Days = MappingProxyType({}),
) -> Screen:
    """Draw the sessions of the last `days` (1 to 30), within the budgets of one message.

    `known` are the days that scans have kept: where they go further back, that is said.
    """
    sessions = in_window(report, days)
    blocks = [
        section(history_headline(report, sessions, days, MRKDWN)),
        *(section(line) for line in warnings(report, MRKDWN)),
        *_body(report, sessions, days),
        *(context(line) for line in (known_line(report, known),) if line),
    ]
    title = history_headline(report, sessions, days, NOTICE)
    return screen(title, blocks)


def _body(report: SessionReport, sessions: Sequence[DataSession], days: int) -> list[Part]:
    if not sessions:
        return [section(empty_text(report, days)), _foot(report, [])]
    charts, notes = _charts(report, sessions, days)
    table = history_table(sessions, report.made_at)

    def foot(drawn: Drawn) -> list[Block]:
        return [_foot(report, [*_omitted(drawn, table, len(sessions)), *notes])]

    return [
        *chart_parts(charts),
        *table_parts(table, foot),
        actions(ids.HISTORY_ACTIONS, _buttons(report, days)),
    ]


def _charts(
    report: SessionReport, sessions: Sequence[DataSession], days: int
) -> tuple[list[Chart], list[str]]:
    bins = bins_of(days, report.made_at)
    starts = Chart(
        f"Sessions started per {bins.unit} (UTC)",
        bins.labels,
        {"sessions": starts_in(bins, sessions)},
    )
    packets, notes = _packets(report, sessions, bins)
    notes.append(f"Each bar is {bins.unit if bins.unit[0].isdigit() else 'a ' + bins.unit}")
    return [starts, *packets], notes


def _packets(
    report: SessionReport, sessions: Sequence[DataSession], bins: Bins
) -> tuple[list[Chart], list[str]]:
    """Draw only steps in which something is known: a chart cannot show unknown, and 0 is wrong."""
    series = packets_in(bins, sessions, report.made_at)
    kept = [at for at in range(bins.size) if all(v[at] is not None for v in series.values())]
    if not series or not kept:
        return [], ["Packets unknown, so there is no chart of them"]
    chart = Chart(
        f"Packets per {bins.unit} (UTC), spread evenly",
        [bins.labels[at] for at in kept],
        {f"packets {name}": [values[at] or 0 for at in kept] for name, values in series.items()},
    )
    return [chart], _without_packets(sessions, bins.size - len(kept))


def _without_packets(sessions: Sequence[DataSession], bars: int) -> list[str]:
    unknown = sum(s.packets_uploaded is None or s.packets_downloaded is None for s in sessions)
    notes = (
        [f"Packets unknown for {count(unknown, 'session')}, not in the chart"] if unknown else []
    )
    return [*notes, f"{count(bars, 'bar')} without known packets left out"] if bars else notes


def _omitted(drawn: Drawn, table: Table, sessions: int) -> list[str]:
    lines = []
    if drawn.rows < sessions:
        shown = f"The newest {grouped(drawn.rows)} of {count(sessions, 'session')} are shown"
        lines.append(f"{shown}; the CSV file has all")
    if gone := table.header[drawn.columns :]:
        lines.append(f"Left out so that more rows fit: {', '.join(gone)}")
    return lines


def _foot(report: SessionReport, lines: Sequence[str]) -> Block:
    skipped = skipped_line(report)
    end = [skipped] if skipped else []
    return context(" · ".join([*lines, *end, freshness_line(report, MRKDWN)]))


def _buttons(report: SessionReport, days: int) -> list[Block]:
    name = report.sim.name
    window = ids.Window(sid=report.sim.sid, days=days)
    details = ids.Details(sid=report.sim.sid, days=days)
    return [
        button("Session details…", ids.DETAILS, f"Details of one session of {name}", value=details),
        button("CSV file", ids.CSV, f"All sessions of {name} as a CSV file", value=window),
        button("Picture", ids.TIMELINE, f"Timeline of {name} as a picture", value=window),
    ]
