"""Hears what replicas tell each other over PostgreSQL's LISTEN; who misses it polls."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from bot.clock import Clock
from bot.store.database import Database
from bot.store.driver_errors import as_ours
from bot.store.errors import StoreError
from bot.store.postgres import Postgres

AGAIN_SECONDS = 1.0


async def hear(db: Database, channel: str, told: Callable[[], None], clock: Clock) -> None:
    """Call `told` whenever somebody notifies the channel, and after each gap, until cancelled."""
    while True:
        with suppress(StoreError):
            backend = db.backend()
            if isinstance(backend, Postgres):
                await _hear(backend, channel, told)
        await clock.sleep(AGAIN_SECONDS)


async def _hear(backend: Postgres, channel: str, told: Callable[[], None]) -> None:
    """Hear until the connection is gone. Raises StoreError."""
    connection, gone = await backend.connect(), asyncio.Event()
    connection.add_termination_listener(lambda _: gone.set())
    try:
        with as_ours():
            await connection.add_listener(channel, lambda *_: told())
        told()
        await gone.wait()
    finally:
        connection.terminate()
