"""Opens the store that the settings name, and keeps it open beside the running bot."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from bot.app.bot import cancelled
from bot.clock import Clock
from bot.errors import StartError
from bot.ops.metrics import Metrics
from bot.settings import Settings
from bot.store.database import Database
from bot.store.errors import StoreDenied, StoreError
from bot.store.keeper import Keeper
from bot.store.place import FILE_NAME, usual_folder, why_not
from bot.store.url import SQLITE

PATIENCE_SECONDS = 2.0
MAY_BE_LOST = "SIMSESSIONS_DATA_MAY_BE_LOST=yes"


def store_url(settings: Settings) -> str:
    """Give the store's URL: the one that is set, or of a file in the data folder."""
    if settings.database_url:
        return settings.database_url.get_secret_value()
    xdg = os.environ.get("XDG_DATA_HOME", "")
    folder = settings.data_dir or usual_folder(Path("~").expanduser(), xdg)
    return f"{SQLITE}{folder.expanduser().absolute() / FILE_NAME}"


def make_database(settings: Settings) -> Database:
    """Give the database, not yet open. Raises StartError where its file could not last."""
    url = store_url(settings)
    if url.startswith(SQLITE) and not settings.data_may_be_lost:
        refuse(Path(url.removeprefix(SQLITE)), _named_by(settings))
    return Database(url)


def refuse(file: Path, setting: str) -> None:
    """Raise StartError, naming the setting, where a file cannot last or be written."""
    if why := why_not(file):
        mend = f"set another, or {MAY_BE_LOST} if that is meant"
        fault = f"{setting}: {why}; {mend}"
        raise StartError(fault)


async def keep_store(
    settings: Settings, clock: Clock, metrics: Metrics, stack: AsyncExitStack
) -> Database:
    """Open the store beside the rest of the start; give it, ready or not.

    Raises StartError where the settings are at fault. For all else there is `Keeper`.
    """
    database = make_database(settings)
    stack.push_async_callback(database.aclose)
    keeper = Keeper(database, clock, metrics)
    opening = asyncio.create_task(keeper.open(), name="store-opening")
    stack.push_async_callback(cancelled, opening)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await asyncio.shield(opening)
    except TimeoutError:
        opening.add_done_callback(_retrieved)
    except StoreDenied as error:
        raise StartError(denied(settings, error)) from error
    keeping = asyncio.create_task(keeper.run(), name="store-keeper")
    stack.push_async_callback(cancelled, keeping)
    return database


@asynccontextmanager
async def opened_store(settings: Settings) -> AsyncIterator[Database]:
    """Give the open store for a command of the terminal. Raises StartError and StoreError."""
    database = make_database(settings)
    try:
        await database.prepare()
        yield database
    except StoreDenied as error:
        raise StartError(denied(settings, error)) from error
    finally:
        await database.aclose()


def denied(settings: Settings, error: StoreError) -> str:
    """Say which setting does not let us in, and what the other side says."""
    said = str(error.__cause__ or error.sentence).strip().partition("\n")[0]
    return f"{_named_by(settings)}: the store does not let me in ({said}); set it anew"


def _named_by(settings: Settings) -> str:
    return "SIMSESSIONS_DATABASE_URL" if settings.database_url else "SIMSESSIONS_DATA_DIR"


def _retrieved(opening: "asyncio.Task[None]") -> None:
    if not opening.cancelled():
        opening.exception()
