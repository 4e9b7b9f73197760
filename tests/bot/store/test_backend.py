"""Each thing that a driver can say comes out as the error that fits."""

import errno
import sqlite3

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.store.backend import store_errors
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
    with pytest.raises(StoreError) as caught, store_errors():
        raise error
    return caught.value


def wrapped(error: Exception, *, cut: bool = False) -> DBAPIError:
    """Return what SQLAlchemy makes of an error of asyncpg's."""
    adapted = Exception(str(error))
    adapted.__cause__ = error
    return DBAPIError("SELECT hush", {"word": "hush"}, adapted, connection_invalidated=cut)


SQLITE = {
    StoreFull: [sqlite3.SQLITE_FULL],
    StoreReadOnly: [sqlite3.SQLITE_READONLY, sqlite3.SQLITE_READONLY_DBMOVED],
    StoreBusy: [sqlite3.SQLITE_BUSY, sqlite3.SQLITE_BUSY_SNAPSHOT, sqlite3.SQLITE_LOCKED],
    StoreDamaged: [sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB],
    StoreDenied: [sqlite3.SQLITE_CANTOPEN],
    StoreLost: [sqlite3.SQLITE_IOERR_WRITE],
    StoreFault: [sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_ERROR],
}
POSTGRES = {
    StoreFull: ["53100"],
    StoreReadOnly: ["25006"],
    StoreBusy: ["53300", "53200", "57014", "55P03", "40001", "40P01"],
    StoreLost: ["57P01", "57P03", "08006"],
    StoreDenied: ["28P01", "3D000", "42501"],
    StoreDamaged: ["XX001"],
    StoreFault: ["54000", "42601", "23505"],
}
OTHERS = {
    StoreFault: [
        sqlite3.ProgrammingError("no code"),
        wrapped(asyncpg.InterfaceError("another operation is in progress")),
        KeyError("ours"),
    ],
    StoreLost: [
        wrapped(CUT_BY_US, cut=True),
        asyncpg.TargetServerAttributeNotMatched("no primary"),
        ConnectionRefusedError(errno.ECONNREFUSED, "said"),
        FileNotFoundError(errno.ENOENT, "said"),
    ],
    StoreFull: [OSError(errno.ENOSPC, "said")],
    StoreReadOnly: [OSError(errno.EROFS, "said")],
    StoreDenied: [PermissionError(errno.EACCES, "said")],
    StoreBusy: [TimeoutError(), PoolTimeout("said")],
}


@pytest.mark.parametrize(
    ("table", "raised_by"), [(SQLITE, of_sqlite), (POSTGRES, of_postgres), (OTHERS, lambda e: e)]
)
def test_each_has_its_own(table, raised_by):
    """Its kind is known by codes, not by words."""
    found = {ours: {type(raised_as(raised_by(said))) for said in table[ours]} for ours in table}

    assert {ours: {ours} for ours in table} == found


def test_the_cause_is_the_drivers_own():
    """Neither the statement nor its values stand in what is logged."""
    error = raised_as(wrapped(CUT_BY_US, cut=True))

    assert CUT_BY_US is error.__cause__
    assert "hush" not in f"{error} {error.__cause__}"


@pytest.mark.parametrize("raised", [StoreBusy(), KeyboardInterrupt()])
def test_what_is_no_drivers_passes(raised):
    """Errors of ours, and those that end the program, come through as they are."""
    with pytest.raises(type(raised)) as caught, store_errors():
        raise raised

    assert raised is caught.value
