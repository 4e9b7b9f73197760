"""The embedded default: one SQLite file in write-ahead mode, safe for several processes.

Each connection has a thread of its own, and a statement is one trip to it: aiosqlite under
SQLAlchemy's async engine takes four, and thrice the CPU.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, CursorResult, Executable, NullPool, create_engine
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy

from bot.store.driver_errors import as_ours
from bot.store.errors import StoreLost
from bot.store.transaction import Session, Values

READERS = 3
PATIENCE_SECONDS = 10.0
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")
Given = TypeVar("Given")


class Sqlite:
    """The file: one connection that writes, a few that read."""

    def __init__(self, path: Path) -> None:
        self._writer = Lane(path, "writer")
        self._readers = [Lane(path, f"reader-{number}") for number in range(READERS)]
        self._next = 0

    async def begin(self, *, writing: bool) -> Session:
        """Start a transaction; a read has none, each of its statements sees the newest."""
        lane = self._writer if writing else self._freest()
        await lane.lock.acquire()
        return SqliteSession(lane, writing=writing)

    def _freest(self) -> "Lane":
        self._next = (self._next + 1) % READERS
        free = (lane for lane in self._readers if not lane.lock.locked())
        return next(free, self._readers[self._next])

    async def migrate(self, work: Callable[[Connection], None]) -> None:
        """Do `work` while no other process writes."""
        async with self._writer.lock:
            await self._writer.run(self._writer.in_one, work)

    async def aclose(self) -> None:
        """Close the file."""
        for lane in (*self._readers, self._writer):
            await lane.aclose()


class SqliteSession:
    """A transaction on one lane."""

    __slots__ = ("_begin", "_lane", "_writing")

    def __init__(self, lane: "Lane", *, writing: bool) -> None:
        self._lane = lane
        self._writing = writing
        self._begin = writing

    async def ask(self, statement: Executable, values: Values) -> CursorResult[Any]:
        """Carry out a statement; the first one of a write begins the transaction."""
        begin, self._begin = self._begin, False
        return await self._lane.run(self._lane.ask, begin, statement, values)

    async def commit(self) -> None:
        """Save, down to the disk."""
        try:
            if self._writing and not self._begin:
                await self._lane.run(self._lane.end, "COMMIT")
        except BaseException:
            await self.undo()
            raise
        self._lane.lock.release()

    async def undo(self) -> None:
        """Save nothing, and let the next one in."""
        # not awaited on: the thread does it before all that comes later
        self._lane.undo()
        self._lane.lock.release()


class Lane:
    """One connection and its thread; whoever holds the lock has it for one transaction."""

    def __init__(self, path: Path, name: str) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"store-{name}")
        self._engine = create_engine(
            URL.create("sqlite", database=str(path)),
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",  # each BEGIN is ours
            hide_parameters=True,
            connect_args={"check_same_thread": False, "timeout": PATIENCE_SECONDS},
        )
        self._connection: Connection | None = None
        self._inode = 0
        self._closed = False
        self.lock = asyncio.Lock()

    async def run(self, work: Callable[..., Given], *args: object) -> Given:
        """Do `work` in the thread, after all that was given to it before."""
        with as_ours():
            return await asyncio.get_running_loop().run_in_executor(self._thread, work, *args)

    def ask(self, begin: bool, statement: Executable, values: Values) -> CursorResult[Any]:  # noqa: FBT001 -- passed through a thread
        """Carry out a statement and fetch its rows. Only in the thread."""
        connection = self._opened()
        if begin:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        result = connection.execute(statement, values)
        if result.returns_rows:
            rows = result.cursor.fetchall()
            result.cursor_strategy = FullyBufferedCursorFetchStrategy(result.cursor, None, rows)
        return result

    def in_one(self, work: Callable[[Connection], None]) -> None:
        """Do `work` in one transaction. Only in the thread."""
        connection = self._opened()
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            work(connection)
            self.end("COMMIT")
        except BaseException:
            self._forget()
            raise

    def end(self, how: str) -> None:
        """End the transaction. Only in the thread."""
        if self._connection:
            self._connection.exec_driver_sql(how)

    def undo(self) -> None:
        """Have what was begun undone by the thread, before it does anything else."""
        self._thread.submit(self._undo)

    def _undo(self) -> None:
        if self._connection is None:
            return
        try:
            if self._connection.connection.dbapi_connection.in_transaction:
                self._connection.exec_driver_sql("ROLLBACK")
        except Exception:  # noqa: BLE001 -- a connection that cannot even do this is given up
            self._forget()

    def _opened(self) -> Connection:
        if self._connection and self._path.stat().st_ino == self._inode:
            return self._connection
        gone = self._connection is not None
        self._forget()
        if gone:
            raise StoreLost
        connection = self._engine.connect()
        try:
            for pragma in PRAGMAS:
                connection.exec_driver_sql(f"PRAGMA {pragma}")
            self._inode = self._path.stat().st_ino
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return connection

    def _forget(self) -> None:
        connection, self._connection = self._connection, None
        if connection:
            connection.close()

    async def aclose(self) -> None:
        """Close the connection and end the thread."""
        if not self._closed:
            self._closed = True
            await self.run(self._forget)
            self._thread.shutdown(wait=False)
