"""One connection to the SQLite file, and the thread that alone uses it."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import quote

from sqlalchemy import Connection, CursorResult, Executable, NullPool, create_engine
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy
from sqlalchemy.exc import OperationalError

from bot.store.driver_errors import as_ours, ours
from bot.store.errors import StoreBusy, StoreDenied, StoreLost, StoreOutcomeUnknown
from bot.store.own_thread import OwnThread
from bot.store.sqlite_file import SqliteFile
from bot.store.transaction import Values

PATIENCE_SECONDS = 10.0
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
        self._driver = sqlite3.connect(uri, PATIENCE_SECONDS, uri=True, check_same_thread=False)
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
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return attempt()
        except OperationalError as error:
            if not isinstance(ours(error), StoreBusy) or time.monotonic() > until:
                raise
            time.sleep(0.01)
