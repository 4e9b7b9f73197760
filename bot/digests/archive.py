"""Reads the stored digests, their scanned SIMs and a SIM's days."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from bot.diagnosis.rhythm import Contact
from bot.digests.compile import BATCH, sim_summaries
from bot.digests.days import Day, contacts_of, unpacked
from bot.digests.digest import Digest, ScannedSim, SimSummary
from bot.errors import NotAllowed, UserError
from bot.sessions.fleet import NOT_HERE
from bot.sessions.redaction import redacted_snapshot
from bot.sessions.snapshot import Snapshot
from bot.store.database import Database
from bot.store.digest_runs import DigestRuns, Run
from bot.store.scans import ScanRow, ScanRows, ScanSums, SimDays

MOST_SHOWN = 200
"""SIMs that one table can show."""


class DigestGone(UserError):
    """The SIMs scanned for a digest are no longer stored."""

    sentence = (
        "I keep what I saw of each SIM for the last two digests only, and this one is older. The "
        "newest one in this channel has it."
    )


class Archive:
    """Reads; never writes. Every method raises StoreError too.

    A digest is shown to whoever may see all of its accounts; to others it raises NotAllowed.
    """

    def __init__(self, database: Database) -> None:
        self._runs = DigestRuns(database)
        self._rows = ScanRows(database)
        self._sums = ScanSums(database)
        self._days = SimDays(database)

    async def digest(self, subscription: str, due: datetime, accounts: frozenset[str]) -> Digest:
        """Return a digest as it was made. Raises DigestGone."""
        return Digest.from_json((await self._run(subscription, due, accounts)).digest or "")

    async def worst(
        self, subscription: str, due: datetime, accounts: frozenset[str], *, redacts: bool
    ) -> tuple[SimSummary, ...]:
        """Return the SIMs of a digest, the gravest first, as many as a table shows."""
        run = await self._run(subscription, due, accounts)
        return sim_summaries(await self._sums.worst(run.id, 0, MOST_SHOWN), redacts=redacts)

    async def sims(
        self, subscription: str, due: datetime, accounts: frozenset[str], *, redacts: bool
    ) -> AsyncIterator[Sequence[ScannedSim]]:
        """Stream all SIMs of a digest by SID, a few at a time. Raises DigestGone."""
        run = await self._run(subscription, due, accounts)
        async for page in self._rows.every(run.id):
            for at in range(0, len(page), BATCH):
                yield [_scanned(row, redacts=redacts) for row in page[at : at + BATCH]]

    async def days(self, sid: str) -> dict[int, Day]:
        """Return the days of a SIM that are known, by number, the oldest first."""
        return unpacked(await self._days.of(sid))

    async def earlier(self, sid: str) -> tuple[Contact, ...]:
        """Return a contact for each time that it connected, told by the day."""
        return contacts_of(await self._days.of(sid))

    async def _run(self, subscription: str, due: datetime, accounts: frozenset[str]) -> Run:
        run = await self._runs.find(subscription, due.timestamp())
        if run is None or not run.has_rows or not run.digest:
            raise DigestGone
        if not run.shows_only(accounts):
            raise NotAllowed(NOT_HERE)
        return run


def _scanned(row: ScanRow, *, redacts: bool) -> ScannedSim:
    snapshot = Snapshot.from_json(row.row)
    shown = redacted_snapshot(snapshot) if redacts else snapshot
    return ScannedSim(shown, row.traffic, row.fault)
