"""A SIM's days: counters by day (UTC) added up from its sessions, and packed by month. Pure.

KORE forgets a session after 30 days; the counters stay. A day that no scan has covered is unknown,
which is not a day without sessions.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from struct import Struct
from typing import NamedTuple

from bot.diagnosis.evidence import Evidence, State
from bot.diagnosis.fields import Network, network_of
from bot.diagnosis.rhythm import Contact
from bot.diagnosis.rule import Severity
from bot.kore.models import DataSession

WINDOW_DAYS = 29
"""Whole days before today that KORE's 30 days show for certain."""
_DAY = 86_400.0
_MINUTES_A_DAY = 1440
_EPOCH = date(1970, 1, 1)
FINAL_AFTER = 2
"""Days after which no session of a day is still missing."""
_MONTHS = 12
# what is known, networks, sessions, minutes, packets up and down (plus one; 0 is unknown)
_PACKED = Struct("<BBHHII")
_STATES = (None, *State)  # stored by place: a new one goes to the end
_STATE, _WORST, _WORST_AT, _KNOWN, _FINAL = 0x0F, 0x30, 4, 0x40, 0x80
_BYTE, _SHORT, _LONG = 0xFF, 0xFFFF, 0xFFFF_FFFE

PackedMonths = Mapping[int, bytes]
"""A SIM's months by number."""


class Day(NamedTuple):
    """One day of one SIM. Packets are None where sessions ran and none gave a count.

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
class _DayTotals:
    """The totals of a day while it is added up."""

    sessions: int = 0
    seconds: float = 0.0
    up: float | None = None
    down: float | None = None
    networks: set[Network] = field(default_factory=set)

    def add(self, session: DataSession, seconds: float, part: float) -> None:
        """Add that part, 0 to 1, of a session."""
        self.seconds += seconds
        up, down = session.packets_uploaded, session.packets_downloaded
        if up is not None:
            self.up = (self.up or 0.0) + up * part
        if down is not None:
            self.down = (self.down or 0.0) + down * part
        if network := network_of(session):
            self.networks.add(network)

    def day(self) -> Day:
        """Return the rounded day."""
        return Day(
            sessions=self.sessions,
            minutes=min(_MINUTES_A_DAY, round(self.seconds / 60)),
            up=None if self.up is None else round(self.up),
            down=None if self.down is None else round(self.down),
            networks=len(self.networks),
        )


def day_number(moment: datetime | date) -> int:
    """Return the days since 1970, in UTC."""
    day = moment.astimezone(UTC).date() if isinstance(moment, datetime) else moment
    return (day - _EPOCH).days


def date_of(number: int) -> date:
    """Return the date of a day's number."""
    return _EPOCH + timedelta(days=number)


def days_of(evidence: Evidence, first: int) -> dict[int, Day]:
    """Add up each day from the number `first` to today; one without a session is 0 throughout."""
    today, since = day_number(evidence.now), first * _DAY
    sums = defaultdict[int, _DayTotals](_DayTotals)
    pairs = zip(evidence.in_order, evidence.rows, strict=True)
    for session, row in [pair for pair in pairs if pair[1].sign >= since]:
        _spread(session, row.start, row.sign, sums)
    return {n: sums[n].day() if n in sums else Day() for n in range(first, today + 1)}


def _spread(
    session: DataSession, start: float, end: float, sums: defaultdict[int, _DayTotals]
) -> None:
    """Add a session to each day that it touches, in seconds since 1970."""
    first, last = int(start // _DAY), int(end // _DAY)
    sums[first].sessions += 1
    if first == last:
        sums[first].add(session, end - start, 1.0)
        return
    for number in range(first, last + 1):
        seconds = min(end, (number + 1) * _DAY) - max(start, number * _DAY)
        if seconds:
            sums[number].add(session, seconds, seconds / (end - start))


def contacts_of(packed: PackedMonths) -> tuple[Contact, ...]:
    """Return a contact for each start, spread over its day; of a SIM that is mostly on, none.

    Of that one its days do not tell when it was away.
    """
    days = unpack_days(packed)
    if any(day.minutes > _MINUTES_A_DAY / 2 for day in days.values()):
        return ()
    return tuple(
        Contact(at, at + day.minutes * 60 / day.sessions, is_open=False, up=None, down=None)
        for number, day in days.items()
        for place in range(day.sessions)
        if (at := _DAY * (number + (place + 0.5) / day.sessions))
    )


@lru_cache(maxsize=4096)
def month_of(number: int) -> int:
    """Return the month of a day's number: months since the year 0."""
    day = date_of(number)
    return day.year * _MONTHS + day.month - 1


@lru_cache(maxsize=256)
def first_day(month: int) -> int:
    """Return the number of a month's first day."""
    return day_number(date(month // _MONTHS, month % _MONTHS + 1, 1))


def first_open_day(packed: PackedMonths, today: int, made: int | None = None) -> int:
    """Return the first day of KORE's window that is not final; `made`: the SIM's own first day."""
    first = max(today - WINDOW_DAYS, made or 0)
    final = (n for n in range(today - 1, first - 1, -1) if _flags(packed, n) & _FINAL)
    return min(next(final, first - 1) + 1, today) if packed else min(first, today)


def merged_months(packed: PackedMonths, days: Mapping[int, Day], today: int) -> dict[int, bytes]:
    """Return the months that `days` change; a day without a state keeps its stored one."""
    changed: dict[int, bytearray] = {}
    for number, day in days.items():
        month = month_of(number)
        if month not in changed:
            changed[month] = bytearray(packed.get(month, b""))
        at = (number - first_day(month)) * _PACKED.size
        room = changed[month]
        room.extend(bytes(max(0, at + _PACKED.size - len(room))))
        stored = room[at] & (_STATE | _WORST) if day.state is None else 0
        _PACKED.pack_into(room, at, *_numbers(day, stored, is_final=number + FINAL_AFTER <= today))
    months = {month: bytes(room) for month, room in changed.items()}
    return {month: room for month, room in months.items() if room != packed.get(month)}


def unpack_days(packed: PackedMonths) -> dict[int, Day]:
    """Return the known days by number, the oldest first."""
    return {
        first_day(month) + at: day
        for month in sorted(packed)
        for at, day in enumerate(_days(packed[month]))
        if day
    }


def _flags(packed: PackedMonths, number: int) -> int:
    month = month_of(number)
    room, at = packed.get(month, b""), (number - first_day(month)) * _PACKED.size
    return room[at] if at < len(room) else 0


def _numbers(day: Day, stored: int, *, is_final: bool) -> tuple[int, ...]:
    flags = stored or _STATES.index(day.state) | (day.worst or 0) << _WORST_AT
    return (
        flags | _KNOWN | (_FINAL if is_final else 0),
        min(day.networks, _BYTE),
        min(day.sessions, _SHORT),
        day.minutes,
        0 if day.up is None else min(day.up, _LONG) + 1,
        0 if day.down is None else min(day.down, _LONG) + 1,
    )


def _days(room: bytes) -> list[Day | None]:
    whole = len(room) // _PACKED.size * _PACKED.size
    return [_day(*numbers) for numbers in _PACKED.iter_unpack(room[:whole])]


def _day(flags: int, networks: int, sessions: int, minutes: int, up: int, down: int) -> Day | None:  # noqa: PLR0913, PLR0917 -- what is packed
    if not flags & _KNOWN:
        return None
    state, worst = flags & _STATE, (flags & _WORST) >> _WORST_AT
    day = Day(sessions, minutes, up - 1 if up else None, down - 1 if down else None, networks)
    known = _STATES[state] if state < len(_STATES) else None
    return day._replace(state=known, worst=Severity(worst) if worst else None)
