"""What was learnt of SIMs by looking them up: their names, ICCIDs and IMEIs. Bounded."""

from collections.abc import Iterable
from datetime import UTC, datetime

from cachetools import LRUCache

from bot.kore.models import DataSession, Sim
from bot.sims.errors import Candidate
from bot.sims.names import key
from bot.sims.numbers import device_of, digits_of

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_SIMS_OF_A_DEVICE = 8


class SeenSims:
    """An index of what passed by, the longest unused forgotten first.

    What it says may be out of date (a SIM renamed, a device with another SIM by now): whoever asks
    it looks again at KORE's answer.
    """

    def __init__(self, *, sims: int = 10_000, devices: int = 20_000) -> None:
        self._named: LRUCache[str, str] = LRUCache(sims)
        self._numbered: LRUCache[str, str] = LRUCache(sims)
        self._sims_in: LRUCache[str, dict[Candidate, datetime]] = LRUCache(devices)

    def note(self, sim: Sim, sessions: Iterable[DataSession] = ()) -> None:
        """Remember the SIM's unique name and ICCID, and each device that it was seen in."""
        if sim.unique_name:
            self._named[key(sim.unique_name)] = sim.sid
        if iccid := digits_of(sim.iccid or ""):
            self._numbered[iccid] = sim.sid
        if devices := _devices(sessions):
            candidate = Candidate(sim.sid, sim.name, sim.iccid, sim.status)
            for device, last_seen in devices.items():
                self._note_device(device, candidate, last_seen)

    def sid_of_unique_name(self, name: str) -> str | None:
        """Give the SID of the SIM that had this unique name, whatever its case."""
        sid: str | None = self._named.get(key(name))
        return sid

    def sid_of_iccid(self, digits: str) -> str | None:
        """Give the SID of the SIM that had this ICCID."""
        sid: str | None = self._numbered.get(digits)
        return sid

    def sims_in(self, imei: str) -> tuple[Candidate, ...]:
        """Give the SIMs seen in the device that has this IMEI or IMEISV, the latest first."""
        seen = self._sims_in.get(device_of(imei) or "", {})
        return tuple(sorted(seen, key=lambda sim: seen[sim], reverse=True))

    def _note_device(self, device: str, candidate: Candidate, last_seen: datetime) -> None:
        others = self._sims_in.get(device, {}).items()
        seen = {sim: at for sim, at in others if sim.sid != candidate.sid} | {candidate: last_seen}
        latest = sorted(seen.items(), key=lambda pair: pair[1])[-_SIMS_OF_A_DEVICE:]
        self._sims_in[device] = dict(latest)


def _devices(sessions: Iterable[DataSession]) -> dict[str, datetime]:
    """Give each device in the sessions and when it was last seen."""
    devices: dict[str, datetime] = {}
    for imei, last_seen in _imeis(sessions).items():
        if device := device_of(imei):
            devices[device] = max(devices.get(device, _LONG_AGO), last_seen)
    return devices


def _imeis(sessions: Iterable[DataSession]) -> dict[str | None, datetime]:
    """Give each IMEI as it came: there are hundreds of sessions, and but one or two of these."""
    imeis: dict[str | None, datetime] = {}
    for session in sessions:
        last_seen = session.end or session.last_updated or session.start or _LONG_AGO
        if last_seen >= imeis.get(session.imei, _LONG_AGO):
            imeis[session.imei] = last_seen
    return imeis
