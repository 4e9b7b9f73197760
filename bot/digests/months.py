"""Days packed by the month, 14 bytes each, as they lie in the store. Pure.

A month's row holds its days from the first on; what is cut off at its end is unknown. A day is
final once no scan can learn more of it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from struct import Struct

from bot.diagnosis.rule import Severity
from bot.diagnosis.state import State
from bot.digests.days import WINDOW_DAYS, Day, date_of, day_number

FINAL_AFTER = 2
"""Days: a session that ended late is told by then."""
_MONTHS = 12
# what is known, networks, sessions, minutes, packets up and down (one more than told; 0: unknown)
_PACKED = Struct("<BBHHII")
_STATES = (None, *State)  # stored by place: a new one goes to the end
_STATE, _WORST, _WORST_AT, _TOLD, _FINAL = 0x0F, 0x30, 4, 0x40, 0x80
_BYTE, _SHORT, _LONG = 0xFF, 0xFFFF, 0xFFFF_FFFE

Packed = Mapping[int, bytes]
"""A SIM's months by number."""


@lru_cache(maxsize=4096)
def month_of(number: int) -> int:
    """Give the month of a day's number: months since the year 0."""
    day = date_of(number)
    return day.year * _MONTHS + day.month - 1


@lru_cache(maxsize=256)
def first_day(month: int) -> int:
    """Give the number of a month's first day."""
    return day_number(date(month // _MONTHS, month % _MONTHS + 1, 1))


def to_learn_from(packed: Packed, today: int, made: int | None = None) -> int:
    """Give the first day of KORE's window that is not final; `made` is the SIM's own first day."""
    first = max(today - WINDOW_DAYS, made or 0)
    final = (n for n in range(today - 1, first - 1, -1) if _flags(packed, n) & _FINAL)
    return min(next(final, first - 1) + 1, today) if packed else min(first, today)


def learnt(packed: Packed, days: Mapping[int, Day], today: int) -> dict[int, bytes]:
    """Give the months that `days` change; what was seen of a day's state before stays."""
    changed: dict[int, bytearray] = {}
    for number, day in days.items():
        month = month_of(number)
        if month not in changed:
            changed[month] = bytearray(packed.get(month, b""))
        at = (number - first_day(month)) * _PACKED.size
        room = changed[month]
        room.extend(bytes(max(0, at + _PACKED.size - len(room))))
        seen = room[at] & (_STATE | _WORST) if day.state is None else 0
        _PACKED.pack_into(room, at, *_numbers(day, seen, is_final=number + FINAL_AFTER <= today))
    return {month: bytes(room) for month, room in changed.items()}


def unpacked(packed: Packed) -> dict[int, Day]:
    """Give the known days by number, the oldest first."""
    return {
        first_day(month) + at: day
        for month in sorted(packed)
        for at, day in enumerate(_days(packed[month]))
        if day
    }


def _flags(packed: Packed, number: int) -> int:
    month = month_of(number)
    room, at = packed.get(month, b""), (number - first_day(month)) * _PACKED.size
    return room[at] if at < len(room) else 0


def _numbers(day: Day, seen: int, *, is_final: bool) -> tuple[int, ...]:
    flags = seen or _STATES.index(day.state) | (day.worst or 0) << _WORST_AT
    return (
        flags | _TOLD | (_FINAL if is_final else 0),
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
    if not flags & _TOLD:
        return None
    state, worst = flags & _STATE, (flags & _WORST) >> _WORST_AT
    day = Day(sessions, minutes, up - 1 if up else None, down - 1 if down else None, networks)
    known = _STATES[state] if state < len(_STATES) else None
    return replace(day, state=known, worst=Severity(worst) if worst else None)
