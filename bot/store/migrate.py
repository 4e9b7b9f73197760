"""Brings the schema up to date at the start, one replica at a time.

A plain look at the version decides; Alembic, slow to import, comes in only where there is work.
A revision's id is the name of its file, and the order of names is the order of revisions.
"""

import logging
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from bot.store.errors import StoreDamaged, StoreTooNew
from bot.store.transaction import Backend

log = logging.getLogger(__name__)

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "simsessions_schema"


def known_revisions() -> tuple[str, ...]:
    """Give the revisions that this build knows, oldest first."""
    return tuple(sorted(path.stem for path in (MIGRATIONS / "versions").glob("[0-9]*.py")))


async def brought_up_to_date(backend: Backend) -> None:
    """Migrate where the schema is older. Raises StoreTooNew where it is newer."""
    await backend.migrate(_upgrade)


def _upgrade(connection: Connection) -> None:
    stored, known = revision_of(connection), known_revisions()
    if stored == known[-1]:
        return
    if stored is not None and stored not in known:
        raise StoreTooNew
    from alembic import command  # noqa: PLC0415 -- see above
    from alembic.config import Config  # noqa: PLC0415 -- see above

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    log.info("store migrated", extra={"before": stored, "now": known[-1]})


def revision_of(connection: Connection) -> str | None:
    """Give the schema's revision; None where there is no schema. Raises StoreDamaged."""
    tables = inspect(connection).get_table_names()
    if VERSION_TABLE in tables:
        return connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))  # noqa: S608 -- ours
    if tables and connection.dialect.name == "sqlite":
        raise StoreDamaged
    return None
