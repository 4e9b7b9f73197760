"""A SIM's history beyond KORE's 30 days, month by month, from the days that scans have kept."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.blocks.charts import Chart, chart_parts
from bot.blocks.format import MRKDWN, NOTICE, Formatter, count, grouped, utc
from bot.blocks.ids import MOST_DAYS
from bot.blocks.kit import clean, context, section
from bot.blocks.report_text import mark, traffic_text
from bot.blocks.screen import Part, Screen, screen
from bot.blocks.tables import Cell, Number, Row, Table, table_parts
from bot.diagnosis.fields import device, network_of
from bot.digests.days import Day, date_of, day_number
from bot.kore.models import DataSession
from bot.sessions.redaction import WITHHELD
from bot.sessions.report import SessionReport
from bot.sims.names import quoted

LONGEST = 30


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
        return fmt.strong(f"The sessions of {name} could not be read") + mark(report)
    if not sessions:
        return fmt.strong(f"{name} had no session in the {days_text(days)}") + mark(report)
    claim = fmt.strong(f"{name} had {count(len(sessions), 'session')} in the {days_text(days)}")
    return f"{claim}{mark(report)} — {_in_brief(sessions)}"


def empty_text(report: SessionReport, days: int) -> str:
    """Say what an empty history means, and what it does not."""
    if report.sessions is None:
        return "KORE told us of the SIM, but not of its sessions: ask again in a minute."
    if report.sessions:
        return (
            f"Its newest session ended before that: ask for more than {days} days, up to {LONGEST}."
        )
    return (
        f"KORE keeps sessions for {LONGEST} days, so this is not the same as never. Check that the "
        "SIM is active and the device has power, the right APN and data roaming on."
    )


def _in_brief(sessions: Sequence[DataSession]) -> str:
    networks = {network for session in sessions if (network := network_of(session))}
    imeis = {imei for session in sessions if (imei := device(session.imei))}
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
    withheld = any(session.imei == WITHHELD for session in sessions)
    return f"IMEI {WITHHELD if withheld else 'not reported'}"


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
    "Month",
    "Sessions",
    "Days known",
    "Days with a session",
    "Hours connected",
    "Packets up",
    "Packets down",
    "Most networks a day",
    "Worst seen",
)
_MONTHS = 20
_ABOUT = (
    "One row a month, days in UTC. KORE keeps sessions for 30 days; older days are what digests "
    "saw of this SIM. A day that none of them covered is unknown, not empty"
)

Days = Mapping[int, Day]


@dataclass(frozen=True, slots=True)
class Month:
    """The known days of one month, added up; packets are None where none of them tells."""

    name: str
    days: tuple[Day, ...]

    @property
    def sessions(self) -> int:
        """Sessions that started in it."""
        return sum(day.sessions for day in self.days)

    @property
    def active(self) -> int:
        """Days on which it was connected."""
        return sum(bool(day.sessions or day.minutes) for day in self.days)

    @property
    def hours(self) -> int:
        """Hours connected."""
        return round(sum(day.minutes for day in self.days) / 60)

    @property
    def up(self) -> int | None:
        """Packets up."""
        return total(day.up for day in self.days)

    @property
    def down(self) -> int | None:
        """Packets down."""
        return total(day.down for day in self.days)


def reach(days: Days, now: datetime) -> int:
    """Return how many days back the first known one is, today included; 0 where none is known."""
    return day_number(now) - min(days) + 1 if days else 0


def beyond_fault(report: SessionReport, days: Days, asked: int) -> str | None:
    """Say what is wrong with asking for so many days; None where that many are known."""
    known, name = reach(days, report.made_at), clean(report.sim.name)
    if asked <= max(known, LONGEST):
        return None
    if known <= LONGEST:
        return (
            f"I know nothing of {name} from before KORE's {LONGEST} days: older days are kept once "
            f"a digest covers the SIM. Give a whole number from 1 to {LONGEST}."
        )
    first = date_of(min(days))
    return (
        f"I know {name} since {day_text(first)}, which is {known} days: ask for 1 to {known} days."
    )


def known_line(report: SessionReport, days: Days) -> str | None:
    """Say under a history that there is more; None where there is not."""
    known = reach(days, report.made_at)
    if known <= LONGEST:
        return None
    command = MRKDWN.code(f"/simsessions history {clean(report.sim.name)} {known}")
    return f"{count(len(days), 'day')} known since {day_text(date_of(min(days)))}: {command}"


def beyond_screen(report: SessionReport, days: Days, asked: int) -> Screen:
    """Draw the known ones of the last `asked` days, month by month."""
    today = day_number(report.made_at)
    known = {number: day for number, day in days.items() if number > today - asked}
    months = months_of(known)
    table = Table(
        "Months, newest first", _HEADER, tuple(map(_row, reversed(months))), kept_columns=5
    )
    parts: list[Part] = [
        section(_headline(report, known, asked, MRKDWN)),
        *([*chart_parts(_charts(months)), *table_parts(table)] if months else []),
        context(_ABOUT),
    ]
    return screen(_headline(report, known, asked, NOTICE), parts)


def months_of(days: Days) -> list[Month]:
    """Group days by month, oldest first."""
    found: dict[str, list[Day]] = {}
    for number in sorted(days):
        found.setdefault(f"{date_of(number):%b %Y}", []).append(days[number])
    return [Month(name, tuple(those)) for name, those in found.items()]


def total(counts: Iterable[int | None]) -> int | None:
    """Add up what is known; None where nothing is."""
    known = [each for each in counts if each is not None]
    return sum(known) if known else None


def day_text(day: date) -> str:
    """Name a day: `3 Aug 2026`."""
    return f"{day.day} {day:%b %Y}"


def _headline(report: SessionReport, days: Days, asked: int, fmt: Formatter) -> str:
    name = fmt.data(report.sim.name)
    every = Month("", tuple(days.values()))
    claim = fmt.strong(f"{name} had {count(every.sessions, 'session')} in {count(asked, 'day')}")
    known = "all of them known" if len(days) == asked else f"{grouped(len(days))} of them known"
    return f"{claim}, {known} — {traffic_text(every.up, every.down)}"


def _charts(months: Sequence[Month]) -> list[Chart]:
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


def _row(month: Month) -> Row:
    worst = max((day.worst for day in month.days if day.worst), default=None)
    return (
        month.name,
        _number(month.sessions),
        _number(len(month.days)),
        _number(month.active),
        _number(month.hours),
        _number(month.up),
        _number(month.down),
        _number(max(day.networks for day in month.days)),
        worst.word if worst else "nothing",
    )


def _number(number: int | None) -> Cell:
    return "unknown" if number is None else Number(number, grouped(number))
