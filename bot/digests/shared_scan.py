"""Scans that several need, alerts and digests, are made once: which one will do, and a new one."""

from collections.abc import Collection, Sequence
from hashlib import blake2b
from itertools import chain

from bot.digests.fleet import Fleet, SimList, list_sims, unpacked
from bot.digests.subscription import Selection, SelectionKind, Subscription
from bot.digests.subscriptions import Subscriptions
from bot.kore.client import KoreClient
from bot.sessions.snapshot import compact_json
from bot.store.digest_runs import SHARED, DigestRuns, Run, Stage
from bot.store.transaction import Transaction

EVERYTHING = Selection(SelectionKind.ALL)


def scan_name(selection: Selection, accounts: str) -> str:
    """Return the name under which the scans of a selection of these accounts' SIMs are kept."""
    packed = compact_json([selection.to_json(), accounts] if accounts else selection.to_json())
    return f"{SHARED}{blake2b(packed.encode(), digest_size=12).hexdigest()}"


class SharedScans:
    """Finds and begins scans of some `accounts`. Every method may raise StoreError."""

    def __init__(
        self, fleet: Fleet, subscriptions: Subscriptions, accounts: frozenset[str]
    ) -> None:
        self.accounts = accounts
        self._names = ",".join(sorted(accounts))
        self._fleet = fleet
        self._subscriptions = subscriptions

    @property
    def kore(self) -> KoreClient:
        """What asks these accounts, behind all who wait."""
        return self._fleet.kore.only(self.accounts)

    def name_of(self, selection: Selection) -> str:
        """Return the name under which the scans of a selection are kept."""
        return scan_name(selection, self._names)

    async def newest(self, selection: Selection, age: float) -> Run | None:
        """Return the newest scan of a selection, or of all SIMs, of the last so many seconds.

        Digests' count too.
        """
        chosen = (selection, EVERYTHING)
        digests = await self._subscriptions.every()
        names = [*map(self.name_of, chosen), *(d.id for d in digests if d.selection in chosen)]
        return await self._fleet.runs.newest_of(names, age, self._names)

    async def under_way(self, selection: Selection) -> Run | None:
        """Return the scan of a selection, or of all SIMs, that is being made for somebody."""
        for chosen in (selection, EVERYTHING):
            run = await self._fleet.runs.last(self.name_of(chosen))
            if run and not run.is_over:
                return run
        return None

    async def begin(self, selection: Selection, job: str) -> Run | None:
        """Begin a scan in the place of the last one; None where somebody else was first."""
        runs, name = self._fleet.runs, self.name_of(selection)
        run = await runs.last(name)
        if run is None:
            run = await runs.begin(name, 0.0, "")
        if not await runs.restart(run, job):
            return None
        return await runs.last(name)

    async def listed(self, selection: Selection) -> SimList:
        """List the SIMs of a selection. Raises KoreError where no account can be read."""
        return await list_sims(selection, self.kore)

    async def gone(self, run: Run, sims: SimList) -> Sequence[str]:
        """Return the SIMs that have a row from the last time and are not listed now.

        Those of an account that could not be read are not gone, nor those that may be of it, nor as
        many as there are rows that could not be read.
        """
        there = await self._fleet.rows.sids(run.id)
        listed = chain.from_iterable(map(unpacked, sims.chunks()))
        gone = sorted(there.difference(sim.sid for sim in listed)) if there else []
        if len(gone) <= sims.unread:
            return ()
        if not sims.unreachable:
            return gone
        kore, unsure = self.kore, {None, *sims.unreachable}
        return [sid for sid in gone if kore.account_of(sid) not in unsure]

    async def save(self, run: Run, sims: SimList, gone: Sequence[str], tx: Transaction) -> None:
        """Keep the chunks that are to be scanned, and drop what is gone."""
        fleet = self._fleet
        await fleet.chunks.forget(run.id, tx)
        await fleet.rows.drop(run.id, gone, tx)
        for number, body in enumerate(sims.chunks()):
            await fleet.chunks.add(run.id, number, body, tx)
        values = {"sims": sims.sims, "chunks": len(sims.sizes), "has_rows": True}
        accounts = ",".join(sorted(self.accounts.difference(sims.unreachable)))
        await fleet.runs.change(run.id, Stage.SCANNING, tx, accounts=accounts, **values)


async def same_scan(
    digest: Subscription, age: float, runs: DigestRuns, accounts: str
) -> Run | None:
    """Return the newest scan of an alert of the very SIMs and accounts of a digest, or None.

    Of SIMs that were listed a digest also tells which are missing, so it looks itself.
    """
    if digest.selection.kind is SelectionKind.LISTED:
        return None
    return await runs.newest_of([scan_name(digest.selection, accounts)], age, accounts)


async def sids_of(selection: Selection, kore: KoreClient) -> Collection[str] | None:
    """Return the SIMs of a selection as KORE lists them now; None: all. Raises KoreError."""
    if selection.kind is SelectionKind.ALL:
        return None
    if selection.sids:
        return frozenset(selection.sids)
    return {sim.sid async for sim in kore.sims(**selection.filters) if selection.takes(sim)}
