"""Brings the schema up to date at the start, one process at a time.

A new store is made from bot/store/schema.py at once. An older one goes through the revisions that
it lacks, for which alone Alembic, slow to import, comes in.
"""

import logging
from collections.abc import Mapping
from functools import partial
from itertools import dropwhile

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    column,
    func,
    insert,
    select,
    table,
    update,
)

from bot.store.backend import Backend, as_store_error
from bot.store.errors import StoreDamaged, StoreFault, StoreTooNew
from bot.store.revisions import REVISIONS, Revision
from bot.store.schema import metadata

log = logging.getLogger(__name__)

VERSION_TABLE = "simsessions_schema"
VERSION = Table(
    VERSION_TABLE,
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name=f"{VERSION_TABLE}_pkc"),
)
NEWEST = [*REVISIONS][-1]
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


async def bring_up_to_date(backend: Backend, revisions: Mapping[str, Revision] = REVISIONS) -> None:
    """Make the schema, or migrate an older one. Raises StoreTooNew where it is newer.

    What a failed migration has begun is undone with its transaction.
    """
    if await backend.work(partial(is_current, revisions), alone=False):
        return
    await backend.work(partial(_migrate, revisions), alone=True)


def is_current(revisions: Mapping[str, Revision], connection: Connection) -> bool:
    """Compare the schema with this build's. Raises StoreTooNew and StoreDamaged."""
    stored, known = revision_of(connection), [*revisions]
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


def _migrate(revisions: Mapping[str, Revision], connection: Connection) -> None:
    if is_current(revisions, connection):  # another process was first
        return
    before, newest = revision_of(connection), [*revisions][-1]
    try:
        if before is None:
            create_schema(connection, newest)
        else:
            migrate(connection, before, revisions)
    except Exception as error:
        found = as_store_error(error)
        raise (StoreFault(FAILED) if isinstance(found, StoreFault) else found) from error
    log.info("store-migrated", extra={"before": before, "after": newest})


def create_schema(connection: Connection, newest: str = NEWEST) -> None:
    """Make the schema where there is none; it is that of the newest revision."""
    if connection.dialect.name == "postgresql":
        _say_where_to_postgres()
    metadata.create_all(connection, checkfirst=False)
    VERSION.create(connection)
    connection.execute(insert(VERSION).values(version_num=newest))


def _say_where_to_postgres() -> None:
    for each in metadata.tables.values():
        for index in each.indexes:
            where = index.dialect_options["sqlite"]["where"]
            index.dialect_options["postgresql"]["where"] = where


def migrate(connection: Connection, before: str, revisions: Mapping[str, Revision]) -> None:
    """Carry out the revisions that come after the one that is there."""
    from alembic.operations import Operations  # noqa: PLC0415 -- see above
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415 -- see above

    names = {"target_metadata": metadata}  # for the constraints that a revision does not name
    operations = Operations(MigrationContext.configure(connection, opts=names))
    _, *lacking = dropwhile(lambda name: name != before, revisions)
    for name in lacking:
        revisions[name](operations)
    connection.execute(update(VERSION).values(version_num=[*revisions][-1]))
