"""When the SIM moved to another device or another country, as far as its sessions tell."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from bot.diagnosis.reading import country, device
from bot.kore.models import DataSession
from bot.pictures.window import Window

SERIAL_DIGITS = 6


class Kind(StrEnum):
    """What changed."""

    DEVICE = "IMEI change"
    COUNTRY = "country change"


@dataclass(frozen=True, slots=True)
class Change:
    """At `moment` something became what `label` says: a country, the serial part of an IMEI."""

    kind: Kind
    moment: datetime
    label: str


def changes_of(sessions: Iterable[DataSession], window: Window) -> tuple[Change, ...]:
    """Give the changes inside the window, by kind and then oldest first; unknown is no change.

    `sessions` are oldest first; those from before the window tell what it was before.
    """
    rows = tuple(sessions)
    told = (*_moves(rows, Kind.DEVICE, _device), *_moves(rows, Kind.COUNTRY, _country))
    return tuple(change for change in told if window.begin <= change.moment <= window.now)


def _moves(
    sessions: Iterable[DataSession], kind: Kind, read: Callable[[DataSession], str | None]
) -> Iterator[Change]:
    known = [(s.start, value) for s in sessions if s.start and (value := read(s))]
    for (_, before), (moment, after) in pairwise(known):
        if before != after:
            yield Change(kind, moment, after if kind is Kind.COUNTRY else _serial(after))


def _device(session: DataSession) -> str | None:
    return device(session.imei)


def _country(session: DataSession) -> str | None:
    return country(session.operator_country)


def _serial(name: str) -> str:
    """Give the digits that tell one device from others of its model."""
    return f"…{name[-SERIAL_DIGITS:]}"
