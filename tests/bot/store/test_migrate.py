"""The schema: brought up to date once, by one process, whole or not at all."""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column, Connection, Integer, insert, inspect, text

from bot.store.database import Database
from bot.store.errors import StoreFault, StoreNotReady, StoreTooNew
from bot.store.migrate import (
    NEWEST,
    VERSION,
    VERSION_TABLE,
    bring_up_to_date,
    create_schema,
    migrate,
    revision_of,
)
from bot.store.revisions import REVISIONS, Revision
from bot.store.schema import metadata
from tests.bot.store.notes import with_notes

ROOT = Path(__file__).parent.parent.parent.parent
OPENING = """
import asyncio, json, logging, sys
from bot.store.database import Database

class Said(logging.Handler):
    def emit(self, record):
        said.append(record.getMessage())

async def main():
    db = await Database.open(sys.argv[1])
    await db.aclose()

said = []
logging.getLogger("bot").addHandler(Said())
logging.getLogger("bot").setLevel("INFO")
asyncio.run(main())
print(json.dumps({"said": said, "alembic": "alembic" in sys.modules}))
"""


async def opened_apart(url: str) -> dict:
    """Open it in a process of its own; give what it logged and whether it imported Alembic."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", OPENING, url),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return json.loads(out)


async def revision(url: str) -> str:
    """Read what is stored."""
    db = Database(url)
    found = await db._backend.work(revision_of, alone=False)
    await db.aclose()
    return found


async def left_by_another_build(url: str) -> None:
    """Leave a store whose revision nobody knows here."""
    db = await Database.open(url)
    async with db.write() as tx:
        await tx.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999_later'"))
    await db.aclose()


async def worked(url: str, work) -> object:
    """Do `work` on a connection, alone, and return what it does."""
    db = Database(url)
    try:
        return await db._backend.work(work, alone=True)
    finally:
        await db.aclose()


def at_revision(connection: Connection, revision: str) -> None:
    """Make the schema anew as it was at a revision, by the revisions up to it."""
    for each in (*metadata.tables.values(), VERSION):
        each.drop(connection, checkfirst=True)
    VERSION.create(connection)
    connection.execute(insert(VERSION).values(version_num="none"))
    until = [*REVISIONS][: [*REVISIONS].index(revision) + 1]
    migrate(
        connection, "none", {"none": lambda _: None} | {name: REVISIONS[name] for name in until}
    )


async def migrated(url: str, revisions: Mapping[str, Revision]) -> None:
    """Bring it up to date by other revisions."""
    db = Database(url)
    try:
        await bring_up_to_date(db._backend, revisions)
    finally:
        await db.aclose()


def told_of(index: dict) -> dict:
    return {**index, "dialect_options": {k: str(v) for k, v in index["dialect_options"].items()}}


def schema_of(connection: Connection) -> dict[str, object]:
    """Read all that there is of each table."""
    found = inspect(connection)
    columns = {
        name: [{**each, "type": repr(each["type"])} for each in found.get_columns(name)]
        for name in found.get_table_names()
    }
    without_rows = "SELECT name FROM pragma_table_list WHERE wr"
    is_sqlite = connection.dialect.name == "sqlite"
    return {
        "columns": columns,
        "keys": {name: found.get_pk_constraint(name) for name in columns},
        "unique": {name: found.get_unique_constraints(name) for name in columns},
        "indexes": {
            name: sorted(map(told_of, found.get_indexes(name)), key=lambda index: index["name"])
            for name in columns
        },
        "options": sorted(connection.scalars(text(without_rows))) if is_sqlite else [],
    }


async def test_a_new_schema_is_that_of_the_revisions(empty_url):
    """Made at once or by one revision after the other: every table, key and index is the same."""
    await worked(empty_url, create_schema)
    at_once = await worked(empty_url, schema_of)
    await worked(empty_url, lambda connection: at_revision(connection, NEWEST))
    by_revisions = await worked(empty_url, schema_of)

    assert {*metadata.tables, VERSION_TABLE} == at_once["columns"].keys()
    assert by_revisions == at_once
    assert NEWEST == await revision(empty_url)


async def test_the_schema_is_what_the_tables_say(empty_url):
    """What is made is what bot/store/schema.py says, as Alembic compares it."""
    db = await Database.open(empty_url)
    differences = await db._backend.work(
        lambda connection: compare_metadata(
            MigrationContext.configure(
                connection, opts={"version_table": VERSION_TABLE, "compare_type": True}
            ),
            metadata,
        ),
        alone=False,
    )
    await db.aclose()

    assert [] == differences


async def test_alembic_comes_in_only_where_there_is_work(empty_url):
    """A new store is made without it; one that is up to date is only looked at."""
    first, second = await opened_apart(empty_url), await opened_apart(empty_url)
    await worked(empty_url, lambda connection: at_revision(connection, "0001_jobs"))
    older = await opened_apart(empty_url)

    assert [False, False, True] == [each["alembic"] for each in (first, second, older)]
    assert "store-migrated" in first["said"]
    assert [] == second["said"]
    assert ["store-migrated"] == older["said"]


async def test_several_processes_at_once(empty_url):
    """Of four that start on a new store one makes the schema, and all find it there."""
    logs = await asyncio.gather(*(opened_apart(empty_url) for _ in range(4)))

    assert 1 == sum(each["said"].count("store-migrated") for each in logs)
    assert NEWEST == await revision(empty_url)


@pytest.mark.parametrize("older", [*REVISIONS][:-1])
async def test_an_older_schema_goes_on(older, empty_url):
    """A store of an earlier version keeps its rows and gets what is new."""
    await worked(empty_url, lambda connection: at_revision(connection, older))
    before = await revision(empty_url)
    add = "INSERT INTO buckets VALUES ('kept', 1.0)"
    db = Database(empty_url)
    await db._backend.work(lambda connection: connection.execute(text(add)), alone=True)
    await db.prepare()
    async with db.read() as tx:
        kept = await tx.scalar(text("SELECT name FROM buckets"))
    await db.aclose()

    assert older == before
    assert NEWEST == await revision(empty_url)
    assert "kept" == kept


async def test_a_newer_schema_is_left_alone(empty_url):
    """A store that a newer version has changed is not touched, nor used."""
    await left_by_another_build(empty_url)
    db = Database(empty_url)
    with pytest.raises(StoreTooNew):
        await db.prepare()
    with pytest.raises(StoreNotReady, match="newer version"):
        async with db.read():
            pytest.fail("it was used")
    await db.aclose()

    assert "9999_later" == await revision(empty_url)


async def test_a_migration_that_fails(database_url):
    """What it had begun is undone; the schema is the one before, and opens."""

    def failing(op) -> None:
        op.create_table("half", Column("a", Integer))
        op.add_column("jobs", Column("half", Integer))
        op.execute("SELECT nothing FROM nowhere")

    with pytest.raises(StoreFault, match="stands as it was"):
        await migrated(database_url, {**REVISIONS, "9999_failing": failing})
    db = await with_notes(await Database.open(database_url))
    async with db.read() as tx:
        with pytest.raises(StoreFault):
            await tx.execute(text("SELECT half FROM jobs"))
    await db.aclose()

    assert NEWEST == await revision(database_url)
