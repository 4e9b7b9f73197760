"""A SIM whose story took a turn: what was told up to then stands still, what follows is live."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zlib import crc32

from bot.sandbox.kore_api.answers import Row, Value
from bot.sandbox.kore_api.card import Card, stamp
from bot.sandbox.kore_api.networks import BY_CODES, T_MOBILE, Network
from bot.sandbox.kore_api.numbers import sid
from bot.sandbox.kore_api.records import SimRecord
from bot.sandbox.kore_api.usage import moment_of

FIRST_PACKETS = (12, 15)
PACKETS_A_MINUTE = (4, 5)
SERIALS = 1_000_000
LEAST_STALLED = timedelta(hours=1)
GHOST = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Spell:
    """One session since the turn; its counters grow until it ends or stalls."""

    start: datetime
    network: Network
    imei: str | None
    end: datetime | None = None
    stalled: datetime | None = None

    def told(self, template: Row, now: datetime) -> Row:
        """Give its row as of now."""
        seen = self.end or self.stalled or max(now, self.start)
        minutes = int((seen - self.start) / timedelta(minutes=1))
        cell = self.network.cells[0]
        up, down = (
            first + more * minutes
            for first, more in zip(FIRST_PACKETS, PACKETS_A_MINUTE, strict=True)
        )
        return template | {
            "sid": sid("WN", f"{template['sim_sid']} {stamp(self.start)}"),
            "operator_mcc": self.network.mcc,
            "operator_mnc": self.network.mnc,
            "operator_country": self.network.country,
            "operator_name": self.network.name,
            "cell_id": self.network.cell_id(cell),
            "cell_location_estimate": {"lat": cell.lat, "lon": cell.lon},
            "packets_uploaded": up,
            "packets_downloaded": down,
            "last_updated": stamp(seen),
            "start": stamp(self.start),
            "end": stamp(self.end),
            "imei": self.imei,
        }


class LiveSim:
    """A record that goes on from another; every act happens at a moment later than the last."""

    def __init__(self, told: SimRecord, at: datetime) -> None:
        self.registration_code = told.registration_code
        self.bytes_per_day = told.bytes_per_day
        self._told = told
        self._at = at - timedelta(seconds=1)
        self._before = list(told.sessions(at))
        self._changes: Row = {}
        self._spells: list[Spell] = []
        self._template = self._before[0] if self._before else self._first_row(at)

    def sim(self, now: datetime) -> Row:
        """Give the SIM."""
        return self._told.sim(now) | self._changes

    def sessions(self, now: datetime) -> list[Row]:
        """Give its data sessions, newest first."""
        spells = (spell.told(self._template, now) for spell in reversed(self._spells))
        return [*spells, *self._before]

    @property
    def network(self) -> Network:
        """Where it is, or was last."""
        if self._spells:
            return self._spells[-1].network
        codes = (str(self._template["operator_mcc"]), str(self._template["operator_mnc"]))
        return BY_CODES.get(codes, T_MOBILE)

    @property
    def imei(self) -> str | None:
        """The device that it sits in, or sat in last."""
        if self._spells:
            return self._spells[-1].imei
        rows = self._before or [self._template]
        known = (str(row["imei"]) for row in rows if row.get("imei"))
        return next(known, None)

    def connect(self, at: datetime, network: Network, imei: str | None) -> None:
        """Begin a session; whatever was open ends."""
        at = self._after(at)
        self._end(at)
        self._spells.append(Spell(at, network, imei))

    def disconnect(self, at: datetime) -> None:
        """End what is open; a session that had stalled ended when it was last heard of."""
        self._end(self._after(at))

    def stall(self, at: datetime, since: datetime) -> None:
        """Leave a session open that has not been heard of; what began since then is forgotten."""
        network, imei, start = self.network, self.imei, since - LEAST_STALLED
        self._spells = [spell for spell in self._spells if spell.start <= start]
        self._before = [row for row in self._before if not _begins_after(row, start)]
        if self._spells and self._spells[-1].end is None:
            self._spells[-1] = replace(self._spells[-1], stalled=since)
        elif not self._spells and any(map(_is_open, self._before)):
            heard = {"last_updated": stamp(since)}
            self._before = [row | heard if _is_open(row) else row for row in self._before]
        else:
            self._spells.append(Spell(start, network, imei, stalled=since))
        self._after(at)

    def change(self, at: datetime, **fields: Value) -> None:
        """Change fields of the SIM itself."""
        self._changes |= fields | {"date_updated": stamp(self._after(at))}

    def _after(self, at: datetime) -> datetime:
        """Give a moment that no earlier act has: sessions are told apart by their starts."""
        self._at = max(at.replace(microsecond=0), self._at + timedelta(seconds=1))
        return self._at

    def _end(self, at: datetime) -> None:
        if self._spells:
            last = self._spells[-1]
            self._spells[-1] = replace(last, end=last.end or last.stalled or at)
        self._before = [_closed(row, at) if _is_open(row) else row for row in self._before]

    def _first_row(self, at: datetime) -> Row:
        """Give what the sessions of a SIM look like that has had none."""
        sim = self._told.sim(at)
        serial = crc32(sim["sid"].encode()) % SERIALS
        return Card(str(sim.get("unique_name")), serial, known_sid=sim["sid"]).session(at, None)


def _closed(row: Row, at: datetime) -> Row:
    heard = moment_of(row.get("last_updated"))
    end = stamp(heard if heard and at - heard > GHOST else at)
    return row | {"end": end, "last_updated": end}


def _is_open(row: Row) -> bool:
    return row.get("end") is None


def _begins_after(row: Row, moment: datetime) -> bool:
    start = moment_of(row.get("start"))
    return start is not None and start > moment
