"""How much of the time a SIM was connected, as far as its sessions tell. Pure.

An open session counts until now where the SIM is online, else until it was last updated.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from bot.diagnosis.evidence import State
from bot.kore.models import DataSession
from bot.sessions.report import SessionReport

HOUR = timedelta(hours=1)
HOURS = 24
WINDOW = timedelta(days=30)


class Stretch(NamedTuple):
    """A time without a break in it."""

    start: datetime
    end: datetime

    def within(self, begin: datetime, end: datetime) -> timedelta:
        """Return how much of it lies between two moments."""
        return max(timedelta(0), min(self.end, end) - max(self.start, begin))


@dataclass(frozen=True, slots=True)
class Uptime:
    """The share of the window that the SIM was connected, and its longest time away in it.

    The window is 30 days, or the SIM's own age.
    """

    share: float
    longest_gap: timedelta


def uptime_of(report: SessionReport) -> Uptime | None:
    """Return the uptime over the window; None without sessions that tell."""
    connected, now = _connected(report), report.made_at
    if not connected:
        return None
    begin = max(now - WINDOW, report.sim.date_created or now - WINDOW)
    begin = min(begin, connected[0].start)
    up = sum((each.within(begin, now) for each in connected), timedelta(0))
    ends = [*connected, Stretch(now, now)]
    gaps = (max(timedelta(0), after.start - before.end) for before, after in pairwise(ends))
    return Uptime(up / max(now - begin, timedelta(seconds=1)), max(gaps))


def hours_of(report: SessionReport) -> list[int] | None:
    """Return for each of the last 24 hours, the oldest first, how busy it was.

    0 is not connected, 1 connected, and each session beyond the first that began in it one more.
    None where that is not known.
    """
    if report.sessions is None:
        return None
    connected, first = _connected(report), report.made_at - HOURS * HOUR
    starts = [session.start for session in report.sessions if session.start]
    return [_busy(connected, starts, first + hour * HOUR) for hour in range(HOURS)]


def _busy(connected: Sequence[Stretch], starts: Sequence[datetime], begin: datetime) -> int:
    end = begin + HOUR
    begun = sum(begin <= start < end for start in starts)
    return begun or int(any(each.within(begin, end) for each in connected))


def _connected(report: SessionReport) -> list[Stretch]:
    """Return the times in which the SIM was connected, the oldest first, none overlapping."""
    found: list[Stretch] = []
    spans = (_span(each, report) for each in report.sessions or ())
    for span in sorted(span for span in spans if span):
        if found and span.start <= found[-1].end:
            found[-1] = Stretch(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found


def _span(session: DataSession, report: SessionReport) -> Stretch | None:
    start, now = session.start, report.made_at
    if start is None or start > now:
        return None
    is_alive = report.state is State.ONLINE and session is report.last_session
    end = session.end or (now if is_alive else session.last_updated) or start
    return Stretch(start, min(max(start, end), now))
