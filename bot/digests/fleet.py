"""What scans and digests work with: the list of SIMs, scans that several share, and a preview."""

import tempfile
import weakref
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from itertools import chain
from typing import IO, TYPE_CHECKING

import zstandard

from bot.clock import Clock
from bot.digests.compile import Compiler, RunNotes
from bot.digests.digest import Digest
from bot.digests.scan import Scanner, failed_row
from bot.digests.subscription import Selection, SelectionKind, Subscription
from bot.digests.subscriptions import Subscriptions
from bot.kore.accounts import ABSENT
from bot.kore.client import KoreClient
from bot.kore.errors import KoreError, KoreNotFound
from bot.kore.models import Sim
from bot.ops.tasks import WorkerThread
from bot.sessions.lookup import Judge
from bot.sessions.snapshot import compact_json
from bot.slack.access import ONE_ACCOUNT
from bot.store.database import Database, Transaction
from bot.store.digest_runs import PREVIEW, SHARED, DigestRuns, Run, RunStage
from bot.store.scans import ScanChunks, ScanRows, SimDays
from bot.struct import replace

if TYPE_CHECKING:
    from pydantic import TypeAdapter

CHUNK = 100
"""SIMs a chunk: what a crash repeats at most, for each chunk in flight."""
DELETE_BATCH = 2000
"""Rows that one transaction deletes after a preview."""
OnStart = Callable[[int], Callable[[], None]]
_IN_MEMORY = 4 << 20


class Fleet:
    """The store's runs, rows and days; `kore` is a client in the background, its opener's to close.

    `keep` is how long digests and days stay, in seconds; `accounts` are all that there are.
    """

    def __init__(  # noqa: PLR0913 -- collaborators, each once
        self,
        database: Database,
        kore: KoreClient,
        judge: Judge,
        clock: Clock,
        executor: WorkerThread,
        *,
        at_once: int = 20,
        keep: float = 400 * 86_400.0,
        accounts: frozenset[str] = ONE_ACCOUNT,
    ) -> None:
        self.database = database
        self.runs, self.rows = DigestRuns(database), ScanRows(database)
        self.chunks, self.days = ScanChunks(database), SimDays(database)
        self.kore = kore
        self.scanner = Scanner(kore, judge, clock, executor, at_once=at_once)
        self.compiler = Compiler(database, judge.thresholds, clock)
        self.keep, self.accounts = keep, accounts


@dataclass(slots=True, weakref_slot=True)
class SimList:
    """The SIMs to scan as packed chunks in a spooled file, and named ones that KORE lacks.

    `unreachable` are the accounts that could not be asked while others could, `unread` is how many
    rows of the list were nonsense: SIMs that may be there.
    """

    spool: IO[bytes]
    sims: int = 0
    sizes: list[int] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    unreachable: list[str] = field(default_factory=list)
    unread: int = 0

    def skipped(self, rows: int) -> None:
        """Count rows that could not be read."""
        self.unread += rows

    def add(self, sims: Sequence[Sim]) -> None:
        """Append a chunk."""
        body = pack_sims(sims)
        self.spool.write(body)
        self.sizes.append(len(body))
        self.sims += len(sims)

    def chunks(self) -> Iterator[bytes]:
        """Iterate over the chunks, from the first on each time."""
        self.spool.seek(0)
        for size in self.sizes:
            yield self.spool.read(size)


async def list_sims(selection: Selection, kore: KoreClient, size: int = CHUNK) -> SimList:
    """List all SIMs of a selection, once more where some could not be read. Raises KoreError."""
    listed = await _listed(selection, kore, size)
    return await _listed(selection, kore, size) if listed.unread else listed


async def _listed(selection: Selection, kore: KoreClient, size: int) -> SimList:
    spool = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 -- lives as long as the list
    listed = SimList(spool)
    weakref.finalize(listed, spool.close)
    waiting: list[Sim] = []
    async for sim in _sims(selection, kore, listed):
        waiting.append(sim)
        if len(waiting) == size:
            listed.add(waiting)
            waiting = []
    if waiting:
        listed.add(waiting)
    return listed


async def _sims(selection: Selection, kore: KoreClient, listed: SimList) -> AsyncIterator[Sim]:
    if not selection.sids:
        async for sim in _all_sims(selection, kore, listed):
            yield sim
        return
    for sid, typed in selection.sims:
        try:
            yield (await kore.sim(sid)).value
        except KoreNotFound:
            listed.missing.append(typed)
        except KoreError:
            account = kore.account_of(sid)
            if account is None:
                raise
            if account not in listed.unreachable:
                listed.unreachable.append(account)
            if len(listed.unreachable) == len(kore.parts()):
                raise


async def _all_sims(selection: Selection, kore: KoreClient, listed: SimList) -> AsyncIterator[Sim]:
    """List one account after the other. Raises KoreError where none can be asked."""
    parts, errors = kore.parts(), list[KoreError]()
    for account in parts:
        try:
            of_account = kore.only(frozenset({account}))
            async for sim in of_account.sims(listed.skipped, **selection.filters):
                if selection.takes(sim):
                    yield sim
        except KoreError as error:
            errors.append(error)
            if not (len(parts) > 1 and isinstance(error, ABSENT)):
                listed.unreachable.append(account)
    if len(errors) == len(parts):
        raise next((each for each in errors if not isinstance(each, ABSENT)), errors[0])


def pack_sims(sims: Sequence[Sim]) -> bytes:
    """Pack SIMs for the store; some 70 bytes each. That KORE said null is told from nothing."""
    plain = _adapter().dump_json(tuple(sims), exclude_unset=True)
    return zstandard.ZstdCompressor(level=3).compress(plain)


def unpack_sims(body: bytes) -> tuple[Sim, ...]:
    """Read what `pack_sims` gave."""
    return _adapter().validate_json(zstandard.ZstdDecompressor().decompress(body))


@cache
def _adapter() -> "TypeAdapter[tuple[Sim, ...]]":
    from pydantic import TypeAdapter  # noqa: PLC0415 -- built with the first scan

    return TypeAdapter(tuple[Sim, ...])


async def preview_digest(
    one: Subscription, fleet: Fleet, clock: Clock, on_start: OnStart
) -> Digest:
    """Scan a digest's SIMs and compile it, keeping nothing. Raises KoreError and StoreError.

    `on_start` gets the number of chunks and returns what to call after each.
    """
    async with temporary_scan(one.id, one.selection, fleet, clock, on_start) as (run, sims):
        notes = RunNotes(missing=tuple(sims.missing), unreachable=tuple(sims.unreachable))
        return await fleet.compiler.digest(run, one, notes)


@asynccontextmanager
async def temporary_scan(
    about: str, selection: Selection, fleet: Fleet, clock: Clock, on_start: OnStart
) -> AsyncIterator[tuple[Run, SimList]]:
    """Scan SIMs for as long as the block lasts; nothing of it is left. Raises as a preview does.

    `about` is the id of what it is made for. It is about all accounts, whatever a channel may see.
    """
    sims = await list_sims(selection, fleet.kore)
    due = clock.now().timestamp()
    run = await fleet.runs.begin(f"{PREVIEW}{about}", due, f"{PREVIEW}{about}@{due}")
    run = replace(run, accounts=",".join(sorted(fleet.accounts.difference(sims.unreachable))))
    await fleet.runs.change(run.id, RunStage.SKIPPED, has_rows=True, accounts=run.accounts)
    try:
        await _scan(run, sims, fleet, clock, on_start(len(sims.sizes)))
        yield run, sims
    finally:
        while await fleet.rows.forget(run.id, DELETE_BATCH) == DELETE_BATCH:
            pass
        await fleet.runs.change(run.id, RunStage.SKIPPED, has_rows=False)


async def _scan(
    run: Run, sims: SimList, fleet: Fleet, clock: Clock, done: Callable[[], None]
) -> None:
    for body in sims.chunks():
        result = await fleet.scanner.scan(unpack_sims(body), {})
        now = clock.now()
        failed = [failed_row(each.sim, now, each.error.claim, None) for each in result.failures]
        async with fleet.database.write() as tx:
            await fleet.rows.add(run.id, [*result.rows, *failed], tx)
        done()


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

    def covers(self, run: Run, selection: Selection) -> bool:
        """Return whether a scan of an alert is of a selection's SIMs, or of all."""
        return run.subscription in map(self.name_of, (selection, EVERYTHING))

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
            if run and run.job and not run.is_over:  # without a job nobody has begun it
                return run
        return None

    async def last(self, selection: Selection) -> Run:
        """Return the last scan of a selection, in whose place the next one is begun."""
        runs, name = self._fleet.runs, self.name_of(selection)
        return await runs.last(name) or await runs.begin(name, 0.0, "")

    async def begin(self, last: Run, job: str) -> Run | None:
        """Begin a scan in the place of the last; None where somebody did since that was read."""
        runs = self._fleet.runs
        return await runs.last(last.subscription) if await runs.restart(last, job) else None

    async def listed(self, selection: Selection) -> SimList:
        """List the SIMs of a selection. Raises KoreError where no account can be read."""
        return await list_sims(selection, self.kore)

    async def gone(self, run: Run, sims: SimList) -> Sequence[str]:
        """Return the SIMs that have a row from the last time and are not listed now.

        Those of an account that could not be read are not gone, nor those that may be of it, nor as
        many as there are rows that could not be read.
        """
        there = await self._fleet.rows.sids(run.id)
        listed = chain.from_iterable(map(unpack_sims, sims.chunks()))
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
        await fleet.runs.change(run.id, RunStage.SCANNING, tx, accounts=accounts, **values)


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
