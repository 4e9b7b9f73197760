"""A SIM's history beyond KORE's 30 days, month by month, from the days that scans have kept."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from bot.blocks.format import MRKDWN, NOTICE, Formatter, count, grouped
from bot.blocks.kit import Part, Screen, clean, context, screen, section
from bot.blocks.sim_text import traffic_text
from bot.blocks.tables_and_charts import Cell, Chart, Number, Row, Table, chart_parts, table_parts
from bot.digests.days import Day, date_of, day_number
from bot.sessions.report import SessionReport
from bot.struct import Struct

LONGEST = 30

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


class Month(Struct):
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


def beyond_fault(made_at: datetime, days: Days, asked: int, name: str) -> str | None:
    """Say what is wrong with asking for so many days; None where that many are known."""
    known = reach(days, made_at)
    if asked <= max(known, LONGEST):
        return None
    if known <= LONGEST:
        return (
            f"I know nothing of {name} from before KORE's {LONGEST} days: older days are kept once "
            f"a digest covers the SIM. Give a whole number from 1 to {LONGEST}."
        )
    first = date_of(min(days))
    return f"I have seen {name} since {day_text(first)}, {known} days: ask for 1 to {known} days."


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
