"""What the drivers raise, as errors of ours; no message carries SQL, values or a password."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
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
    sqlite3.SQLITE_IOERR: StoreLost,
}
# https://www.postgresql.org/docs/current/errcodes-appendix.html; a class is two letters
OF_POSTGRES: dict[str, type[StoreError]] = {
    "53100": StoreFull,
    "54": StoreFull,
    "53200": StoreBusy,
    "53300": StoreBusy,
    "53": StoreFull,
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
}
# of asyncpg, where no server has said anything
LOST = ("InterfaceError", "InternalClientError", "TargetServerAttributeNotMatched")


@contextmanager
def as_ours() -> Iterator[None]:
    """Raise what a driver raises as a StoreError, with the driver's own as its cause."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise ours(error) from drivers_own(error)


def drivers_own(error: BaseException) -> BaseException:
    """Give what the driver said, without the statement and its values."""
    own = error.orig if isinstance(error, DBAPIError) else error
    # the adapter of asyncpg wraps once more
    return (own and own.__cause__) or own or error


def ours(error: BaseException) -> StoreError:
    """Give the error of ours that fits; what nobody knows is a fault of this bot."""
    own = drivers_own(error)
    if isinstance(own, sqlite3.Error):
        return _of_sqlite(own)
    if state := getattr(own, "sqlstate", None):
        return _of_postgres(state)
    if isinstance(own, PoolTimeout | TimeoutError):
        return StoreBusy()
    if isinstance(own, OSError):
        return OF_SYSTEM.get(own.errno or 0, StoreLost)()
    return StoreLost() if type(own).__name__ in LOST else StoreFault()


def _of_sqlite(error: sqlite3.Error) -> StoreError:
    code = getattr(error, "sqlite_errorcode", None)
    return StoreFault() if code is None else OF_SQLITE.get(code & 0xFF, StoreFault)()


def _of_postgres(state: str) -> StoreError:
    return (OF_POSTGRES.get(state) or OF_POSTGRES.get(state[:2]) or StoreFault)()
