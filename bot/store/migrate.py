"""Brings the schema up to date at the start, one process at a time.

A plain look at the revision decides; Alembic, slow to import, comes in only where there is work. A
revision is named as its file, and the order of the names is the order of the revisions.
"""

import logging
from functools import cache, partial
from pathlib import Path

from sqlalchemy import Connection, Text, column, func, select, table

from bot.store.errors import StoreDamaged, StoreFault, StoreTooNew
from bot.store.transaction import Backend, ours

log = logging.getLogger(__name__)

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "simsessions_schema"
VERSION = table(VERSION_TABLE, column("version_num", Text))
_sqlite = table("sqlite_master", column("name"), column("type"))
_postgres = table("pg_class", column("relname"), column("oid"))
TABLES = {
    "sqlite": select(_sqlite.c.name).where(_sqlite.c.type == "table"),
    # others may have tables beside ours
    "postgresql": select(_postgres.c.relname).where(
        _postgres.c.oid == func.to_regclass(VERSION_TABLE)
    ),
}
FOREIGN = (
    "The file that I am to use as my database is another program's database, so I leave it alone. "
    "Ask an admin to check SIMSESSIONS_DATABASE_URL; look-ups still work."
)

FAILED = (
    "My database could not be brought up to date, and stands as it was before. Tell my admin; the "
    "log has the cause; look-ups still work."
)


@cache
def known_revisions(migrations: Path = MIGRATIONS) -> tuple[str, ...]:
    """Return the revisions that this build knows, oldest first."""
    return tuple(sorted(path.stem for path in (migrations / "versions").glob("[0-9]*.py")))


async def bring_up_to_date(backend: Backend, migrations: Path = MIGRATIONS) -> None:
    """Migrate where the schema is older. Raises StoreTooNew where it is newer.

    What a failed migration has begun is undone with its transaction.
    """
    if await backend.work(partial(is_current, migrations), alone=False):
        return
    await backend.work(partial(_migrate, migrations), alone=True)


def is_current(migrations: Path, connection: Connection) -> bool:
    """Compare the schema with this build's. Raises StoreTooNew and StoreDamaged."""
    stored, known = revision_of(connection), known_revisions(migrations)
    if stored is not None and stored not in known:
        raise StoreTooNew
    return stored == known[-1]


def revision_of(connection: Connection) -> str | None:
    """Return the schema's revision; None where there is no schema yet. Raises StoreDamaged."""
    tables = set(connection.scalars(TABLES[connection.dialect.name]))
    if VERSION_TABLE in tables:
        return connection.scalar(select(VERSION.c.version_num))
    if tables:
        raise StoreDamaged(FOREIGN)
    return None


def _migrate(migrations: Path, connection: Connection) -> None:
    if is_current(migrations, connection):  # another process was first
        return
    from alembic import command  # noqa: PLC0415 -- see above
    from alembic.config import Config  # noqa: PLC0415 -- see above

    before = revision_of(connection)
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    try:
        command.upgrade(config, "head")
    except Exception as error:
        found = ours(error)
        raise (StoreFault(FAILED) if isinstance(found, StoreFault) else found) from error
    log.info("store-migrated", extra={"before": before, "after": known_revisions(migrations)[-1]})
