"""Gives a SIM's story a turn while the stand-in runs: it recovers, falls silent, goes abroad.

    kore.turns.recover("pump-7")
    kore.turns.go_silent("gateway-3")
    await kore.turns.play("truck-42", (0, "go_silent"), (120, "recover"))

What the SIM did before stays as it was told at that moment; `undo` gives the story back.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zlib import crc32

from bot.clock import Clock
from bot.emulators.kore.account import Account
from bot.emulators.kore.cards import (
    BY_CODES,
    T_MOBILE,
    TELCEL,
    TELEKOM_DE,
    Card,
    Network,
    imei,
    sid,
    stamp,
)
from bot.emulators.kore.http import Row, Value
from bot.emulators.kore.records import SimRecord
from bot.emulators.kore.usage import moment_of

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
        """Return its row as of now."""
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


class ScriptedSim:
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
        """Return the SIM."""
        return self._told.sim(now) | self._changes

    def sessions(self, now: datetime) -> list[Row]:
        """Return its data sessions, newest first."""
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
        """Return a moment that no earlier act has: sessions are told apart by their starts."""
        self._at = max(at.replace(microsecond=0), self._at + timedelta(seconds=1))
        return self._at

    def _end(self, at: datetime) -> None:
        if self._spells:
            last = self._spells[-1]
            self._spells[-1] = replace(last, end=last.end or last.stalled or at)
        self._before = [_closed(row, at) if _is_open(row) else row for row in self._before]

    def _first_row(self, at: datetime) -> Row:
        """Return what the sessions of a SIM look like that has had none."""
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


STALLED_FOR = timedelta(hours=2)
ABROAD = {"USA": TELCEL, "MEX": TELEKOM_DE, "DEU": T_MOBILE}
BLINK = ((0, "go_silent"), (120, "recover"))
TITLES = {
    "recover": "Recover: a new session, now",
    "go_silent": "Fall silent: the session ends",
    "stall": "Stall: open, not heard of for 2 h",
    "go_abroad": "Go to another country",
    "swap_device": "Sit in another device",
    "suspend": "Be suspended",
    "activate": "Be made active",
    "blink": "Fall silent, and be back in 2 min",
    "undo": "Its own story again",
}
_ANOTHER_SERIAL = 987_654


class ScenarioEvents:
    """SIMs are named by SID or unique name; KeyError says that there is none of that name."""

    def __init__(self, account: Account, clock: Clock, forget: Callable[[], None]) -> None:
        self._account = account
        self._clock = clock
        self._forget = forget
        self._live: dict[str, ScriptedSim] = {}
        self._playing: set[asyncio.Task[None]] = set()
        self._acts: dict[str, Callable[[str], None]] = {
            "recover": self.recover,
            "go_silent": self.go_silent,
            "stall": self.stall,
            "go_abroad": self.go_abroad,
            "swap_device": self.swap_device,
            "suspend": lambda name: self.set_status(name, "suspended"),
            "activate": lambda name: self.set_status(name, "active"),
            "blink": lambda name: self.begin(name, *BLINK),
            "undo": self.undo,
        }

    def titles(self) -> list[dict[str, str]]:
        """Name all that can happen to a SIM, and say it in words."""
        return [{"act": act, "title": TITLES[act]} for act in self._acts]

    def act(self, name: str, act: str) -> None:
        """Have something happen to a SIM. Raises KeyError."""
        self._acts[act](name)

    def recover(self, name: str) -> None:
        """Begin a new session where the SIM was last; it stays open, and its counters grow."""
        live = self._of(name)
        live.connect(self._clock.now(), live.network, live.imei)
        self._forget()

    def go_silent(self, name: str) -> None:
        """End the open session; no other follows."""
        self._of(name).disconnect(self._clock.now())
        self._forget()

    def stall(self, name: str, since: timedelta = STALLED_FOR) -> None:
        """Leave a session open that has not been heard of for so long."""
        now = self._clock.now()
        self._of(name).stall(now, (now - since).replace(microsecond=0))
        self._forget()

    def go_abroad(self, name: str, network: Network | None = None) -> None:
        """Begin a session in another country, or on the network named."""
        live = self._of(name)
        there = network or ABROAD.get(live.network.country, T_MOBILE)
        live.connect(self._clock.now(), there, live.imei)
        self._forget()

    def swap_device(self, name: str, to: str | None = None) -> None:
        """Begin a session from another device, or from the one of this IMEI."""
        live = self._of(name)
        other = imei(_ANOTHER_SERIAL)
        live.connect(self._clock.now(), live.network, to or other)
        self._forget()

    def set_status(self, name: str, status: str) -> None:
        """Change the SIM's status; whatever is neither active nor ready is off the network."""
        live, now = self._of(name), self._clock.now()
        if status not in {"active", "ready"}:
            live.disconnect(now)
        live.change(now, status=status)
        self._forget()

    def undo(self, name: str) -> None:
        """Tell the SIM's own story again."""
        sid = self._sid(name)
        self._live.pop(sid, None)
        self._account.turn(sid, None)
        self._forget()

    async def play(self, name: str, *steps: tuple[float, str]) -> None:
        """Have one thing after another happen; each step is the seconds before it, and the act."""
        for seconds, act in steps:
            await self._clock.sleep(seconds)
            self.act(name, act)

    def begin(self, name: str, *steps: tuple[float, str]) -> None:
        """Play in the background. Raises KeyError."""
        self._sid(name)
        task = asyncio.get_running_loop().create_task(self.play(name, *steps))
        self._playing.add(task)
        task.add_done_callback(self._playing.discard)

    async def aclose(self) -> None:
        """End what still plays."""
        for task in self._playing:
            task.cancel()
        await asyncio.gather(*self._playing, return_exceptions=True)

    def _of(self, name: str) -> ScriptedSim:
        sid = self._sid(name)
        if sid not in self._live:
            told = self._account.by_sid(sid)
            if told is None:
                raise KeyError(name)
            self._live[sid] = ScriptedSim(told, self._clock.now().replace(microsecond=0))
            self._account.turn(sid, self._live[sid])
        return self._live[sid]

    def _sid(self, name: str) -> str:
        found = self._account.find(name)
        if found is None:
            raise KeyError(name)
        return str(found.sim(self._clock.now())["sid"])
