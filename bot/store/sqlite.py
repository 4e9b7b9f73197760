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
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from functools import cache
from pathlib import Path
from threading import local
from typing import Any, ClassVar, TypeVarTuple, cast
from urllib.parse import quote

from sqlalchemy import Connection, Engine, Executable, NullPool, Result, create_engine
from sqlalchemy.exc import DBAPIError, OperationalError

from bot.store.backend import Session, T, Values, as_store_error, driver_text
from bot.store.errors import (
    StoreBusy,
    StoreDamaged,
    StoreDenied,
    StoreError,
    StoreLost,
    StoreNotReady,
    StoreOutcomeUnknown,
    StoreReadOnly,
)
from bot.store.location import is_read_only_disk

Ts = TypeVarTuple("Ts")
Inodes = tuple[int, ...]
log = logging.getLogger(__name__)

READERS = 3
PATIENCE_SECONDS = 30.0  # for others of this process
LOCK_PATIENCE_SECONDS = 10.0  # for other processes
OWNER_ONLY, FOLDER_OWNER_ONLY = 0o600, 0o700
UNKNOWN_AFTER = {sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_DIR_FSYNC}
BEGIN = "BEGIN IMMEDIATE"
NO_WAL = (
    "The file system of my database does not know write-ahead logs, as network file systems do not."
    " Ask an admin to set SIMSESSIONS_DATA_DIR to a disk of this machine."
)


class Sqlite:
    """The file, one connection that writes it and a few that read it."""

    def __init__(self, path: Path) -> None:
        self._file = file = SqliteFile(path)
        self._writer = SqliteConnection(file, "writer")
        self._readers = [SqliteConnection(file, f"reader-{number}") for number in range(READERS)]

    async def begin(self, *, writing: bool) -> Session:
        """Start a transaction; a reading one has no BEGIN: each statement sees the newest."""
        connection = self._writer if writing else self._idlest()
        lock = connection.lock
        try:
            async with asyncio.timeout(PATIENCE_SECONDS if lock.locked() else None):
                await lock.acquire()
        except TimeoutError:
            raise StoreBusy from None
        return SqliteSession(connection, writing=writing)

    async def work(self, work: Callable[[Connection], T], *, alone: bool) -> T:
        """Make the file if need be and do `work`; `alone`: while no other process writes."""
        async with self._writer.lock:
            every = (*self._readers, self._writer)
            if any(each.is_stale for each in every):  # all go before one is opened anew
                for each in every:
                    await each.run(each.let_go)
            return await self._writer.run(self._writer.work, work, alone)

    async def listen(self, channel: str, on_notification: Callable[[], None]) -> None:  # noqa: ARG002 -- as on PostgreSQL
        """Wait for ever: a file notifies nobody."""
        await asyncio.Event().wait()

    async def aclose(self) -> None:
        """Close the file; twice is once."""
        for connection in (*self._readers, self._writer):
            await connection.aclose()
        self._file.close()

    def _idlest(self) -> "SqliteConnection":
        idle = next((each for each in self._readers if not each.lock.locked()), self._readers[0])
        self._readers.remove(idle)
        self._readers.append(idle)
        return idle


class SqliteSession:
    """A transaction on one connection; one that writes begins with its first statement."""

    __slots__ = ("_connection", "_is_open", "_writing")

    def __init__(self, connection: "SqliteConnection", *, writing: bool) -> None:
        self._connection = connection
        self._writing = writing
        self._is_open = False

    async def execute(self, statement: Executable, values: Values, *, last: bool) -> Result[Any]:
        """Execute a statement; the `last` one that writes saves in the same trip."""
        on = self._connection
        if not self._writing:
            return await on.run(on.read, statement, values)
        self._is_open = True
        result = await on.run(on.write, statement, values, last)
        self._is_open = not last
        return result

    async def commit(self) -> None:
        """Save, and let the next one in."""
        try:
            if self._is_open:
                await self._connection.run(self._connection.commit)
        except BaseException:
            await self.undo()
            raise
        self._connection.lock.release()

    async def undo(self) -> None:
        """Save nothing, and let the next one in."""
        if self._is_open:
            self._connection.undo()
        self._connection.lock.release()


class SqliteConnection:
    """A connection in a thread of its own; whoever holds `lock` has it, for one transaction.

    What touches the file is done by `run`.
    """

    def __init__(self, file: "SqliteFile", name: str) -> None:
        self.lock = asyncio.Lock()
        self._file = file
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"store-{name}")
        self._is_closed = False
        self._connection: Connection | None = None
        self._on: Inodes = ()

    def undo(self) -> None:
        """Save nothing; that is done before whatever comes next."""
        if not self._is_closed:
            self._thread.submit(self._undo)

    @property
    def is_stale(self) -> bool:
        """Whether it is on files that are not those in their place any more."""
        return self._connection is not None and self._on != self._file.inodes()

    async def aclose(self) -> None:
        """Close the connection after what was begun, and end the thread; twice is once."""
        if not self._is_closed:
            await self.run(self._forget)
            self._is_closed = True
            self._thread.shutdown(wait=False)

    async def run(self, work: Callable[[*Ts], T], *args: *Ts) -> T:
        """Return what `work` returns; once begun it goes on though nobody waits any longer."""
        if self._is_closed:
            raise StoreNotReady
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work, *args)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 -- whatever the driver raises
            raise as_store_error(error) from driver_text(error)

    def read(self, statement: Executable, values: Values) -> Result[Any]:
        """Execute a statement outside of a transaction."""
        return _rows(self._opened(), statement, values)

    def write(self, statement: Executable, values: Values, last: bool) -> Result[Any]:  # noqa: FBT001 -- goes to a thread
        """Execute a statement of a transaction, which it begins if need be; the `last` saves it."""
        connection = self._connection or self._opened()
        try:
            if not _driver(connection).in_transaction:
                _driver(connection).execute(BEGIN)
            result = _rows(connection, statement, values)
        except (sqlite3.Error, DBAPIError):
            self._file.check()  # says more than what SQLite makes of another file
            raise
        if last:
            self.commit()
        return result

    def commit(self) -> None:
        """Save, down to the disk."""
        try:
            _driver(self._opened()).execute("COMMIT")
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) in UNKNOWN_AFTER:
                raise StoreOutcomeUnknown from error
            raise

    def _undo(self) -> None:
        try:
            # a full disk has SQLite undo it by itself
            if self._connection and (driver := _driver(self._connection)).in_transaction:
                driver.execute("ROLLBACK")
        except Exception:  # noqa: BLE001 -- whatever it is, this connection is given up
            self._forget()

    def work(self, work: Callable[[Connection], T], alone: bool) -> T:  # noqa: FBT001 -- goes to a thread
        """Take the file as it is now and do `work`; `alone`: while no other process writes."""
        if self._file.ensure():
            self._forget()
        connection = self._opened()
        if not alone:
            return work(connection)
        # a table that is made anew would else take along all that refers to it
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql(BEGIN)
        try:
            result = work(connection)
            connection.exec_driver_sql("COMMIT")
        finally:
            self._forget()
        return result

    def _opened(self) -> Connection:
        found = self._file.check()
        if self._connection is None:
            self._connection, self._on = self._open(), self._file.inodes()
        elif self._on != found:
            raise StoreLost(LOG_GONE)
        return self._connection

    def _open(self) -> Connection:
        # rw: a file that was taken away is not made anew by whoever comes next
        opening.uri = f"file:{quote(str(self._file.path))}?mode=rw"
        with ExitStack() as half_open:
            try:
                connection = half_open.enter_context(engine().connect())
                _retry_while_locked(lambda: _enter_wal(connection))
                # FULL: what is committed is on the disk, also after a power cut
                connection.exec_driver_sql("PRAGMA synchronous=FULL")
                connection.exec_driver_sql("PRAGMA foreign_keys=ON")
                connection.exec_driver_sql("SELECT 1 FROM sqlite_master LIMIT 1")  # opens its log
            except OperationalError as error:
                raise self._as_read_only(error) from error
            half_open.pop_all()
        return connection

    def _as_read_only(self, error: OperationalError) -> Exception:
        """Return the error; a log that cannot be made on a read-only disk is no denial."""
        denied = isinstance(as_store_error(error), StoreDenied)
        return StoreReadOnly() if denied and is_read_only_disk(self._file.path.parent) else error

    def let_go(self) -> None:
        """Save what stands in a log that nobody finds any more, and close.

        The next statement opens the file as it is then.
        """
        with suppress(StoreError, OperationalError):
            self._file.check()
            if self._connection and not all(self._file.inodes()):
                self._connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        self._forget()

    def _forget(self) -> None:
        connection, self._connection = self._connection, None
        if connection:
            connection.close()


opening = local()  # each connection is opened in a thread of its own


@cache
def engine() -> Engine:
    """Return the engine of all connections: a statement is compiled once for all of them."""
    return create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(
            opening.uri, timeout=LOCK_PATIENCE_SECONDS, uri=True, check_same_thread=False
        ),
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",  # each BEGIN is ours
        hide_parameters=True,
    )


def _rows(connection: Connection, statement: Executable, values: Values) -> Result[Any]:
    result = connection.execute(statement, values)
    # all rows are fetched here: the cursor stays in its thread
    return result.freeze()() if result.returns_rows else result


def _driver(connection: Connection) -> sqlite3.Connection:
    return cast("sqlite3.Connection", connection.connection.driver_connection)


def _enter_wal(connection: Connection) -> None:
    if connection.exec_driver_sql("PRAGMA journal_mode=WAL").scalar() != "wal":
        raise StoreDenied(NO_WAL)


def _retry_while_locked(work: Callable[[], None]) -> None:
    """Try again while others hold the file: entering the mode ignores the busy time-out."""
    until = time.monotonic() + LOCK_PATIENCE_SECONDS
    while True:
        try:
            return work()
        except OperationalError as error:
            if not isinstance(as_store_error(error), StoreBusy) or time.monotonic() > until:
                raise
            time.sleep(0.01)


MAGIC = b"SQLite format 3\0"
GONE = (
    "The file of my database was taken away or emptied while I ran. Ask an admin to put back a "
    "copy, or to restart me to begin with an empty one; look-ups still work."
)
LOG_GONE = "Nothing was saved: the log of my database was taken away. Try again in a minute."
OVERWRITTEN = (
    "The file of my database was cut or overwritten while I ran, so I leave it alone. Ask an admin "
    "to put back a copy; look-ups still work."
)


def _inode(path: str) -> int:
    try:
        return os.stat(path).st_ino  # noqa: PTH116 -- thrice a statement, and twice as fast
    except OSError:
        return 0


class SqliteFile:
    """Which file is ours: the one that was there when it was last looked for, whole as it was."""

    # sqlite.org/howtocorrupt.html, 2.2: closing any descriptor of a file drops SQLite's locks on
    # it, so all who are on one file share one, and the last closes it
    _shared: ClassVar[dict[tuple[int, int], list[int]]] = {}

    def __init__(self, path: Path) -> None:
        self.path = path
        self._files = [f"{path}{end}" for end in ("", "-wal", "-shm")]
        self._is: tuple[int, int] | None = None
        self._size = 0

    def ensure(self) -> bool:
        """Make it, but never anew while we run; return whether it is another than before."""
        before, is_there = self._is, self.path.exists()
        if self._size and not (is_there and self.path.stat().st_size):
            raise StoreLost(GONE)
        if not is_there:
            self.path.parent.mkdir(FOLDER_OWNER_ONLY, parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, OWNER_ONLY))
            log.info("store-made", extra={"file": str(self.path)})
        found = self.path.stat()
        if before == (found.st_dev, found.st_ino):
            return False
        self.close()
        self._is, self._size = (found.st_dev, found.st_ino), 0
        self._share(self._is)
        return True

    def check(self) -> Inodes:
        """Return its inodes. Raises StoreError where it was taken away, replaced or overwritten."""
        try:
            found = os.stat(self._files[0])  # noqa: PTH116 -- twice as fast, and asked often
        except OSError as error:
            raise StoreLost(GONE) from error
        if self._is is None or (found.st_dev, found.st_ino) != self._is:
            raise StoreLost
        is_whole = os.pread(self._shared[self._is][0], len(MAGIC), 0) == MAGIC
        if self._size and (found.st_size < self._size or not is_whole):
            raise StoreDamaged(OVERWRITTEN)
        self._size = found.st_size if is_whole else 0
        return found.st_ino, *map(_inode, self._files[1:])

    def inodes(self) -> Inodes:
        """Return what names it, its log and the log's index; 0 for what is not there."""
        return tuple(map(_inode, self._files))

    def close(self) -> None:
        """Close the file, after all connections."""
        shared = self._shared.get(self._is) if self._is else None
        if shared and self._is:
            shared[1] -= 1
            if not shared[1]:
                os.close(self._shared.pop(self._is)[0])
        self._is = None

    def _share(self, key: tuple[int, int]) -> None:
        shared = self._shared.setdefault(key, [-1, 0])
        if not shared[1]:
            shared[0] = os.open(self.path, os.O_RDONLY)
        shared[1] += 1
