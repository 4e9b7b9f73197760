"""From an identifier to the one SIM it means, or to what to say when there is none or several."""

import logging
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial

from cachetools import LRUCache

from bot.clock import Clock
from bot.errors import Candidate
from bot.kore.cache import Fetched, SingleFlight
from bot.kore.client import KoreClient
from bot.kore.errors import (
    KoreBadAnswer,
    KoreBadRequest,
    KoreNotFound,
    KoreRateLimited,
    KoreUnavailable,
)
from bot.kore.models import DataSession, Sim, read_once
from bot.sims.directory import SimDirectory
from bot.sims.identifier import Identifier, IdentifierKind, name_key
from bot.sims.numbers import device_of, digits_of, other_iccids
from bot.sims.wording import ambiguous, not_found, one_at_a_time

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

    def note(self, sim: Sim, sessions: Sequence[DataSession] = ()) -> None:
        """Remember the SIM's unique name and ICCID, and each device that it was seen in."""
        if sim.unique_name:
            self._named[name_key(sim.unique_name)] = sim.sid
        if iccid := digits_of(sim.iccid or ""):
            self._numbered[iccid] = sim.sid
        if devices := read_once(sessions, _devices):
            candidate = candidate_of(sim)
            for device, last_seen in devices.items():
                self._note_device(device, candidate, last_seen)

    def sid_of_unique_name(self, name: str) -> str | None:
        """Return the SID of the SIM that had this unique name, whatever its case."""
        sid: str | None = self._named.get(name_key(name))
        return sid

    def sid_of_iccid(self, digits: str) -> str | None:
        """Return the SID of the SIM that had this ICCID."""
        sid: str | None = self._numbered.get(digits)
        return sid

    def sims_in(self, imei: str) -> tuple[Candidate, ...]:
        """Return the SIMs seen in the device that has this IMEI or IMEISV, the latest first."""
        seen = self._sims_in.get(device_of(imei) or "", {})
        return tuple(sorted(seen, key=lambda sim: seen[sim], reverse=True))

    def _note_device(self, device: str, candidate: Candidate, last_seen: datetime) -> None:
        others = self._sims_in.get(device, {}).items()
        seen = {sim: at for sim, at in others if sim.sid != candidate.sid} | {candidate: last_seen}
        latest = sorted(seen.items(), key=lambda pair: pair[1])[-_SIMS_OF_A_DEVICE:]
        self._sims_in[device] = dict(latest)


def candidate_of(sim: Sim) -> Candidate:
    """Return a SIM as one that may be meant."""
    return Candidate(sim.sid, sim.name, sim.iccid, sim.status, sim.account, sim.account_label)


def _devices(sessions: Iterable[DataSession]) -> dict[str, datetime]:
    """Return each device in the sessions and when it was last seen."""
    devices: dict[str, datetime] = {}
    for imei, last_seen in _imeis(sessions).items():
        if device := device_of(imei):
            devices[device] = max(devices.get(device, _LONG_AGO), last_seen)
    return devices


def _imeis(sessions: Iterable[DataSession]) -> dict[str | None, datetime]:
    """Return each IMEI as it came: there are hundreds of sessions, and but one or two of these."""
    imeis: dict[str | None, datetime] = {}
    for session in sessions:
        last_seen = session.end or session.last_updated or session.start or _LONG_AGO
        if last_seen >= imeis.get(session.imei, _LONG_AGO):
            imeis[session.imei] = last_seen
    return imeis


_BETWEEN_NAMES = re.compile(r"[\s,;]+")
_MOST_NAMES = 20  # each is looked for in the whole list while the loop waits


def sims_by_words(
    text: str, exact: Callable[[str], tuple[Candidate, ...]]
) -> tuple[Candidate, ...]:
    """Return the SIMs, each once, where every word is one SIM's name and they are not all the same.

    `exact` gives the SIMs of a name. Anything else gives none.
    """
    words = _BETWEEN_NAMES.split(text)
    named: dict[str, Candidate] = {}
    for word in words if len(words) <= _MOST_NAMES else ():
        hits = exact(word)
        if len(hits) != 1:
            return ()
        named[hits[0].sid] = hits[0]
    return tuple(named.values()) if len(named) > 1 else ()


OFFERED = 5
_PASSING = (KoreUnavailable, KoreRateLimited, KoreBadAnswer)
_ROWS_READ = 20
log = logging.getLogger(__name__)


class SimResolver:
    """Finds the SIM. `patience` is how many seconds a first list of SIMs is waited for.

    A SID is asked for directly; an ICCID by KORE's filter; an IMEI among the sessions seen so far;
    a name as a unique name, then as a friendly name in the directory.
    """

    def __init__(
        self, kore: KoreClient, directory: SimDirectory, clock: Clock, *, patience: float = 2.0
    ) -> None:
        self._kore = kore
        self._directory = directory
        self._clock = clock
        self._seen = SeenSims()
        self._patience = patience
        self._filtering: SingleFlight[Fetched[Sim] | None] = SingleFlight()

    def known_sid(self, identifier: Identifier) -> str | None:
        """Return the SID where it is known without asking anybody.

        What it rests on can be out of date: `resolve` has the last word.
        """
        kind, value = identifier.kind, identifier.value
        if kind is IdentifierKind.SID:
            return value
        if kind in {IdentifierKind.ICCID, IdentifierKind.EID}:
            seen = self._seen.sid_of_iccid(value)
            if sid := seen or self._directory.sid_of_number(kind, value):
                return sid
        if kind is IdentifierKind.IMEI and (sims := self._seen.sims_in(value)):
            return sims[0].sid if len(sims) == 1 else None
        return next(filter(None, map(self._sid_of_name, identifier.spellings)), None)

    def note(self, sim: Sim, sessions: Sequence[DataSession] = ()) -> None:
        """Remember the SIM's names, and the IMEIs of its sessions. Bounded."""
        self._seen.note(sim, sessions)

    async def resolve(self, identifier: Identifier, *, fresh: bool = False) -> Fetched[Sim]:
        """Return the SIM as KORE has it. Raises SimNotFound, SimAmbiguous and KoreErrors."""
        found = await self._known(identifier, fresh=fresh)
        found = found or await self._asked_or_listed(identifier, fresh=fresh)
        if found is None:
            if sims := sims_by_words(identifier.value, self._directory.exact):
                raise one_at_a_time(identifier, sims, OFFERED)
            near = await self._directory.near(identifier, OFFERED)
            raise not_found(identifier, near, self._directory.listed)
        self.note(found.value)
        return found

    async def _known(self, identifier: Identifier, *, fresh: bool) -> Fetched[Sim] | None:
        """Read the SIM by the SID that is known, and make sure that it is still the one."""
        sims = (
            self._seen.sims_in(identifier.value) if identifier.kind is IdentifierKind.IMEI else ()
        )
        if len(sims) > 1:
            raise ambiguous(identifier, sims, OFFERED)
        sid = self.known_sid(identifier)
        found = await self._read(sid, fresh=fresh) if sid else None
        fits = found and (sims or is_meant(found.value, identifier))
        return found if fits else None

    async def _asked_or_listed(self, identifier: Identifier, *, fresh: bool) -> Fetched[Sim] | None:
        try:
            found = await self._asked(identifier, fresh=fresh)
        except _PASSING:
            if found := await self._listed(identifier, fresh=fresh, patience=0):
                return found
            raise
        return found or await self._listed(identifier, fresh=fresh, patience=self._patience)

    async def _asked(self, identifier: Identifier, *, fresh: bool) -> Fetched[Sim] | None:
        """Ask KORE in every way in which it can be asked."""
        if identifier.kind is IdentifierKind.SID:
            lower = "DE" + identifier.value[2:].lower()
            return await self._read(lower, fresh=fresh) if lower != identifier.value else None
        if identifier.kind is IdentifierKind.ICCID and (
            found := await self._by_iccid(identifier.value)
        ):
            return found
        for spelling in identifier.spellings:
            if found := await self._by_name(spelling, identifier, fresh=fresh):
                return found
        return None

    async def _listed(
        self, identifier: Identifier, *, fresh: bool, patience: float
    ) -> Fetched[Sim] | None:
        """Look the name up in the whole list; half a list may lack the SIM of the same name."""
        if not await self._directory.ready(patience):
            return None
        if identifier.kind is IdentifierKind.EID and (
            found := await self._known(identifier, fresh=fresh)
        ):
            return found
        named = map(self._directory.exact, identifier.spellings)
        hits = next(filter(None, named), ())
        if len(hits) > 1:
            raise ambiguous(identifier, hits, OFFERED)
        found = await self._read(hits[0].sid, fresh=fresh) if hits else None
        names = (found.value.unique_name, found.value.friendly_name) if found else ()
        return found if any(_is_called(name, identifier) for name in names) else None

    async def _by_iccid(self, digits: str) -> Fetched[Sim] | None:
        for iccid in (digits, *other_iccids(digits)):
            found = await self._filtering.join(iccid, partial(self._filtered, iccid))
            if found:
                return found
        return None

    async def _filtered(self, iccid: str) -> Fetched[Sim] | None:
        """Ask for the SIM of an ICCID."""
        as_of = self._clock.now()
        found = await sim_of_iccid(self._kore, iccid)
        return Fetched(found, as_of) if found else None

    async def _by_name(
        self, name: str, identifier: Identifier, *, fresh: bool
    ) -> Fetched[Sim] | None:
        """Fetch by unique name, and make sure that KORE answered the question asked."""
        try:
            found = await self._kore.sim(name, fresh=fresh)
        except (KoreNotFound, KoreBadRequest):
            return None
        return found if is_asked_for(found.value, identifier) else None

    async def _read(self, sid: str, *, fresh: bool) -> Fetched[Sim] | None:
        try:
            return await self._kore.sim(sid, fresh=fresh)
        except KoreNotFound:
            return None

    def _sid_of_name(self, name: str) -> str | None:
        return self._seen.sid_of_unique_name(name) or self._directory.sid_of_unique_name(name)


async def sim_of_iccid(kore: KoreClient, iccid: str) -> Sim | None:
    """Ask for the SIM of an ICCID. A server that does not filter is not read to the end."""
    rows = 0
    async for sim in kore.sims(iccid=iccid):
        if digits_of(sim.iccid or "") == iccid:
            return sim
        rows += 1
        if rows == _ROWS_READ:
            break
    return None


def is_meant(sim: Sim, identifier: Identifier) -> bool:
    """Return whether the SIM has the SID, ICCID or unique name that was asked for."""
    if identifier.value.lower() in {sim.sid.lower(), digits_of(sim.eid or "")}:
        return True
    if identifier.kind is IdentifierKind.ICCID:
        iccids = (identifier.value, *other_iccids(identifier.value))
        if digits_of(sim.iccid or "") in iccids:
            return True
    return _is_called(sim.unique_name, identifier)


def is_asked_for(sim: Sim, identifier: Identifier) -> bool:
    """Return whether a SIM that KORE gave is the one that is meant; another is logged."""
    if is_meant(sim, identifier):
        return True
    whose = {"account": sim.account} if sim.account else {}
    log.warning("kore-answered-another-sim", extra=whose | {"sim_sid": sim.sid})
    return False


def _is_called(name: str | None, identifier: Identifier) -> bool:
    return name_key(name or "") in map(name_key, identifier.spellings)
