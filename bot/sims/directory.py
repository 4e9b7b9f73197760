"""The list of all SIMs: read in the background, kept when a reading fails, searched by name."""

import asyncio
import logging
import random
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from collections.abc import Set as AbstractSet
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from bot.clock import Clock, jittered
from bot.errors import BotError, Candidate, ListUnread, without_traceback
from bot.kore.cache import SingleFlight
from bot.kore.client import KoreClient
from bot.sims.identifier import Identifier, IdentifierKind, name_key
from bot.sims.index import BLOCK, Column, NearMisses, SimTable, import_rapidfuzz
from bot.sims.wording import ListCoverage

if TYPE_CHECKING:
    from bot.kore.models import Sim

FRESH_FOR = 900.0
MOST_SIMS = 250_000
_JITTER = 0.1
_PAUSE = 60.0
_ASK_AGAIN_AFTER = 30.0
log = logging.getLogger(__name__)


class SimDirectory:
    """All SIMs' SIDs, ICCIDs and names, some 110 bytes a SIM; a while old, and it says how old.

    `refresh_every` is in seconds. Nothing is read before `run`, `refresh` or `ready` is called.
    """

    def __init__(  # noqa: PLR0913 -- collaborators, and what it is of
        self,
        kore: KoreClient,
        clock: Clock,
        *,
        refresh_every: float = FRESH_FOR,
        most_sims: int = MOST_SIMS,
        chance: Callable[[], float] = random.random,
        account: str | None = None,
    ) -> None:
        self._kore = kore
        self._clock = clock
        self._refresh_every = refresh_every
        self._most_sims = most_sims
        self._chance = chance
        self._account = account
        self._about = {"account": account} if account else {}
        self._table = SimTable(account)
        self._reading: SingleFlight[bool] = SingleFlight()
        self._searching = asyncio.Lock()
        self._not_before = 0.0
        self._failure: BotError | None = None
        self._as_of: datetime | None = None

    @property
    def table(self) -> SimTable:
        """What is searched now."""
        return self._table

    @property
    def as_of(self) -> datetime | None:
        """When the list was read that is searched now; None before there is a whole one."""
        return self._as_of

    @property
    def listed(self) -> ListCoverage:
        """How much of the list can be searched now."""
        return ListCoverage(self._as_of is not None, self._table.count, self._failure is not None)

    @property
    def unread(self) -> BotError:
        """Why there is no whole list to be searched."""
        so_far = f"{self.listed.count} so far"
        return self._failure or ListUnread(
            f"I am still reading KORE's list of SIMs ({so_far}). Try again in a minute."
        )

    async def run(self) -> None:
        """Read the list again and again until cancelled."""
        try:
            while True:
                was_read = await self.refresh()
                pause = self._refresh_every if was_read else min(_PAUSE, self._refresh_every)
                await self._clock.sleep(jittered(pause, _JITTER, self._chance))
        finally:
            await self.aclose()

    async def refresh(self) -> bool:
        """Read the list, or wait for the reading under way; tell whether it was read.

        A reading that fails leaves the old list in place and is logged when it starts to fail.
        """
        return await self._reading.join("list", self._read)

    @property
    def missing(self) -> tuple[str, ...]:
        """The accounts, of several, whose SIMs are in no list yet."""
        return ()

    @property
    def accounts(self) -> Collection[str]:
        """The accounts, of several, whose names may stand before a SIM's: `acme/pump-7`."""
        return ()

    def only(self, account: str | None) -> "SimDirectory":  # noqa: ARG002 -- there is one only
        """Return the list of one of those accounts; None: all of it."""
        return self

    async def whole(self, patience: float) -> bool:
        """Do as `ready`; of several lists wait for each."""
        return await self.ready(patience)

    async def ready(self, patience: float) -> bool:
        """Wait for the first whole list, at most `patience` seconds; tell whether it is there."""
        too_soon = self._clock.monotonic() < self._not_before
        if self._as_of is None and patience > 0 and not (self._failure and too_soon):
            reading: asyncio.Future[Any] = self._reading.join("list", self._read)
            waiting: asyncio.Future[Any] = asyncio.ensure_future(self._clock.sleep(patience))
            await asyncio.wait({reading, waiting}, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
        return self._as_of is not None

    def exact(self, name: str) -> tuple[Candidate, ...]:
        """Return the SIMs of that name whatever its case: by unique name, else by friendly name."""
        wanted = name_key(name)
        return self.table.equal("unique_key", wanted) or self.table.equal("friendly_key", wanted)

    async def all_named(self, names: Iterable[str]) -> dict[str, tuple[Candidate, ...]]:
        """Return the SIMs of each name that there are, by `name_key`, as `exact` would one by one.

        The list is walked once, however many names there are, and the loop gets its turns.
        """
        wanted = {name_key(name) for name in names} - {""}
        friendly = await self._all_equal("friendly_key", wanted)
        return friendly | await self._all_equal("unique_key", wanted)

    async def parted_in(self, pieces: set[str]) -> set[str]:
        """Return the names with commas and the like that a text of these words may hold.

        The event loop gets its turn after each block that has any.
        """
        found: set[str] = set()
        for block in [block for block in self.table.blocks if block.parted]:
            found.update(block.parted_in(pieces))
            await asyncio.sleep(0)
        return found

    async def all_numbered(self, digits: AbstractSet[str]) -> dict[str, str]:
        """Return the SID of the one SIM that has each ICCID or EID, of those that there are."""
        found = await self._all_equal("iccid", digits) | await self._all_equal("eid", digits)
        return {number: sims[0].sid for number, sims in found.items() if len(sims) == 1}

    def sid_of_unique_name(self, name: str) -> str | None:
        """Return the SID of the one SIM that has this unique name, whatever its case."""
        return _the_one(self.table.equal("unique_key", name_key(name)))

    def sid_of_number(self, kind: IdentifierKind, digits: str) -> str | None:
        """Return the SID of the one SIM that has this EID, or else ICCID."""
        return _the_one(self.table.equal("eid" if kind is IdentifierKind.EID else "iccid", digits))

    def has(self, sid: str) -> bool:
        """Return whether the list has a SIM of that SID."""
        return any(next(block.equal("sid", sid), None) is not None for block in self.table.blocks)

    async def search(self, name: str, limit: int = 5) -> tuple[Candidate, ...]:
        """Return the SIMs whose names come near, nearest first."""
        return await self.near(Identifier(IdentifierKind.NAME, name, name), limit)

    async def near(self, wanted: Identifier, limit: int = 5) -> tuple[Candidate, ...]:
        """Return the SIMs that come near what is wanted, in what has been read so far.

        The event loop gets its turn after each block, and one search runs at a time: it is never
        held for more than the comparing of a block.
        """
        await import_rapidfuzz()
        async with self._searching:
            nearest = NearMisses(wanted, limit)
            for block in tuple(self.table.blocks):
                nearest.look_at(block)
                await asyncio.sleep(0)
            return nearest.candidates

    async def sids(
        self,
        fits: Callable[[str], object] | None = None,
        *,
        start: str = "",
        most: int | None = None,
    ) -> tuple[str, ...]:
        """Return the SIDs of all SIMs, or of those of which a name fits, in the order of the list.

        `fits` gets names as `name_key` has them. Beyond `most` none are looked for, nor where no
        name has that `start`: that is the faster. The event loop gets its turn between blocks.
        """
        found: dict[str, None] = {}
        for place, block in enumerate(tuple(self.table.blocks)):
            if place:
                await asyncio.sleep(0)
            sids = block.sids_named(fits, start) if fits else block.values("sid")
            found.update(dict.fromkeys(sids))
            if most and len(found) > most:
                break
        return tuple(found)[:most]

    def some(self, most: int) -> tuple[Candidate, ...]:
        """Return the first SIMs of the list, as far as it is read."""
        blocks = tuple(self.table.blocks)
        rows = ((block, row) for block in blocks for row in range(len(block.values("sid"))))
        return tuple(block.candidate(row) for block, row in islice(rows, most))

    async def aclose(self) -> None:
        """Stop the reading under way."""
        await self._reading.close()

    async def _all_equal(
        self, column: Column, wanted: AbstractSet[str]
    ) -> dict[str, tuple[Candidate, ...]]:
        found: defaultdict[str, dict[str, Candidate]] = defaultdict(dict)
        for block in tuple(self.table.blocks):
            for value in block.among(column, wanted):
                sims = (block.candidate(row, column) for row in block.equal(column, value))
                found[value] |= {sim.sid: sim for sim in sims}
            await asyncio.sleep(0)
        return {value: tuple(sims.values()) for value, sims in found.items()}

    async def _read(self) -> bool:
        table = SimTable(self._account)
        if self._as_of is None:
            self._table = table
        started = self._clock.now()
        try:
            await self._fill(table)
        except BotError as error:
            return self._failing(error, error.sentence)
        except Exception as error:  # a fault of ours must not end the reading for good
            log.exception("sim-list-broke", extra=self._about)
            return self._failing(BotError(), type(error).__name__)
        if self._failure:
            log.warning("sim-list-readable-again", extra=self._about | {"sims": table.count})
        self._table, self._as_of, self._failure = table, started, None
        return True

    def _failing(self, error: BotError, cause: str) -> bool:
        self._not_before = self._clock.monotonic() + _ASK_AGAIN_AFTER
        if not self._failure:
            log.warning("sim-list-unreadable", extra=self._about | {"cause": cause})
        self._failure = without_traceback(error)
        return False

    async def _fill(self, table: SimTable) -> None:
        batch: list[Sim] = []
        async for sim in self._kore.sims():
            batch.append(sim)
            if len(batch) == BLOCK:
                table.add(batch)
                batch = []
                await asyncio.sleep(0)
            if table.count >= self._most_sims:
                log.warning("sim-list-too-long", extra=self._about | {"most": self._most_sims})
                return
        if batch:
            table.add(batch)


def _the_one(sims: tuple[Candidate, ...]) -> str | None:
    return sims[0].sid if len(sims) == 1 else None
