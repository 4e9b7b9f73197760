"""The embedded default: one SQLite file in write-ahead mode, safe for several processes.

One connection writes and a few read, each in a thread of its own, and a statement is one trip to
it: aiosqlite under SQLAlchemy's async engine takes four, and thrice the CPU.
"""

import asyncio
import logging
import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar, TypeVarTuple
from urllib.parse import quote

from sqlalchemy import Connection, CursorResult, Executable, NullPool, create_engine
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy
from sqlalchemy.exc import OperationalError

from bot.store.driver_errors import as_ours, ours
from bot.store.errors import StoreBusy, StoreDenied, StoreLost, StoreNotReady, StoreOutcomeUnknown
from bot.store.transaction import Session, Values

Ts = TypeVarTuple("Ts")
Piece = Callable[[], None]


class OwnThread:
    """Does what it is given, one piece after the other, until it is closed or the program ends."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._pieces: SimpleQueue[Piece | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._is_closed = False

    def run(self, work: Callable[[*Ts], Any], *args: *Ts) -> "asyncio.Future[Any]":
        """Return a future of what `work` gives; the work goes on where nobody waits any longer."""
        loop = asyncio.get_running_loop()
        future = loop.create_future()

        def piece() -> None:
            given = error = None
            try:
                given = work(*args)
            except BaseException as raised:  # noqa: BLE001 -- raised where it is awaited
                error = raised
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(_settle, future, given, error)

        self.run_unwatched(piece)
        return future

    def run_unwatched(self, piece: Piece) -> None:
        """Have a piece done that never raises. Raises StoreNotReady once closed."""
        if self._is_closed:
            raise StoreNotReady
        if self._thread is None:
            self._thread = Thread(target=self._work, name=self._name, daemon=True)
            self._thread.start()
        self._pieces.put(piece)

    async def aclose(self, last: Piece) -> None:
        """End after what was given before, and `last`; twice is once."""
        if self._is_closed:
            return
        if self._thread:
            await self.run(last)
        self._is_closed = True
        self._pieces.put(None)

    def _work(self) -> None:
        while piece := self._pieces.get():
            piece()


def _settle(future: "asyncio.Future[Any]", given: object, error: BaseException | None) -> None:
    if future.done():  # cancelled
        return
    if error is None:
        future.set_result(given)
    else:
        future.set_exception(error)


log = logging.getLogger(__name__)

OWNER_ONLY, FOLDER_OWNER_ONLY = 0o600, 0o700


class SqliteFile:
    """Which file is ours: the one that was there when it was last looked for."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._is: tuple[int, int] | None = None

    def found(self) -> bool:
        """Look for it, make it if need be; tell whether it is another than before."""
        before = self._is
        if not self.path.exists():
            self.path.parent.mkdir(FOLDER_OWNER_ONLY, parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, OWNER_ONLY))
            log.info("store made", extra={"file": str(self.path)})
        self._is = self._now()
        return before != self._is

    def check(self) -> None:
        """Raise StoreLost where it was taken away or replaced: what is written there is lost."""
        try:
            if self._now() == self._is:
                return
        except OSError as error:
            raise StoreLost from error
        raise StoreLost

    def _now(self) -> tuple[int, int]:
        found = self.path.stat()
        return found.st_dev, found.st_ino


LANE_PATIENCE_SECONDS = 10.0
UNKNOWN_AFTER = {sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_DIR_FSYNC}
BEGIN = "BEGIN IMMEDIATE"
NO_WAL = (
    "The file system of my store does not know write-ahead logs, as network file systems do not. "
    "Ask an admin to set SIMSESSIONS_DATA_DIR to a disk of this machine."
)
Given = TypeVar("Given")


class Lane:
    """Whoever holds `lock` has the connection, for one transaction."""

    def __init__(self, file: SqliteFile, name: str) -> None:
        self.lock = asyncio.Lock()
        self._file = file
        self._thread = OwnThread(f"store-{name}")
        self._connection: Connection | None = None
        self._driver: sqlite3.Connection | None = None
        self._engine = create_engine(
            "sqlite://",
            creator=self._connect,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",  # each BEGIN is ours
            hide_parameters=True,
        )

    async def ask(self, statement: Executable, values: Values, *, begin: bool) -> CursorResult[Any]:
        """Carry out a statement; with `begin` it is the first of a transaction."""
        with as_ours():
            given: CursorResult[Any] = await self._thread.run(self._ask, statement, values, begin)
        return given

    async def commit(self) -> None:
        """Save, down to the disk."""
        try:
            with as_ours():
                await self._thread.run(self._execute, "COMMIT")
        except StoreLost as error:
            if getattr(error.__cause__, "sqlite_errorcode", 0) in UNKNOWN_AFTER:
                raise StoreOutcomeUnknown from error.__cause__
            raise

    def undo(self) -> None:
        """Save nothing; that is done before whatever comes next."""
        self._thread.run_unwatched(self._undo)

    async def work(self, work: Callable[[Connection], Given], *, alone: bool) -> Given:
        """Take the file as it is now and do `work`; `alone`: while no other process writes."""
        with as_ours():
            given: Given = await self._thread.run(self._work, work, alone)
        return given

    async def aclose(self) -> None:
        """Close the connection and end the thread."""
        await self._thread.aclose(self._forget)

    def _ask(self, statement: Executable, values: Values, begin: bool) -> CursorResult[Any]:  # noqa: FBT001 -- goes through a queue
        connection = self._opened()
        if begin:
            connection.exec_driver_sql(BEGIN)
        result = connection.execute(statement, values)
        if result.returns_rows:
            rows = result.cursor.fetchall()
            result.cursor_strategy = FullyBufferedCursorFetchStrategy(result.cursor, None, rows)
        return result

    def _execute(self, sql: str) -> None:
        self._opened().exec_driver_sql(sql)

    def _undo(self) -> None:
        if self._connection is None:
            return
        try:
            # a full disk has SQLite undo it by itself
            if self._driver and self._driver.in_transaction:
                self._connection.exec_driver_sql("ROLLBACK")
        except Exception:  # noqa: BLE001 -- whatever it is, this connection is given up
            self._forget()

    def _work(self, work: Callable[[Connection], Given], alone: bool) -> Given:  # noqa: FBT001 -- goes through a queue
        if self._file.found():
            self._forget()
        connection = self._opened()
        if not alone:
            return work(connection)
        # a table that is made anew would else take along all that refers to it
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql(BEGIN)
        try:
            given = work(connection)
            connection.exec_driver_sql("COMMIT")
        finally:
            self._forget()
        return given

    def _opened(self) -> Connection:
        self._file.check()
        if self._connection is None:
            self._connection = self._open()
        return self._connection

    def _connect(self) -> sqlite3.Connection:
        # rw: a file that was taken away is not made anew by whoever comes next
        uri = f"file:{quote(str(self._file.path))}?mode=rw"
        self._driver = sqlite3.connect(
            uri, timeout=LANE_PATIENCE_SECONDS, uri=True, check_same_thread=False
        )
        return self._driver

    def _open(self) -> Connection:
        connection = self._engine.connect()
        try:
            _with_patience(lambda: _into_wal(connection))
            # FULL: what is committed is on the disk, also after a power cut
            connection.exec_driver_sql("PRAGMA synchronous=FULL")
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")
        except BaseException:
            connection.close()
            raise
        return connection

    def _forget(self) -> None:
        connection, self._connection = self._connection, None
        if connection:
            connection.close()


def _into_wal(connection: Connection) -> None:
    mode = connection.exec_driver_sql("PRAGMA journal_mode=WAL").scalar()
    if mode != "wal":
        raise StoreDenied(NO_WAL)


def _with_patience(attempt: Callable[[], None]) -> None:
    """Try again while others hold it: entering the mode does not heed the busy time-out."""
    until = time.monotonic() + LANE_PATIENCE_SECONDS
    while True:
        try:
            return attempt()
        except OperationalError as error:
            if not isinstance(ours(error), StoreBusy) or time.monotonic() > until:
                raise
            time.sleep(0.01)


READERS = 3
PATIENCE_SECONDS = 30.0  # for others of this process


class Sqlite:
    """The file, and who reads and writes it."""

    def __init__(self, path: Path) -> None:
        file = SqliteFile(path)
        self._writer = Lane(file, "writer")
        self._readers = [Lane(file, f"reader-{number}") for number in range(READERS)]

    async def begin(self, *, writing: bool) -> Session:
        """Start a transaction; a reading one has no BEGIN: each statement sees the newest."""
        lane = self._writer if writing else self._idlest()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS if lane.lock.locked() else None):
                await lane.lock.acquire()
        except TimeoutError:
            raise StoreBusy from None
        return Writing(lane) if writing else Reading(lane)

    async def work(self, work: Callable[[Connection], Given], *, alone: bool) -> Given:
        """Make the file if need be and do `work`; `alone`: while no other process writes."""
        async with self._writer.lock:
            return await self._writer.work(work, alone=alone)

    async def hear(self, channel: str, heard: Callable[[], None]) -> None:  # noqa: ARG002 -- as on PostgreSQL
        """Wait: no other process tells us anything."""
        await asyncio.Event().wait()

    async def aclose(self) -> None:
        """Close the file; twice is once."""
        for lane in (*self._readers, self._writer):
            await lane.aclose()

    def _idlest(self) -> Lane:
        idle = next((each for each in self._readers if not each.lock.locked()), self._readers[0])
        self._readers.remove(idle)
        self._readers.append(idle)
        return idle


class Reading:
    """A look at what is saved, on one lane."""

    __slots__ = ("_lane",)

    def __init__(self, lane: Lane) -> None:
        self._lane = lane

    async def ask(self, statement: Executable, values: Values) -> CursorResult[Any]:
        """Carry out a statement."""
        return await self._lane.ask(statement, values, begin=False)

    async def commit(self) -> None:
        """Let the next one in."""
        self._lane.lock.release()

    async def undo(self) -> None:
        """Let the next one in."""
        self._lane.lock.release()


class Writing:
    """A transaction on the lane that writes; it begins with its first statement."""

    __slots__ = ("_has_begun", "_lane")

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._has_begun = False

    async def ask(self, statement: Executable, values: Values) -> CursorResult[Any]:
        """Carry out a statement."""
        begin, self._has_begun = not self._has_begun, True
        return await self._lane.ask(statement, values, begin=begin)

    async def commit(self) -> None:
        """Save, and let the next one in."""
        try:
            if self._has_begun:
                await self._lane.commit()
        except BaseException:
            await self.undo()
            raise
        self._lane.lock.release()

    async def undo(self) -> None:
        """Save nothing, and let the next one in."""
        try:
            if self._has_begun:
                self._lane.undo()
        finally:
            self._lane.lock.release()
