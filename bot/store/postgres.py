"""PostgreSQL, for several replicas: SQLAlchemy's async engine on asyncpg."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Executable, Result, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.store.backend import Session, T, Values, store_errors
from bot.store.errors import (
    StoreBusy,
    StoreDenied,
    StoreError,
    StoreFault,
    StoreLost,
    StoreNotReady,
    StoreOutcomeUnknown,
)
from bot.store.location import for_asyncpg

if TYPE_CHECKING:
    import asyncpg

POOL_SIZE = 8
CONNECT_SECONDS = 10.0
STATEMENT_SECONDS = 30.0
LOCK_MILLISECONDS = 20_000  # less: who waits for a lock is told so by a server that is alive
RECYCLE_SECONDS = 280.0  # before firewalls forget an idle connection
# a process that hangs in a transaction holds up nobody for longer, nor does one that is cut off
HABITS = """
SET idle_in_transaction_session_timeout = '30s';
SET tcp_keepalives_idle = 60; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3
"""
LOCK_FOR_SCHEMA = 0x73696D73  # "sims"; an advisory lock is a number that all replicas know


class Postgres:
    """The server, behind a pool of connections."""

    def __init__(self, url: str) -> None:
        self._is_closed = False
        self._url = for_asyncpg(url)
        self._writes = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=self.connect,
            pool_size=POOL_SIZE,
            max_overflow=0,
            pool_timeout=CONNECT_SECONDS,
            pool_recycle=RECYCLE_SECONDS,
            pool_reset_on_return=None,  # each transaction is ended by us
            hide_parameters=True,
        )
        self._reads = self._writes.execution_options(isolation_level="AUTOCOMMIT")

    async def connect(self) -> "asyncpg.Connection[Any]":
        """Return a connection outside of the pool."""
        try:
            with store_errors():
                return await self._connect()
        except StoreFault as error:  # of the URL, before anything was asked
            raise StoreDenied from error.__cause__
        except StoreBusy as error:
            is_silent = isinstance(error.__cause__, TimeoutError)
            raise (StoreLost() if is_silent else error) from error.__cause__

    async def _connect(self) -> "asyncpg.Connection[Any]":
        import asyncpg  # noqa: PLC0415 -- the embedded default does without it

        connection = await asyncpg.connect(
            self._url,
            timeout=CONNECT_SECONDS,
            command_timeout=STATEMENT_SECONDS,
            server_settings={"application_name": "simsessions"},
        )
        try:
            await connection.execute(f"SET lock_timeout = {LOCK_MILLISECONDS}; {HABITS}")
        except BaseException:
            connection.terminate()
            raise
        return connection

    async def begin(self, *, writing: bool) -> Session:
        """Start a transaction; it takes a connection with its first statement."""
        return PostgresSession(self, writing=writing)

    async def acquire(self, *, writing: bool) -> AsyncConnection:
        """Return a connection of the pool. Raises StoreNotReady once closed."""
        if self._is_closed:
            raise StoreNotReady
        with store_errors():
            return await (self._writes if writing else self._reads).connect()

    async def work(self, work: Callable[[Connection], T], *, alone: bool) -> T:
        """Do `work`; `alone`: while no other replica can do the same."""
        with store_errors():
            async with self._writes.begin() as connection:
                if alone:
                    await connection.execute(select(func.pg_advisory_xact_lock(LOCK_FOR_SCHEMA)))
                return await connection.run_sync(work)

    async def listen(self, channel: str, on_notification: Callable[[], None]) -> None:
        """Call it once listening, and at each NOTIFY; ends with StoreLost or cancelled."""
        connection, cut = await self.connect(), asyncio.Event()
        try:
            connection.add_termination_listener(lambda _: cut.set())
            with store_errors():
                await connection.add_listener(channel, lambda *_: on_notification())
            on_notification()
            await cut.wait()
        finally:
            connection.terminate()
        raise StoreLost

    async def aclose(self) -> None:
        """Close all connections; those in use when they are given back."""
        self._is_closed = True
        await self._writes.dispose()


class PostgresSession:
    """A transaction on one connection of the pool."""

    __slots__ = ("_connection", "_pool", "_writing")

    def __init__(self, pool: Postgres, *, writing: bool) -> None:
        self._pool = pool
        self._writing = writing
        self._connection: AsyncConnection | None = None

    async def execute(self, statement: Executable, values: Values, *, last: bool) -> Result[Any]:  # noqa: ARG002 -- as on SQLite
        """Execute a statement.

        Where the pool's connection turns out to be dead with the first one, a fresh one is tried:
        nothing can have been saved without a commit.
        """
        if self._connection is not None:
            return await self._execute(self._connection, statement, values)
        try:
            return await self._execute_first(statement, values)
        except StoreLost:
            await self.undo()
            return await self._execute_first(statement, values)

    async def _execute_first(self, statement: Executable, values: Values) -> Result[Any]:
        self._connection = await self._pool.acquire(writing=self._writing)
        return await self._execute(self._connection, statement, values)

    async def _execute(
        self, connection: AsyncConnection, statement: Executable, values: Values
    ) -> Result[Any]:
        try:
            with store_errors():
                return await connection.execute(statement, values)
        except StoreBusy as error:
            if isinstance(error.__cause__, TimeoutError):  # nobody on the other end
                await connection.invalidate()
                raise StoreLost from error.__cause__
            raise

    async def commit(self) -> None:
        """Save. Raises StoreOutcomeUnknown where the connection is cut meanwhile."""
        if self._connection is None:
            return
        try:
            with store_errors():
                await self._connection.commit()
        except StoreLost as error:
            await self.undo()
            raise StoreOutcomeUnknown from error.__cause__
        except BaseException:
            await self.undo()
            raise
        await self._connection.close()

    async def undo(self) -> None:
        """Save nothing, and give the connection back, also where the caller is cancelled again."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await asyncio.shield(_give_back(connection))


async def _give_back(connection: AsyncConnection) -> None:
    try:
        with store_errors():
            await connection.rollback()
    except StoreError:
        await connection.invalidate()
    await connection.close()
