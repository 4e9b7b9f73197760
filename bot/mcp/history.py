"""A SIM's history as an agent gets it: its sessions by pages, and the days that scans have kept."""

from dataclasses import dataclass
from datetime import timedelta

from pydantic_core import to_jsonable_python

from bot.blocks.history_months import LONGEST, beyond_fault
from bot.digests.archive import Archive
from bot.digests.days import Day, date_of, day_number
from bot.errors import BadDays
from bot.kore.models import DataSession
from bot.mcp.outputs import DayFields, HistoryOutput
from bot.mcp.pages import Page
from bot.sessions.report import SessionReport, uptime_of


@dataclass(frozen=True, slots=True)
class History:
    """The sessions of a window, newest first, None where they could not be read; and older days."""

    report: SessionReport
    days: int
    sessions: tuple[DataSession, ...] | None
    older: tuple[DayFields, ...]

    def page(self, page: Page) -> HistoryOutput:
        """Return one page of it."""
        report, window = self.report, timedelta(days=min(self.days, LONGEST))
        uptime, known = uptime_of(report, window), self.sessions is not None
        return HistoryOutput(
            query=report.query,
            sid=report.sim.sid,
            name=report.sim.name,
            days=self.days,
            state=report.state,
            sessions=to_jsonable_python([each.model_dump() for each in page.rows])
            if known
            else None,
            total=len(self.sessions or ()) if known else None,
            uptime_percent=round(100 * uptime.share, 1) if uptime else None,
            longest_gap=uptime and to_jsonable_python(uptime.longest_gap),
            older_days=list(self.older) if page.is_first else [],
            as_of=report.as_of,
            stale=report.stale,
            problem=report.problem,
            next_cursor=page.next_cursor,
            redacted=report.redacted,
        )


async def history_of(report: SessionReport, days: int, archive: Archive) -> History:
    """Return the last `days`. Raises BadDays where not so many are known, and then StoreError."""
    first = report.made_at - timedelta(days=days)
    sessions = report.sessions and tuple(
        each
        for each in report.sessions
        if each.end is None or each.end >= first or (each.start and each.start >= first)
    )
    older = await _older(report, days, archive) if days > LONGEST else ()
    return History(report, days, sessions, older)


async def _older(report: SessionReport, days: int, archive: Archive) -> tuple[DayFields, ...]:
    known = await archive.days(report.sim.sid)
    if fault := beyond_fault(report.made_at, known, days, "this SIM"):
        raise BadDays(fault)
    today = day_number(report.made_at)
    wanted = range(today - LONGEST, today - days, -1)
    return tuple(_day(number, known[number]) for number in wanted if number in known)


def _day(number: int, day: Day) -> DayFields:
    return DayFields(
        date=date_of(number).isoformat(),
        sessions=day.sessions,
        minutes_connected=day.minutes,
        packets_uploaded=day.up,
        packets_downloaded=day.down,
        networks=day.networks,
        state=day.state,
    )
