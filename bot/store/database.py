"""The store: one SQLite file, or PostgreSQL; transactions on it, and whether it is open.

    async with db.write() as tx:
        await tx.execute(...)

saves all of it or nothing. What a driver raises comes out as a StoreError.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self

from sqlalchemy import ColumnElement, Double, Table, literal_column
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.errors import StoreError, StoreNotReady
from bot.store.transaction import Backend, Transaction

POOL_SIZE = 8
NOW_SQLITE = "((julianday('now') - 2440587.5) * 86400.0)"
NOW_POSTGRES = "CAST(extract(epoch FROM clock_timestamp()) AS double precision)"
Insert = sqlite.Insert | postgresql.Insert


class Database:
    """Gives transactions once `prepare` has succeeded; until then each raises StoreNotReady."""

    def __init__(self, url: str, *, pool_size: int = POOL_SIZE) -> None:
        """Take `sqlite:///path` or `postgresql://…`; nothing is opened yet."""
        self.is_postgres = not url.startswith("sqlite:")
        self._backend = _backend(url, pool_size)
        self._why_not: StoreError | None = StoreNotReady()
        now = NOW_POSTGRES if self.is_postgres else NOW_SQLITE
        self.now: ColumnElement[float] = literal_column(now, Double())

    def __repr__(self) -> str:
        """Tell the kind, and nothing of the URL."""
        return f"Database({'postgresql' if self.is_postgres else 'sqlite'})"

    @classmethod
    async def open(cls, url: str, *, pool_size: int = POOL_SIZE) -> Self:
        """Give a database that is ready. Raises StoreError."""
        database = cls(url, pool_size=pool_size)
        try:
            await database.prepare()
        except BaseException:
            await database.aclose()
            raise
        return database

    async def prepare(self) -> None:
        """Reach it and bring its schema up to date. Raises StoreError."""
        from bot.store.migrate import brought_up_to_date  # noqa: PLC0415 -- with the first opening

        await brought_up_to_date(self._backend)
        self._why_not = None

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        """Give a transaction that is saved at the end of the block, and not if it raises.

        SQLite: one at a time over all processes (BEGIN IMMEDIATE). PostgreSQL: read committed.
        Keep it short: on SQLite nobody else writes meanwhile.
        """
        if self._why_not:
            raise self._why_not
        session = await self._backend.begin(writing=True)
        try:
            yield Transaction(session.ask)
        except BaseException:
            await session.undo()
            raise
        await session.commit()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """Give a look at what is saved; each statement sees the newest. Do not write in it."""
        if self._why_not:
            raise self._why_not
        session = await self._backend.begin(writing=False)
        try:
            yield Transaction(session.ask)
        finally:
            await session.undo()

    @asynccontextmanager
    async def joining(self, tx: Transaction | None) -> AsyncIterator[Transaction]:
        """Give `tx`, whose owner saves it; where there is none, a write of its own."""
        if tx is not None:
            yield tx
        else:
            async with self.write() as own:
                yield own

    def insert(self, table: Table) -> Insert:
        """Give an INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
        return postgresql.insert(table) if self.is_postgres else sqlite.insert(table)

    async def aclose(self) -> None:
        """Close it."""
        self._why_not = StoreNotReady()
        await self._backend.aclose()


def _backend(url: str, pool_size: int) -> Backend:
    if url.startswith("sqlite:"):
        from bot.store.sqlite import Sqlite  # noqa: PLC0415 -- one of the two is enough

        return Sqlite(Path(url.removeprefix("sqlite:///")))
    from bot.store.postgres import Postgres  # noqa: PLC0415 -- one of the two is enough

    return Postgres(url, pool_size=pool_size)
