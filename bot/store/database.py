"""The store: one SQLite file, or PostgreSQL; transactions on it, and whether it is well.

    async with db.write() as tx:
        await tx.execute(...)

saves all of it or nothing. What a driver raises comes out as a StoreError. A store that is lost
is opened again, for as long as it takes.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeAlias, cast

from sqlalchemy import CursorResult, Executable, Result, Row, Table, update

from bot.clock import Backoff, Clock
from bot.store.backend import Backend, Session, Values
from bot.store.errors import (
    StoreBusy,
    StoreDenied,
    StoreError,
    StoreFault,
    StoreLost,
    StoreNotReady,
    StoreTooNew,
)
from bot.store.migrate import VERSION, bring_up_to_date, revision_of
from bot.store.revisions import REVISIONS

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

Record: TypeAlias = Row[Any]
"""What is stored of one thing: its columns are attributes."""
TRIAL = update(VERSION).values(version_num=VERSION.c.version_num)
PASSING = (StoreBusy, StoreFault, StoreNotReady)  # of one transaction; the store itself is well
NESTED = (
    "My database was asked for a transaction within another, which would wait for itself. This is "
    "a fault of this bot; tell its admin."
)


class Transaction:
    """What is executed in its block is saved with all the rest, or not at all."""

    __slots__ = ("_database", "_failed", "_session", "_task", "_writing")

    _session: Session

    def __init__(self, database: "Database", *, writing: bool) -> None:
        self._database = database
        self._writing = writing
        self._task = asyncio.current_task()
        self._failed: StoreError | None = None

    async def __aenter__(self) -> Self:
        backend = self._database.backend()
        if self._writing and self._task in self._database.writing:
            raise StoreFault(NESTED)
        self._session = await backend.begin(writing=self._writing)
        if self._writing:
            self._database.writing.add(self._task)
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: object
    ) -> None:
        self._database.writing.discard(self._task)
        # a statement that failed has undone the rest on PostgreSQL, whoever caught its error
        spoilt = self._failed if self._writing else None
        if self._failed:
            self._database.report(self._failed)
        try:
            await (self._session.undo() if error or spoilt else self._session.commit())
        except StoreError as raised:
            self._database.report(raised)
            raise
        if spoilt and not error:
            raise spoilt

    async def execute(
        self, statement: Executable, values: Values = None, *, last: bool = False
    ) -> Result[Any]:
        """Execute a statement and return its rows, all of them fetched. Raises StoreError.

        A sequence of values is one statement a row, in one go. Pass values as bound parameters,
        `bindparam("key")` or `values`, so that the statement is compiled once only. The `last` one
        may save all at once, which spares SQLite a trip; nothing may come after it.
        """
        try:
            return await self._session.execute(statement, values, last=last)
        except StoreError as error:
            self._failed = error
            raise

    async def change(
        self, statement: Executable, values: Values = None, *, last: bool = False
    ) -> int:
        """Execute an INSERT, UPDATE or DELETE and return how many rows it changed."""
        result = await self.execute(statement, values, last=last)
        return cast("CursorResult[Any]", result).rowcount

    async def scalar(self, statement: Executable, values: Values = None) -> Any:  # noqa: ANN401 -- as in SQLAlchemy
        """Return the first column of the first row; None where there is no row."""
        return (await self.execute(statement, values)).scalar()


class Database:
    """Opens transactions once `prepare` has succeeded; until then each raises StoreNotReady.

    `trouble` says why it cannot be used, or is the last error that was the whole store's;
    `prepare` clears it.
    """

    def __init__(self, url: str) -> None:
        """Take `sqlite:///path` or `postgresql://…`; nothing is opened yet."""
        self.is_postgres = not url.startswith("sqlite:")
        self.trouble: StoreError | None = StoreNotReady()
        self.in_trouble = asyncio.Event()
        self.writing: set[asyncio.Task[object] | None] = set()
        self._is_ready = False
        self._backend = _backend(url)

    def __repr__(self) -> str:
        """Name the kind, and nothing of the URL."""
        return f"Database({self.kind})"

    @property
    def kind(self) -> str:
        """Name the database: `sqlite` or `postgresql`."""
        return "postgresql" if self.is_postgres else "sqlite"

    @classmethod
    async def open(cls, url: str) -> Self:
        """Return a database that is ready. Raises StoreError."""
        database = cls(url)
        try:
            await database.prepare()
        except BaseException:
            await database.aclose()
            raise
        return database

    async def prepare(self) -> None:
        """Reach it, bring its schema up to date, and try to write. Raises StoreError."""
        try:
            await self._bring_up_to_date()
            await self.change(TRIAL)
        except StoreError as error:
            self._set_trouble(error)
            raise
        self.trouble = None
        self.in_trouble.clear()

    async def _bring_up_to_date(self) -> None:
        try:
            await bring_up_to_date(self._backend)
        except (StoreLost, StoreBusy):
            raise  # what was ready may be so again at any moment
        except StoreError:
            self._is_ready = False
            raise
        self._is_ready = True

    async def revision(self) -> str | None:
        """Return the schema's revision; None where there is none yet. Raises StoreError."""
        stored = await self._backend.work(revision_of, alone=False)
        if stored is not None and stored not in REVISIONS:
            raise StoreTooNew
        return stored

    def write(self) -> Transaction:
        """Return a transaction that is saved at the end of the block, and not if it raises.

        SQLite: one at a time over all processes (BEGIN IMMEDIATE). PostgreSQL: read committed.
        Keep it short: on SQLite nobody else writes meanwhile.
        """
        return Transaction(self, writing=True)

    def read(self) -> Transaction:
        """Return a view of what is saved; each statement sees the newest. Do not write in it."""
        return Transaction(self, writing=False)

    async def fetch(
        self, statement: Executable, values: Values = None, tx: Transaction | None = None
    ) -> Result[Any]:
        """Return the rows of one statement that changes nothing; in `tx`, where there is one."""
        async with nullcontext(tx) if tx else self.read() as own:
            return await own.execute(statement, values)

    async def change(
        self, statement: Executable, values: Values = None, tx: Transaction | None = None
    ) -> int:
        """Save what one statement changes, and return how many rows; joins `tx`, if any."""
        async with self.joining(tx) as own:
            return await own.change(statement, values, last=tx is None)

    def joining(self, tx: Transaction | None) -> AbstractAsyncContextManager[Transaction]:
        """Return `tx`, whose owner saves it; where there is none, a write of its own."""
        return nullcontext(tx) if tx else self.write()

    def insert(self, table: Table) -> "postgresql.Insert | sqlite.Insert":
        """Return an INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
        return insert_into(table, is_postgres=self.is_postgres)

    async def listen(self, channel: str, on_notification: Callable[[], None]) -> None:
        """Call it once listening and at each `pg_notify(channel, …)`, until cancelled.

        Raises StoreLost when the connection is cut: what was notified meanwhile is lost. SQLite
        knows no notifications: it is never called.
        """
        await self.backend().listen(channel, on_notification)

    def backend(self) -> Backend:
        """Return what transactions are made of. Raises StoreNotReady, with why if it is known."""
        if self._is_ready:
            return self._backend
        known = self.trouble and not isinstance(self.trouble, StoreLost)
        raise StoreNotReady(self.trouble.sentence if self.trouble and known else None)

    def report(self, error: StoreError) -> None:
        """Keep an error that is the whole store's, for whoever waits for `in_trouble`."""
        if not isinstance(error, PASSING):
            self._set_trouble(error)

    def _set_trouble(self, error: StoreError) -> None:
        self.trouble = error
        self.in_trouble.set()

    async def aclose(self) -> None:
        """Close it; twice is once."""
        self._is_ready = False
        await self._backend.aclose()


class Rows:
    """The rows of one thing. Every method of such a class raises StoreErrors only."""

    def __init__(self, database: Database) -> None:
        self._db = database


def insert_into(table: Table, *, is_postgres: bool) -> "postgresql.Insert | sqlite.Insert":
    """Return an INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    if is_postgres:
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415 -- one of the two is enough

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite  # noqa: PLC0415 -- one of the two is enough

    return sqlite.insert(table)


def _backend(url: str) -> Backend:
    if url.startswith("sqlite:"):
        from bot.store.sqlite import Sqlite  # noqa: PLC0415 -- one of the two is enough

        return Sqlite(Path(url.removeprefix("sqlite:///")))
    from bot.store.postgres import Postgres  # noqa: PLC0415 -- one of the two is enough

    return Postgres(url)


log = logging.getLogger(__name__)

BACKOFF = Backoff(first=1.0, longest=15.0)

SETTLING_SECONDS = 10.0  # for which it must be well before it is said to be back


class StoreObserver(Protocol):
    """Learns whether the store is up."""

    def store(self, *, is_up: bool) -> None:
        """Record it."""


class Reconnector:
    """Says once in the log that the store is lost, and once that it is back."""

    def __init__(self, database: Database, clock: Clock, observer: StoreObserver) -> None:
        self._database = database
        self._clock = clock
        self._observer = observer

    async def open(self) -> None:
        """Try once. Raises StoreDenied, which no waiting mends; `run` goes on with the rest."""
        try:
            await self._database.prepare()
        except StoreDenied:
            raise
        except StoreError:
            self._observer.store(is_up=False)
        else:
            self._observer.store(is_up=True)

    async def run(self) -> None:
        """Wait for trouble and mend it, until cancelled."""
        while True:
            await self._database.in_trouble.wait()
            await self._reconnect()
            log.info("store-is-back")

    async def _reconnect(self) -> None:
        tries, said = 0, ""
        while trouble := self._database.trouble:
            if trouble.kind != said:  # another reason is news
                said = trouble.kind
                _log(trouble)
            self._observer.store(is_up=False)
            tries += 1
            await self._clock.sleep(BACKOFF.after(tries))
            if await self._try():
                self._observer.store(is_up=True)
                # a disk that is full is so again with the next big write
                await self._clock.sleep(SETTLING_SECONDS)

    async def _try(self) -> bool:
        try:
            await self._database.prepare()
        except StoreError:
            log.debug("store still lost", exc_info=True)
            return False
        return True


def _log(trouble: StoreError) -> None:
    cause = trouble.__cause__
    # behind its first line PostgreSQL quotes what it was given
    about = f"{type(cause).__name__}: {cause}".partition("\n")[0] if cause else ""
    extra = {"why": trouble.kind, "says": trouble.sentence, "cause": about}
    log.error("store-lost", extra=extra)
