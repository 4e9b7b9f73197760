"""Changes SIMs while the stand-in runs: one recovers, falls silent, goes abroad.

    kore.events.recover("pump-7")
    kore.events.go_silent("gateway-3")
    await kore.events.play("truck-42", (0, "go_silent"), (120, "recover"))

What the SIM did before stays as it was at that moment; `undo` gives its own story back.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from zlib import crc32

from bot.clock import Clock
from bot.emulators.kore.account import LIVE, Account, SimRecord
from bot.emulators.kore.cards import (
    BY_CODES,
    T_MOBILE,
    TELCEL,
    TELEKOM_DE,
    Card,
    Network,
    imei,
    moment_of,
    sid,
    stamp,
)
from bot.emulators.kore.http import Row, Value
from bot.struct import Struct, replace

STALLED_FOR = timedelta(hours=2)
ABROAD = {"USA": TELCEL, "MEX": TELEKOM_DE, "DEU": T_MOBILE}
BLINK = ((0, "go_silent"), (120, "recover"))
_ANOTHER_SERIAL = 987_654
FIRST_PACKETS = (12, 15)
PACKETS_A_MINUTE = (4, 5)
SERIALS = 1_000_000
LEAST_STALLED = timedelta(hours=1)


class ScenarioEvents:
    """SIMs are named by SID or unique name; KeyError says that there is none of that name."""

    def __init__(self, account: Account, clock: Clock, forget: Callable[[], None]) -> None:
        self._account = account
        self._clock = clock
        self._forget = forget
        self._scripted: dict[str, ScriptedSim] = {}
        self._playing: set[asyncio.Task[None]] = set()

    def titles(self) -> list[dict[str, str]]:
        """Return the name and the title of each event."""
        return [{"event": event, "title": title} for event, (title, _) in EVENTS.items()]

    def trigger(self, name: str, event: str) -> None:
        """Let an event happen to a SIM. Raises KeyError."""
        _, happen = EVENTS[event]
        happen(self, name)

    def recover(self, name: str) -> None:
        """Start a session where the SIM was last; it stays open, and its counters grow."""
        sim = self._of(name)
        sim.connect(self._clock.now(), sim.network, sim.imei)

    def go_silent(self, name: str) -> None:
        """End the open session; no other follows."""
        self._of(name).disconnect(self._clock.now())

    def stall(self, name: str, since: timedelta = STALLED_FOR) -> None:
        """Leave a session open that has not been updated for so long."""
        now = self._clock.now()
        self._of(name).stall(now, (now - since).replace(microsecond=0))

    def go_abroad(self, name: str, network: Network | None = None) -> None:
        """Begin a session in another country, or on the network named."""
        sim = self._of(name)
        there = network or ABROAD.get(sim.network.country, T_MOBILE)
        sim.connect(self._clock.now(), there, sim.imei)

    def swap_device(self, name: str) -> None:
        """Begin a session from another device."""
        sim = self._of(name)
        sim.connect(self._clock.now(), sim.network, imei(_ANOTHER_SERIAL))

    def set_status(self, name: str, status: str) -> None:
        """Change the SIM's status; whatever is neither active nor ready is off the network."""
        sim, now = self._of(name), self._clock.now()
        if status not in {"active", "ready"}:
            sim.disconnect(now)
        sim.change(now, status=status)

    def undo(self, name: str) -> None:
        """Return to the SIM's own story."""
        sid = self._sid(name)
        self._scripted.pop(sid, None)
        self._account.override(sid, None)
        self._forget()

    async def play(self, name: str, *steps: tuple[float, str]) -> None:
        """Let one event after another happen; each step is the seconds before it, and its name."""
        for seconds, event in steps:
            await self._clock.sleep(seconds)
            self.trigger(name, event)

    def begin(self, name: str, *steps: tuple[float, str]) -> None:
        """Play in the background. Raises KeyError."""
        self._sid(name)
        task = asyncio.get_running_loop().create_task(self.play(name, *steps))
        self._playing.add(task)
        task.add_done_callback(self._playing.discard)

    async def aclose(self) -> None:
        """Cancel what still plays."""
        for task in self._playing:
            task.cancel()
        await asyncio.gather(*self._playing, return_exceptions=True)

    def _of(self, name: str) -> "ScriptedSim":
        """Return the SIM, of which something changes now."""
        self._forget()
        sid = self._sid(name)
        if sid not in self._scripted:
            own = self._account.by_sid(sid)
            if own is None:
                raise KeyError(name)
            self._scripted[sid] = ScriptedSim(own, self._clock.now().replace(microsecond=0))
            self._account.override(sid, self._scripted[sid])
        return self._scripted[sid]

    def _sid(self, name: str) -> str:
        found = self._account.find(name)
        if found is None:
            raise KeyError(name)
        return str(found.sim(self._clock.now())["sid"])


EVENTS: dict[str, tuple[str, Callable[[ScenarioEvents, str], None]]] = {
    "recover": ("Recover: a new session, now", ScenarioEvents.recover),
    "go_silent": ("Fall silent: the session ends", ScenarioEvents.go_silent),
    "stall": ("Stall: open, not updated for 2 h", ScenarioEvents.stall),
    "go_abroad": ("Go to another country", ScenarioEvents.go_abroad),
    "swap_device": ("Sit in another device", ScenarioEvents.swap_device),
    "suspend": ("Be suspended", lambda events, sim: events.set_status(sim, "suspended")),
    "activate": ("Be made active", lambda events, sim: events.set_status(sim, "active")),
    "blink": ("Fall silent, and be back in 2 min", lambda events, sim: events.begin(sim, *BLINK)),
    "undo": ("Its own story again", ScenarioEvents.undo),
}


class ScriptedSim:
    """A record that goes on from another; every event is later than the one before."""

    def __init__(self, own: SimRecord, at: datetime) -> None:
        self.registration_code = own.registration_code
        self.bytes_per_day = own.bytes_per_day
        self._own = own
        self._at = at - timedelta(seconds=1)
        self._before = list(own.sessions(at))
        self._changes: Row = {}
        self._scripted: list[ScriptedSession] = []
        self._template = self._before[0] if self._before else self._first_row(at)
        radios = Counter(row["radio_link"] for row in self._before if row.get("radio_link"))
        if radios:
            self._template = self._template | {"radio_link": radios.most_common(1)[0][0]}

    def sim(self, now: datetime) -> Row:
        """Return the SIM."""
        return self._own.sim(now) | self._changes

    def sessions(self, now: datetime) -> list[Row]:
        """Return its data sessions, newest first."""
        since = (session.row(self._template, now) for session in reversed(self._scripted))
        return [*since, *self._before]

    @property
    def network(self) -> Network:
        """Where it is, or was last."""
        if self._scripted:
            return self._scripted[-1].network
        codes = (str(self._template["operator_mcc"]), str(self._template["operator_mnc"]))
        return BY_CODES.get(codes, T_MOBILE)

    @property
    def imei(self) -> str | None:
        """The device that it sits in, or sat in last."""
        if self._scripted:
            return self._scripted[-1].imei
        rows = self._before or [self._template]
        known = (str(row["imei"]) for row in rows if row.get("imei"))
        return next(known, None)

    def connect(self, at: datetime, network: Network, imei: str | None) -> None:
        """Begin a session; whatever was open ends."""
        at = self._after(at)
        self._end(at)
        self._scripted.append(ScriptedSession(at, network, imei))

    def disconnect(self, at: datetime) -> None:
        """End what is open; a session that had stalled ended when it was last updated."""
        self._end(self._after(at))

    def stall(self, at: datetime, since: datetime) -> None:
        """Leave a session open that is not updated any more; what began since then is dropped."""
        network, imei, start = self.network, self.imei, since - LEAST_STALLED
        self._scripted = [session for session in self._scripted if session.start <= start]
        self._before = [row for row in self._before if not _begins_after(row, start)]
        if self._scripted and self._scripted[-1].end is None:
            self._scripted[-1] = replace(self._scripted[-1], stalled=since)
        elif not self._scripted and any(map(_is_open, self._before)):
            updated = {"last_updated": stamp(since)}
            self._before = [row | updated if _is_open(row) else row for row in self._before]
        else:
            self._scripted.append(ScriptedSession(start, network, imei, stalled=since))
        self._after(at)

    def change(self, at: datetime, **fields: Value) -> None:
        """Change fields of the SIM itself."""
        self._changes |= fields | {"date_updated": stamp(self._after(at))}

    def _after(self, at: datetime) -> datetime:
        """Return a moment that no earlier event has: a session's start makes its SID."""
        self._at = max(at.replace(microsecond=0), self._at + timedelta(seconds=1))
        return self._at

    def _end(self, at: datetime) -> None:
        if self._scripted:
            last = self._scripted[-1]
            self._scripted[-1] = replace(last, end=last.end or last.stalled or at)
        self._before = [_closed(row, at) if _is_open(row) else row for row in self._before]

    def _first_row(self, at: datetime) -> Row:
        """Return what the sessions of a SIM look like that has had none."""
        sim = self._own.sim(at)
        serial = crc32(sim["sid"].encode()) % SERIALS
        return Card(str(sim.get("unique_name")), serial, known_sid=sim["sid"]).session(at, None)


class ScriptedSession(Struct):
    """One session since the first event; its counters grow until it ends or stalls."""

    start: datetime
    network: Network
    imei: str | None
    end: datetime | None = None
    stalled: datetime | None = None

    def row(self, template: Row, now: datetime) -> Row:
        """Return its row as of now."""
        updated = self.end or self.stalled or max(now, self.start)
        minutes = int((updated - self.start) / timedelta(minutes=1))
        up, down = (
            first + more * minutes
            for first, more in zip(FIRST_PACKETS, PACKETS_A_MINUTE, strict=True)
        )
        return template | {
            "sid": sid("WN", f"{template['sim_sid']} {stamp(self.start)}"),
            **self.network.at(self.network.cells[0]),
            "packets_uploaded": up,
            "packets_downloaded": down,
            "last_updated": stamp(updated),
            "start": stamp(self.start),
            "end": stamp(self.end),
            "imei": self.imei,
        }


def _closed(row: Row, at: datetime) -> Row:
    updated = moment_of(row.get("last_updated"))
    end = stamp(updated if updated and at - updated > LIVE else at)
    return row | {"end": end, "last_updated": end}


def _is_open(row: Row) -> bool:
    return row.get("end") is None


def _begins_after(row: Row, moment: datetime) -> bool:
    start = moment_of(row.get("start"))
    return start is not None and start > moment
