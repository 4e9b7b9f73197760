"""Each thing that a driver can say comes out as the error that fits."""

import errno
import sqlite3

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.store.driver_errors import as_ours
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

CUT_BY_US = asyncpg.InterfaceError("connection is closed")


def of_sqlite(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("said")
    error.sqlite_errorcode = code
    return error


def of_postgres(state: str) -> Exception:
    error = asyncpg.PostgresError("said")
    error.sqlstate = state
    return error


def raised_as(error: BaseException) -> StoreError:
    with pytest.raises(StoreError) as caught, as_ours():
        raise error
    return caught.value


def wrapped(error: Exception, *, cut: bool = False) -> DBAPIError:
    """Return what SQLAlchemy makes of an error of asyncpg's."""
    adapted = Exception(str(error))
    adapted.__cause__ = error
    return DBAPIError("SELECT hush", {"word": "hush"}, adapted, connection_invalidated=cut)


@pytest.mark.parametrize(
    ("raised", "ours"),
    [
        (of_sqlite(sqlite3.SQLITE_FULL), StoreFull),
        (of_sqlite(sqlite3.SQLITE_READONLY), StoreReadOnly),
        (of_sqlite(sqlite3.SQLITE_READONLY_DBMOVED), StoreReadOnly),
        (of_sqlite(sqlite3.SQLITE_BUSY), StoreBusy),
        (of_sqlite(sqlite3.SQLITE_BUSY_SNAPSHOT), StoreBusy),
        (of_sqlite(sqlite3.SQLITE_LOCKED), StoreBusy),
        (of_sqlite(sqlite3.SQLITE_CORRUPT), StoreDamaged),
        (of_sqlite(sqlite3.SQLITE_NOTADB), StoreDamaged),
        (of_sqlite(sqlite3.SQLITE_CANTOPEN), StoreDenied),
        (of_sqlite(sqlite3.SQLITE_IOERR_WRITE), StoreLost),
        (of_sqlite(sqlite3.SQLITE_CONSTRAINT_UNIQUE), StoreFault),
        (of_sqlite(sqlite3.SQLITE_ERROR), StoreFault),
        (sqlite3.ProgrammingError("no code"), StoreFault),
        (of_postgres("53100"), StoreFull),
        (of_postgres("54000"), StoreFault),
        (of_postgres("53300"), StoreBusy),
        (of_postgres("53200"), StoreBusy),
        (of_postgres("25006"), StoreReadOnly),
        (of_postgres("57P01"), StoreLost),
        (of_postgres("57P03"), StoreLost),
        (of_postgres("08006"), StoreLost),
        (of_postgres("57014"), StoreBusy),
        (of_postgres("55P03"), StoreBusy),
        (of_postgres("40001"), StoreBusy),
        (of_postgres("40P01"), StoreBusy),
        (of_postgres("28P01"), StoreDenied),
        (of_postgres("3D000"), StoreDenied),
        (of_postgres("42501"), StoreDenied),
        (of_postgres("XX001"), StoreDamaged),
        (of_postgres("42601"), StoreFault),
        (of_postgres("23505"), StoreFault),
        (wrapped(CUT_BY_US, cut=True), StoreLost),
        (wrapped(asyncpg.InterfaceError("another operation is in progress")), StoreFault),
        (asyncpg.TargetServerAttributeNotMatched("no primary"), StoreLost),
        (OSError(errno.ENOSPC, "said"), StoreFull),
        (OSError(errno.EROFS, "said"), StoreReadOnly),
        (PermissionError(errno.EACCES, "said"), StoreDenied),
        (ConnectionRefusedError(errno.ECONNREFUSED, "said"), StoreLost),
        (FileNotFoundError(errno.ENOENT, "said"), StoreLost),
        (TimeoutError(), StoreBusy),
        (PoolTimeout("said"), StoreBusy),
        (KeyError("ours"), StoreFault),
    ],
)
def test_each_has_its_own(raised, ours):
    """Its kind is told by codes, not by words."""
    assert ours is type(raised_as(raised))


def test_the_cause_is_the_drivers_own():
    """Neither the statement nor its values stand in what is logged."""
    error = raised_as(wrapped(CUT_BY_US, cut=True))

    assert CUT_BY_US is error.__cause__
    assert "hush" not in f"{error} {error.__cause__}"


@pytest.mark.parametrize("raised", [StoreBusy(), KeyboardInterrupt()])
def test_what_is_no_drivers_passes(raised):
    """Errors of ours, and those that end the program, come through as they are."""
    with pytest.raises(type(raised)) as caught, as_ours():
        raise raised

    assert raised is caught.value
