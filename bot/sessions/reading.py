"""Reads a SIM, its sessions and its allowance from KORE, side by side as far as that goes."""

from dataclasses import dataclass

from bot.kore.client import KoreClient
from bot.kore.errors import KoreError
from bot.kore.fetched import Fetched
from bot.kore.models import DataSession, Sim
from bot.sessions.allowance import AllowanceReader, Asked
from bot.sessions.errands import Errands
from bot.sims.identifier import identify
from bot.sims.resolver import SimResolver

Sessions = Fetched[tuple[DataSession, ...]]


@dataclass(frozen=True, slots=True)
class Read:
    """What KORE said of one SIM. `asked` is its allowance, which may still be under way."""

    query: str
    sim: Fetched[Sim]
    sessions: Sessions | KoreError
    asked: Asked | None

    @property
    def rows(self) -> tuple[DataSession, ...] | None:
        """The rows as they came; None where none could be read, also where all were odd."""
        if isinstance(self.sessions, KoreError):
            return None
        all_odd = self.sessions.skipped_rows and not self.sessions.value
        return None if all_odd else self.sessions.value

    @property
    def problem(self) -> str | None:
        """Why the sessions could not be read, in a sentence."""
        if isinstance(self.sessions, KoreError):
            return self.sessions.sentence
        if self.rows is None:
            return f"None of the {self.sessions.skipped_rows} rows that KORE sent could be read."
        return None

    @property
    def parts(self) -> tuple[Fetched[Sim] | Sessions, ...]:
        """What there is, with its age."""
        if isinstance(self.sessions, KoreError):
            return (self.sim,)
        return (self.sim, self.sessions)


class SimReader:
    """Finds and reads SIMs. Tasks are begun in the errands of whoever asks."""

    def __init__(
        self, kore: KoreClient, resolver: SimResolver, allowances: AllowanceReader
    ) -> None:
        self._kore = kore
        self._resolver = resolver
        self._allowances = allowances

    async def read(self, text: str, errands: Errands, *, fresh: bool) -> Read:
        """Read the SIM that `text` names, all side by side where its SID is known beforehand.

        Raises what `identify`, the resolver and KORE raise about the SIM, whatever becomes of its
        sessions; a failure of the sessions is a value.
        """
        identifier = identify(text)
        sid = self._resolver.known_sid(identifier)
        sessions = errands.begin(self._sessions(sid, fresh=fresh)) if sid else None
        asked = self._allowances.begin_early(sid, errands, fresh=fresh) if sid else None
        sim = await self._resolver.resolve(identifier, fresh=fresh)
        if sessions is None or sid != sim.value.sid:
            sessions = errands.begin(self._sessions(sim.value.sid, fresh=fresh))
        if asked is None or not asked.still_holds(sim.value):
            asked = self._allowances.begin(sim.value, errands, fresh=fresh)
        read = Read(text, sim, await sessions, asked)
        self._resolver.note(sim.value, read.rows or ())
        return read

    async def _sessions(self, sid: str, *, fresh: bool) -> Sessions | KoreError:
        try:
            return await self._kore.data_sessions(sid, fresh=fresh)
        except KoreError as error:
            return error
