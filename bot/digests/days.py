"""What is kept of a SIM's days: counters by day (UTC) from its sessions. Pure.

KORE forgets a session after 30 days; these are what is left of it. A day that no scan looked at is
unknown, which is not a day without sessions.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from bot.diagnosis.evidence import Evidence
from bot.diagnosis.reading import Network, network_of
from bot.diagnosis.rule import Severity
from bot.diagnosis.state import State
from bot.kore.models import DataSession

WINDOW_DAYS = 29
"""Whole days before today that KORE's 30 days show for certain."""
_DAY = 86_400.0
_MINUTES_A_DAY = 1440
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Day:
    """One day of one SIM. Packets are None where sessions ran and none of them told.

    `sessions` started on that day; `minutes` (at most 1440) it was connected; a session's packets
    are spread evenly over its length. `state` and `worst` are those of the last scan made on that
    day; None where there was none, or nothing was found.
    """

    sessions: int = 0
    minutes: int = 0
    up: int | None = 0
    down: int | None = 0
    networks: int = 0
    state: State | None = None
    worst: Severity | None = None


@dataclass(slots=True)
class _Sums:
    """A day as it is added up."""

    sessions: int = 0
    seconds: float = 0.0
    up: float | None = None
    down: float | None = None
    networks: set[Network] = field(default_factory=set)

    def add(self, session: DataSession, seconds: float, part: float) -> None:
        """Take in that part, 0 to 1, of a session."""
        self.seconds += seconds
        up, down = session.packets_uploaded, session.packets_downloaded
        if up is not None:
            self.up = (self.up or 0.0) + up * part
        if down is not None:
            self.down = (self.down or 0.0) + down * part
        if network := network_of(session):
            self.networks.add(network)

    def day(self) -> Day:
        """Give it, rounded."""
        return Day(
            sessions=self.sessions,
            minutes=min(_MINUTES_A_DAY, round(self.seconds / 60)),
            up=None if self.up is None else round(self.up),
            down=None if self.down is None else round(self.down),
            networks=len(self.networks),
        )


def day_number(moment: datetime | date) -> int:
    """Give the days since 1970, in UTC."""
    day = moment.astimezone(UTC).date() if isinstance(moment, datetime) else moment
    return (day - _EPOCH).days


def date_of(number: int) -> date:
    """Give the date of a day's number."""
    return _EPOCH + timedelta(days=number)


def days_of(evidence: Evidence, first: int) -> dict[int, Day]:
    """Add up each day from the number `first` to today; one without a session is 0 throughout."""
    today, since = day_number(evidence.now), datetime.fromtimestamp(first * _DAY, UTC)
    sums = defaultdict[int, _Sums](_Sums)
    for session, start, stop in zip(
        evidence.in_order, evidence.starts, evidence.stops, strict=True
    ):
        end = stop or start
        if end >= since:
            _spread(session, start.timestamp(), end.timestamp(), sums)
    return {n: sums[n].day() if n in sums else Day() for n in range(first, today + 1)}


def _spread(session: DataSession, start: float, end: float, sums: defaultdict[int, _Sums]) -> None:
    """Add a session to each day that it touches, in seconds since 1970."""
    end = max(start, end)
    first, last = int(start // _DAY), int(end // _DAY)
    sums[first].sessions += 1
    if first == last:
        sums[first].add(session, end - start, 1.0)
        return
    for number in range(first, last + 1):
        seconds = min(end, (number + 1) * _DAY) - max(start, number * _DAY)
        if seconds:
            sums[number].add(session, seconds, seconds / (end - start))
