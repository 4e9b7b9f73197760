"""From an identifier to the one SIM it means, or to what to say when there is none or several."""

import logging
from collections.abc import Iterable
from functools import partial

from bot.clock import Clock
from bot.kore.client import KoreClient
from bot.kore.errors import (
    KoreBadAnswer,
    KoreBadRequest,
    KoreNotFound,
    KoreRateLimited,
    KoreUnavailable,
)
from bot.kore.fetched import Fetched
from bot.kore.flight import SingleFlight
from bot.kore.models import DataSession, Sim
from bot.sims.directory import SimDirectory
from bot.sims.errors import Candidate
from bot.sims.identifier import Identifier, Kind
from bot.sims.names import key
from bot.sims.numbers import digits_of, other_iccids
from bot.sims.seen import SeenSims
from bot.sims.several import several
from bot.sims.wording import ambiguous, not_found, one_at_a_time

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
        self,
        kore: KoreClient,
        directory: SimDirectory,
        clock: Clock,
        *,
        seen: SeenSims | None = None,
        patience: float = 2.0,
    ) -> None:
        self._kore = kore
        self._directory = directory
        self._clock = clock
        self._seen = seen or SeenSims()
        self._patience = patience
        self._filtering: SingleFlight[Fetched[Sim] | None] = SingleFlight()

    def known_sid(self, identifier: Identifier) -> str | None:
        """Give the SID where it is known without asking anybody.

        What it rests on can be out of date: `resolve` has the last word.
        """
        if identifier.kind is Kind.SID:
            return identifier.value
        if identifier.kind is Kind.ICCID and (sid := self._sid_of_iccid(identifier.value)):
            return sid
        if identifier.kind is Kind.IMEI and (sims := self._seen.sims_in(identifier.value)):
            return sims[0].sid if len(sims) == 1 else None
        return next(filter(None, map(self._sid_of_name, identifier.spellings)), None)

    def note(self, sim: Sim, sessions: Iterable[DataSession] = ()) -> None:
        """Remember the SIM's names, and the IMEIs of its sessions. Bounded."""
        self._seen.note(sim, sessions)

    async def resolve(self, identifier: Identifier, *, fresh: bool = False) -> Fetched[Sim]:
        """Give the SIM as KORE has it. Raises SimNotFound, SimAmbiguous and KoreErrors."""
        found = await self._known(identifier, fresh=fresh)
        found = found or await self._asked_or_listed(identifier, fresh=fresh)
        if found is None:
            if sims := several(identifier.value, self._directory.exact):
                raise one_at_a_time(identifier, sims, OFFERED)
            near = await self._directory.near(identifier, OFFERED)
            raise not_found(identifier, near, self._directory.listed)
        self.note(found.value)
        return found

    async def _known(self, identifier: Identifier, *, fresh: bool) -> Fetched[Sim] | None:
        """Read the SIM by the SID that is known, and make sure that it is still the one."""
        sims = self._seen.sims_in(identifier.value) if identifier.kind is Kind.IMEI else ()
        if len(sims) > 1:
            raise ambiguous(identifier, sims, OFFERED)
        sid = self.known_sid(identifier)
        found = await self._read(sid, fresh=fresh) if sid else None
        fits = found and (sims or _is_meant(found.value, identifier))
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
        if identifier.kind is Kind.SID:
            lower = "DE" + identifier.value[2:].lower()
            return await self._read(lower, fresh=fresh) if lower != identifier.value else None
        if identifier.kind is Kind.ICCID and (found := await self._by_iccid(identifier.value)):
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
        hits = self._exact(identifier)
        if len(hits) > 1:
            raise ambiguous(identifier, hits, OFFERED)
        found = await self._read(hits[0].sid, fresh=fresh) if hits else None
        names = (found.value.unique_name, found.value.friendly_name) if found else ()
        return found if any(_is_called(name, identifier) for name in names) else None

    def _exact(self, identifier: Identifier) -> tuple[Candidate, ...]:
        found = map(self._directory.exact, identifier.spellings)
        return next(filter(None, found), ())

    async def _by_iccid(self, digits: str) -> Fetched[Sim] | None:
        for iccid in (digits, *other_iccids(digits)):
            found = await self._filtering.join(iccid, partial(self._filtered, iccid))
            if found:
                return found
        return None

    async def _filtered(self, iccid: str) -> Fetched[Sim] | None:
        """Ask for the SIM of an ICCID. A server that does not filter is not read to the end."""
        as_of = self._clock.now()
        rows = 0
        async for sim in self._kore.sims(iccid=iccid):
            if digits_of(sim.iccid or "") == iccid:
                return Fetched(sim, as_of)
            rows += 1
            if rows == _ROWS_READ:
                break
        return None

    async def _by_name(
        self, name: str, identifier: Identifier, *, fresh: bool
    ) -> Fetched[Sim] | None:
        """Fetch by unique name, and make sure that KORE answered the question asked."""
        try:
            found = await self._kore.sim(name, fresh=fresh)
        except (KoreNotFound, KoreBadRequest):
            return None
        if _is_meant(found.value, identifier):
            return found
        log.warning("kore-answered-another-sim", extra={"sim_sid": found.value.sid})
        return None

    async def _read(self, sid: str, *, fresh: bool) -> Fetched[Sim] | None:
        try:
            return await self._kore.sim(sid, fresh=fresh)
        except KoreNotFound:
            return None

    def _sid_of_iccid(self, digits: str) -> str | None:
        return self._seen.sid_of_iccid(digits) or self._directory.sid_of_iccid(digits)

    def _sid_of_name(self, name: str) -> str | None:
        return self._seen.sid_of_unique_name(name) or self._directory.sid_of_unique_name(name)


def _is_meant(sim: Sim, identifier: Identifier) -> bool:
    """Tell whether the SIM has the SID, ICCID or unique name that was asked for."""
    if sim.sid.lower() == identifier.value.lower():
        return True
    if identifier.kind is Kind.ICCID:
        iccids = (identifier.value, *other_iccids(identifier.value))
        if digits_of(sim.iccid or "") in iccids:
            return True
    return _is_called(sim.unique_name, identifier)


def _is_called(name: str | None, identifier: Identifier) -> bool:
    return key(name or "") in map(key, identifier.spellings)
