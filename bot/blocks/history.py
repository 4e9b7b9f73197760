"""The answer to `/simsessions history <sim> [days]`: a sentence, charts, a table of sessions.

Beyond KORE's 30 days it is one of months, from the days that scans have kept.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta

from bot.blocks import ids
from bot.blocks.format import (
    MRKDWN,
    NOTICE,
    PLAIN,
    Formatter,
    between,
    coordinates,
    count,
    grouped,
    imei_text,
    utc,
)
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
    NumberCell,
    Table,
    TimeCell,
    bins_of,
    chart_parts,
    number_cell,
    packets_in,
    starts_in,
    table_parts,
)
from bot.diagnosis.fields import known_text, network_of
from bot.digests.days import Day, date_of, day_number
from bot.kore.models import DataSession, total
from bot.sessions.redaction import REDACTED
from bot.sessions.report import SessionReport
from bot.sims.identifier import quoted
from bot.sims.numbers import device_of
from bot.struct import Struct

LONGEST = 30
Days = Mapping[int, Day]


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
    name = fmt.data(report.sim.full_name)
    if report.sessions is None:
        return fmt.strong(f"The sessions of {name} could not be read")
    if not sessions:
        return fmt.strong(f"{name} had no session in the {days_text(days)}")
    claim = fmt.strong(f"{name} had {count(len(sessions), 'session')} in the {days_text(days)}")
    first = min((utc(s.start) for s in sessions if s.start), default=report.made_at)
    lasted = (utc(report.made_at) - utc(first)).days
    whole = f" in {lasted} d" if lasted > days else ""  # of sessions that began before
    return f"{claim}{uptime_text(report, days)} — {totals_text(sessions)}{whole}"


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


def totals_text(sessions: Sequence[DataSession]) -> str:
    """Say over how many networks and devices they went, and their packets."""
    networks = {network for session in sessions if (network := network_of(session))}
    imeis = {imei for session in sessions if (imei := device_of(session.imei))}
    up, down = (s.packets_uploaded for s in sessions), (s.packets_downloaded for s in sessions)
    return ", ".join(
        (
            count(len(networks), "network") if networks else "networks unknown",
            count(len(imeis), "IMEI") if imeis else _no_imei(sessions),
            _traffic(total(up), total(down), sessions),
        )
    )


def _traffic(up: int | None, down: int | None, sessions: Sequence[DataSession]) -> str:
    """Return their packets; at least those, where some sessions do not tell theirs."""
    unknown = any(s.packets_uploaded is None or s.packets_downloaded is None for s in sessions)
    is_least = unknown and (up or down)
    return f"{'at least ' if is_least else ''}{traffic_text(up, down)}"


def _no_imei(sessions: Sequence[DataSession]) -> str:
    is_redacted = any(session.imei == REDACTED for session in sessions)
    return f"IMEI {REDACTED if is_redacted else 'not reported'}"


_KEPT_COLUMNS = 6


def history_table(sessions: Sequence[DataSession], now: datetime) -> Table:
    """Return the sessions as rows, in the order they come in (newest first)."""
    shown = sessions[: DATA_TABLE_ROWS - 1]
    rows = tuple([tuple([draw(each, now) for draw in _COLUMNS.values()]) for each in shown])
    caption = f"Sessions, newest first: {grouped(len(sessions))}"
    return Table(caption, tuple(_COLUMNS), rows, kept_columns=_KEPT_COLUMNS)


def _lasted(session: DataSession, now: datetime) -> Cell:
    if session.start is None:
        return "unknown"
    length = between(session.start, session.end or now)
    return NumberCell(max(0, int(length.total_seconds())), duration_text(session, now))


def _tower(session: DataSession) -> str:
    if where := session.cell_location_estimate:
        return coordinates(where)
    return REDACTED if session.cell_id == REDACTED else "unknown"


_COLUMNS: Mapping[str, Callable[[DataSession, datetime], Cell]] = {
    "Started": lambda one, _: TimeCell(one.start) if one.start else "unknown",
    "Lasted": _lasted,
    "Operator": lambda one, _: known(one.operator_name, "unknown", PLAIN),
    "Radio": lambda one, _: known(one.radio_link, "unknown", PLAIN),
    "Packets up": lambda one, _: number_cell(one.packets_uploaded),
    "Packets down": lambda one, _: number_cell(one.packets_downloaded),
    "Cell": lambda one, _: cell_text(one, PLAIN),
    "IMEI": lambda one, _: imei_text(known_text(one.imei)),
    "MCC-MNC": lambda one, _: network_code(one) or "unknown",
    "Country": lambda one, _: known(one.operator_country, "unknown", PLAIN),
    "Tower at": lambda one, _: _tower(one),
    "Ended": lambda one, _: TimeCell(one.end) if one.end else "still open",
}


def history_screen(report: SessionReport, days: int = 30, known: Days | None = None) -> Screen:
    """Draw the sessions of the last `days` (1 to 30), within the budgets of one message.

    `known` are the days that scans have kept: where they go further back, that is said.
    """
    sessions = in_window(report, days)
    blocks = [
        section(history_headline(report, sessions, days, MRKDWN)),
        *(section(line) for line in warnings(report, MRKDWN)),
        *_body(report, sessions, days),
        *(context(line) for line in (older_days_line(report, known or {}),) if line),
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
    end = filter(None, (skipped_line(report), freshness_line(report, MRKDWN)))
    return context(" · ".join([*lines, *end]))


def _buttons(report: SessionReport, days: int) -> list[Block]:
    name = report.sim.full_name
    window = ids.HistoryWindow(sid=report.sim.sid, days=days)
    details = ids.Details(sid=report.sim.sid, days=days)
    return [
        button("Session details…", ids.DETAILS, f"Details of one session of {name}", details),
        button("CSV file", ids.CSV, f"All sessions of {name} as a CSV file", window),
        button("Picture", ids.TIMELINE, f"Timeline of {name} as a picture", window),
    ]


_MONTHS = 20
_ABOUT = (
    "One row a month, days in UTC. KORE keeps sessions for 30 days; older days are what digests "
    "saw of this SIM. A day that none of them covered is unknown, not empty"
)


class Month(Struct):
    """The known days of one month, added up; packets are None where none of them tells."""

    name: str
    days: tuple[Day, ...]

    @property
    def sessions(self) -> int:
        """Sessions that started in it."""
        return sum(day.sessions for day in self.days)

    @property
    def up(self) -> int | None:
        """Packets up."""
        return total(day.up for day in self.days)

    @property
    def down(self) -> int | None:
        """Packets down."""
        return total(day.down for day in self.days)


def known_days_back(days: Days, now: datetime) -> int:
    """Return how many days back the first known one is, today included; 0 where none is known."""
    return day_number(now) - min(days) + 1 if days else 0


def older_days_fault(made_at: datetime, days: Days, asked: int, name: str) -> str | None:
    """Say what is wrong with asking for so many days; None where that many are known."""
    known = known_days_back(days, made_at)
    if asked <= max(known, LONGEST):
        return None
    if known <= LONGEST:
        return (
            f"I know nothing of {name} from before KORE's {LONGEST} days: older days are kept once "
            f"a digest covers the SIM. Give a whole number from 1 to {LONGEST}."
        )
    first = date_of(min(days))
    return f"I have seen {name} since {day_text(first)}, {known} days: ask for 1 to {known} days."


def older_days_line(report: SessionReport, days: Days) -> str | None:
    """Say under a history that there is more; None where there is not."""
    known = known_days_back(days, report.made_at)
    if known <= LONGEST:
        return None
    command = MRKDWN.code(f"/simsessions history {clean(report.sim.full_name)} {known}")
    return f"{count(len(days), 'day')} known since {day_text(date_of(min(days)))}: {command}"


def older_days_screen(report: SessionReport, days: Days, asked: int) -> Screen:
    """Draw the known ones of the last `asked` days, month by month."""
    today = day_number(report.made_at)
    known = {number: day for number, day in days.items() if number > today - asked}
    months = months_of(known)
    rows = tuple([tuple([draw(each) for draw in _MONTHLY.values()]) for each in reversed(months)])
    table = Table("Months, newest first", tuple(_MONTHLY), rows, kept_columns=5)
    parts: list[Part] = [
        section(_months_headline(report, known, asked, MRKDWN)),
        *([*chart_parts(_month_charts(months)), *table_parts(table)] if months else []),
        context(_ABOUT),
    ]
    return screen(_months_headline(report, known, asked, NOTICE), parts)


def months_of(days: Days) -> list[Month]:
    """Group days by month, oldest first."""
    found: dict[str, list[Day]] = {}
    for number in sorted(days):
        found.setdefault(f"{date_of(number):%b %Y}", []).append(days[number])
    return [Month(name, tuple(those)) for name, those in found.items()]


def day_text(day: date) -> str:
    """Name a day: `3 Aug 2026`."""
    return f"{day.day} {day:%b %Y}"


def _months_headline(report: SessionReport, days: Days, asked: int, fmt: Formatter) -> str:
    name = fmt.data(report.sim.full_name)
    every = Month("", tuple(days.values()))
    claim = fmt.strong(f"{name} had {count(every.sessions, 'session')} in {count(asked, 'day')}")
    known = "all of them known" if len(days) == asked else f"{grouped(len(days))} of them known"
    return f"{claim}, {known} — {traffic_text(every.up, every.down)}"


def _month_charts(months: Sequence[Month]) -> list[Chart]:
    shown = months[-_MONTHS:]
    labels = [month.name for month in shown]
    charts = [Chart("Sessions per month", labels, {"sessions": [m.sessions for m in shown]})]
    counted = [month for month in shown if month.up is not None and month.down is not None]
    if counted:
        series = {
            "packets up": [month.up or 0 for month in counted],
            "packets down": [month.down or 0 for month in counted],
        }
        charts.append(Chart("Packets per month", [month.name for month in counted], series))
    return charts


def _worst(month: Month) -> str:
    worst = max((day.worst for day in month.days if day.worst), default=None)
    return worst.word if worst else "nothing"


_MONTHLY: Mapping[str, Callable[[Month], Cell]] = {
    "Month": lambda month: month.name,
    "Sessions": lambda month: number_cell(month.sessions),
    "Days known": lambda month: number_cell(len(month.days)),
    "Days with a session": lambda month: number_cell(
        sum(bool(day.sessions or day.minutes) for day in month.days)
    ),
    "Hours connected": lambda month: number_cell(
        round(sum(day.minutes for day in month.days) / 60)
    ),
    "Packets up": lambda month: number_cell(month.up),
    "Packets down": lambda month: number_cell(month.down),
    "Most networks a day": lambda month: number_cell(max(day.networks for day in month.days)),
    "Worst seen": _worst,
}
