"""What both databases can do, and what their drivers raise as errors of ours.

No message carries SQL, values or a password.
"""

import errno
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, TypeAlias, TypeVar

from sqlalchemy import Connection, Executable, Result
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.store.errors import (
    StoreBusy,
    StoreDamaged,
    StoreDenied,
    StoreError,
    StoreFault,
    StoreFull,
    StoreLost,
    StoreReadOnly,
)

Values: TypeAlias = Mapping[str, Any] | Sequence[Mapping[str, Any]] | None
T = TypeVar("T")


class Backend(Protocol):
    """One of the two databases."""

    async def begin(self, *, writing: bool) -> "Session":
        """Start a transaction. Raises StoreError."""

    async def work(self, work: Callable[[Connection], T], *, alone: bool) -> T:
        """Do `work`; `alone` is in one transaction, while no other process can do the same."""

    async def listen(self, channel: str, on_notification: Callable[[], None]) -> None:
        """Call `on_notification` whenever another process notifies the channel."""

    async def aclose(self) -> None:
        """Close all connections."""


class Session(Protocol):
    """A transaction from within: ended by exactly one of `commit` and `undo`."""

    async def execute(self, statement: Executable, values: Values, *, last: bool) -> Result[Any]:
        """Execute a statement; after the `last` one it may be saved already."""

    async def commit(self) -> None:
        """Save. Raises StoreError, and then nothing is saved, but for StoreOutcomeUnknown."""

    async def undo(self) -> None:
        """Save nothing; never raises a StoreError."""


# https://www.sqlite.org/rescode.html; the low byte is the primary code
OF_SQLITE: dict[int, type[StoreError]] = {
    sqlite3.SQLITE_FULL: StoreFull,
    sqlite3.SQLITE_READONLY: StoreReadOnly,
    sqlite3.SQLITE_BUSY: StoreBusy,
    sqlite3.SQLITE_LOCKED: StoreBusy,
    sqlite3.SQLITE_CORRUPT: StoreDamaged,
    sqlite3.SQLITE_NOTADB: StoreDamaged,
    sqlite3.SQLITE_CANTOPEN: StoreDenied,
    sqlite3.SQLITE_PERM: StoreDenied,
    sqlite3.SQLITE_AUTH: StoreDenied,
}
DISK = (
    "The disk of my database does not take or give what I ask; nothing was saved. Ask an admin to "
    "look at its space, its quota and its health; look-ups still work."
)
# https://www.postgresql.org/docs/current/errcodes-appendix.html; a class is two letters
OF_POSTGRES: dict[str, type[StoreError]] = {
    "53100": StoreFull,
    "53": StoreBusy,
    "25006": StoreReadOnly,
    "08": StoreLost,
    "57P01": StoreLost,
    "57P02": StoreLost,
    "57P03": StoreLost,
    "57P05": StoreLost,
    "25P03": StoreLost,
    "58": StoreLost,
    "57014": StoreBusy,
    "55P03": StoreBusy,
    "40": StoreBusy,
    "28": StoreDenied,
    "3D000": StoreDenied,
    "42501": StoreDenied,
    "XX001": StoreDamaged,
    "XX002": StoreDamaged,
}
OF_SYSTEM: dict[int, type[StoreError]] = {
    errno.ENOSPC: StoreFull,
    errno.EDQUOT: StoreFull,
    errno.EFBIG: StoreFull,
    errno.EROFS: StoreReadOnly,
    errno.EACCES: StoreDenied,
    errno.EPERM: StoreDenied,
    errno.EEXIST: StoreDenied,
    errno.ENOTDIR: StoreDenied,
    errno.EISDIR: StoreDenied,
    errno.ENAMETOOLONG: StoreDenied,
}
# of asyncpg, where no server has said anything
LOST = ("InternalClientError", "TargetServerAttributeNotMatched")


@contextmanager
def store_errors() -> Iterator[None]:
    """Raise what a driver raises as a StoreError, with the driver's own as its cause."""
    try:
        yield
    except StoreError:
        raise
    except Exception as error:  # noqa: BLE001 -- each driver has a tree of its own
        raise as_store_error(error) from driver_text(error)


def driver_text(error: BaseException) -> BaseException:
    """Return what the driver said, without the statement and its values."""
    if not isinstance(error, DBAPIError) or error.orig is None:
        return error
    return error.orig.__cause__ or error.orig  # the adapter of asyncpg wraps once more


def as_store_error(error: BaseException) -> StoreError:
    """Return the error of ours that fits; what nobody knows is a fault of this bot."""
    if isinstance(error, StoreError):
        return error
    own = driver_text(error)
    if isinstance(own, sqlite3.Error):
        return _of_sqlite(own)
    if state := getattr(own, "sqlstate", None):
        return _of_postgres(state)
    if isinstance(own, PoolTimeout | TimeoutError):
        return StoreBusy()
    if isinstance(own, OSError):
        return OF_SYSTEM.get(own.errno or 0, StoreLost)()
    is_cut = isinstance(error, DBAPIError) and error.connection_invalidated
    return StoreLost() if is_cut or type(own).__name__ in LOST else StoreFault()


def _of_sqlite(error: sqlite3.Error) -> StoreError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return StoreLost(DISK) if code == sqlite3.SQLITE_IOERR else OF_SQLITE.get(code, StoreFault)()


def _of_postgres(state: str) -> StoreError:
    return (OF_POSTGRES.get(state) or OF_POSTGRES.get(state[:2]) or StoreFault)()
