"""The collaborators of scans and digests, the list of a digest's SIMs, and a digest's preview."""

import tempfile
import weakref
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import IO, TYPE_CHECKING

import zstandard

from bot.clock import Clock
from bot.digests.compile import Compiler, RunNotes
from bot.digests.digest import Digest
from bot.digests.scan import Scanner, failed_row
from bot.digests.subscription import Selection, Subscription
from bot.kore.accounts import ABSENT
from bot.kore.client import KoreClient
from bot.kore.errors import KoreError, KoreNotFound
from bot.kore.models import Sim
from bot.ops.tasks import WorkerThread
from bot.sessions.lookup import Judge
from bot.slack.access import ONE_ACCOUNT
from bot.store.database import Database
from bot.store.digest_runs import DigestRuns, Run, Stage
from bot.store.scans import ScanChunks, ScanRows, ScanSums, SimDays
from bot.struct import Struct, replace

if TYPE_CHECKING:
    from pydantic import TypeAdapter

CHUNK = 100
"""SIMs a chunk: what a crash repeats at most, for each chunk in flight."""
DELETE_BATCH = 2000
"""Rows that one transaction deletes after a preview."""
OnStart = Callable[[int], Callable[[], None]]
_IN_MEMORY = 4 << 20


class Fleet(Struct):
    """The store's runs, rows and days; `kore` is a client in the background.

    `keep` is how long digests and days stay, in seconds; `accounts` are all that there are.
    """

    database: Database
    runs: DigestRuns
    chunks: ScanChunks
    rows: ScanRows
    sums: ScanSums
    days: SimDays
    kore: KoreClient
    scanner: Scanner
    compiler: Compiler
    keep: float
    accounts: frozenset[str] = ONE_ACCOUNT


def open_fleet(  # noqa: PLR0913 -- collaborators, each once
    database: Database,
    kore: KoreClient,
    judge: Judge,
    clock: Clock,
    executor: WorkerThread,
    *,
    at_once: int = 20,
    keep: float = 400 * 86_400.0,
    accounts: frozenset[str] = ONE_ACCOUNT,
) -> Fleet:
    """Assemble it; `kore` is in the background, and stays the caller's to close."""
    runs, rows, sums = DigestRuns(database), ScanRows(database), ScanSums(database)
    return Fleet(
        database=database,
        runs=runs,
        chunks=ScanChunks(database),
        rows=rows,
        sums=sums,
        days=SimDays(database),
        kore=kore,
        scanner=Scanner(kore, judge, clock, executor, at_once=at_once),
        compiler=Compiler(runs, rows, sums, judge.thresholds, clock),
        keep=keep,
        accounts=accounts,
    )


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
        body = packed(sims)
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


def packed(sims: Sequence[Sim]) -> bytes:
    """Pack SIMs for the store; some 70 bytes each."""
    plain = _adapter().dump_json(tuple(sims), exclude_none=True)
    return zstandard.ZstdCompressor(level=3).compress(plain)


def unpacked(body: bytes) -> tuple[Sim, ...]:
    """Read what `packed` gave."""
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
    async with passing_scan(one.id, one.selection, fleet, clock, on_start) as (run, sims):
        notes = RunNotes(missing=tuple(sims.missing), unreachable=tuple(sims.unreachable))
        return await fleet.compiler.digest(run, one, notes)


@asynccontextmanager
async def passing_scan(
    about: str, selection: Selection, fleet: Fleet, clock: Clock, on_start: OnStart
) -> AsyncIterator[tuple[Run, SimList]]:
    """Scan SIMs for as long as the block lasts; nothing of it is left. Raises as a preview does.

    `about` is the id of what it is made for. It is about all accounts, whatever a channel may see.
    """
    sims = await list_sims(selection, fleet.kore)
    due = clock.now().timestamp()
    run = await fleet.runs.begin(f"preview:{about}", due, f"preview:{about}@{due}")
    run = replace(run, accounts=",".join(sorted(fleet.accounts.difference(sims.unreachable))))
    await fleet.runs.change(run.id, Stage.SKIPPED, has_rows=True, accounts=run.accounts)
    try:
        await _scan(run, sims, fleet, clock, on_start(len(sims.sizes)))
        yield run, sims
    finally:
        while await fleet.rows.forget(run.id, DELETE_BATCH) == DELETE_BATCH:
            pass
        await fleet.runs.change(run.id, Stage.SKIPPED, has_rows=False)


async def _scan(
    run: Run, sims: SimList, fleet: Fleet, clock: Clock, done: Callable[[], None]
) -> None:
    for body in sims.chunks():
        result = await fleet.scanner.scan(unpacked(body), {})
        now = clock.now()
        failed = [failed_row(each.sim, now, each.error.claim, None) for each in result.failures]
        async with fleet.database.write() as tx:
            await fleet.rows.add(run.id, [*result.rows, *failed], tx)
        done()
