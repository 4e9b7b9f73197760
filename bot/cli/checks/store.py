"""Whether the store can be reached and written, how old its schema is, and what room is left."""

import shutil
from pathlib import Path

from bot.app.resources import denied, make_database, store_url
from bot.cli.checks.check import Check, failed, skipped, well
from bot.cli.exit_codes import ExitCode
from bot.clock import Clock
from bot.errors import StartError
from bot.settings import Settings
from bot.store.database import Database
from bot.store.errors import (
    StoreBusy,
    StoreDamaged,
    StoreDenied,
    StoreError,
    StoreFull,
    StoreLost,
    StoreReadOnly,
    StoreTooNew,
)
from bot.store.location import SQLITE, is_read_only_disk, nearest, without_password
from bot.store.migrate import known_revisions

NAME = "store"
LEAST_FREE = 200 * 10**6  # bytes; a year of scans of 1,000 SIMs
MEND = "look into the server's log; until it is mended the bot answers look-ups, and no more"
MENDS: dict[type[StoreError], str] = {
    StoreLost: "see that the server is up, its host and port are right, and no firewall is between",
    StoreBusy: "see who holds it for so long, then try again",
    StoreFull: "make room on its disk",
    StoreReadOnly: "let this user write to the file; of a server, take the one that takes changes",
    StoreTooNew: "update this program to the version that was here last",
    StoreDamaged: "move the file away and put back a copy, or let the next start make a new one",
}
MEND_SETTING = "docs/operating.md, Where it keeps things"


async def store_check(settings: Settings, clock: Clock, faulty: frozenset[str]) -> Check:
    """Look at it as the bot would open it, and change nothing but what a trial writes."""
    if wrong := sorted({"SIMSESSIONS_DATABASE_URL", "SIMSESSIONS_DATA_DIR"} & faulty):
        return skipped(NAME, f"{wrong[0]} is not right")
    url = store_url(settings)
    try:
        database = make_database(settings)
    except StartError as error:
        return failed(NAME, error.sentence, MEND_SETTING, ExitCode.SETTINGS)
    try:
        return await _looked_at(database, url, clock)
    except StoreDenied as error:
        return failed(NAME, denied(settings, error), MEND_SETTING, ExitCode.SETTINGS)
    except StoreError as error:
        says = f"{without_password(url)}: {_said(error)}{_because(error)}"
        return failed(NAME, says, MENDS.get(type(error), MEND))
    finally:
        await database.aclose()


async def _looked_at(database: Database, url: str, clock: Clock) -> Check:
    file = Path(url.removeprefix(SQLITE)) if url.startswith(SQLITE) else None
    where = f"{database.kind}, {without_password(url)}"
    if file and not file.exists():
        if is_read_only_disk(nearest(file.parent)):
            raise StoreReadOnly
        return well(NAME, f"{where}: not there yet, made with the first start")
    revision = await database.revision()
    if revision not in known_revisions()[-1:]:
        age = f"schema {revision}" if revision else "empty"
        return well(NAME, f"{where}: {age}; the next start brings it up to date{_free(file)}")
    started = clock.monotonic()
    await database.prepare()
    took = round(1000 * (clock.monotonic() - started))
    says = f"{where}: written in {took} ms, schema {revision}{_free(file)}"
    if file and shutil.disk_usage(file.parent).free < LEAST_FREE:
        return failed(NAME, says, MENDS[StoreFull])
    return well(NAME, says)


def _free(file: Path | None) -> str:
    if file is None:
        return ""
    return f", {shutil.disk_usage(file.parent).free / 1e9:.1f} GB free"


def _said(error: StoreError) -> str:
    return "it cannot be reached" if type(error) is StoreLost else error.sentence


def _because(error: StoreError) -> str:
    return f" ({str(error.__cause__).strip()})" if error.__cause__ else ""
