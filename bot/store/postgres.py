"""PostgreSQL, for several replicas: SQLAlchemy's async engine on asyncpg."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, CursorResult, Executable, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.store.driver_errors import as_ours, ours
from bot.store.errors import StoreError, StoreLost, StoreOutcomeUnknown
from bot.store.transaction import Session, Values

if TYPE_CHECKING:
    import asyncpg

CONNECT_SECONDS = 10.0
STATEMENT_SECONDS = 60.0
LOCK_FOR_SCHEMA = 0x73696D73  # "sims"; an advisory lock is a number that all replicas know


class Postgres:
    """The server, behind a pool of connections."""

    def __init__(self, url: str, *, pool_size: int) -> None:
        self._url = url
        self._engine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=self._connect,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=CONNECT_SECONDS,
            hide_parameters=True,
        )
        self._reads = self._engine.execution_options(isolation_level="AUTOCOMMIT")

    def __repr__(self) -> str:
        """Tell nothing of the URL."""
        return f"{type(self).__name__}()"

    async def _connect(self) -> "asyncpg.Connection[Any]":
        import asyncpg  # noqa: PLC0415 -- the embedded default does without it

        return await asyncpg.connect(
            self._url,
            timeout=CONNECT_SECONDS,
            command_timeout=STATEMENT_SECONDS,
            server_settings={"application_name": "simsessions"},
        )

    async def begin(self, *, writing: bool) -> Session:
        """Start a transaction, once more on a fresh connection where the pool's one was dead."""
        try:
            return await self._begun(writing=writing)
        except StoreLost:
            return await self._begun(writing=writing)

    async def _begun(self, *, writing: bool) -> Session:
        connection = (self._engine if writing else self._reads).connect()
        with as_ours():
            await connection.start()
        session = PostgresSession(connection)
        try:
            with as_ours():
                if writing:
                    await connection.exec_driver_sql("SELECT 1")
        except BaseException:
            await session.undo()
            raise
        return session

    async def migrate(self, work: Callable[[Connection], None]) -> None:
        """Do `work` while no other replica can do the same."""
        with as_ours():
            async with self._engine.begin() as connection:
                lock = text("SELECT pg_advisory_xact_lock(:lock)")
                await connection.execute(lock, {"lock": LOCK_FOR_SCHEMA})
                await connection.run_sync(work)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._engine.dispose()


class PostgresSession:
    """A transaction on one connection of the pool."""

    __slots__ = ("_connection",)

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def ask(self, statement: Executable, values: Values) -> CursorResult[Any]:
        """Carry out a statement."""
        with as_ours():
            return await self._connection.execute(statement, values)

    async def commit(self) -> None:
        """Save."""
        try:
            await self._connection.commit()
        except Exception as error:
            await self.undo()
            found = ours(error)
            lost = isinstance(found, StoreLost)
            raise (StoreOutcomeUnknown() if lost else found) from error
        except BaseException:
            await self.undo()
            raise
        await self._connection.close()

    async def undo(self) -> None:
        """Save nothing, and give the connection back."""
        try:
            with as_ours():
                await self._connection.close()
        except StoreError:
            await self._connection.invalidate()
