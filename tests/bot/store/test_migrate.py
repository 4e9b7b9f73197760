"""The schema: brought up to date once, by one process, whole or not at all."""

import asyncio
import json
import os
import shutil
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from bot.store.database import Database
from bot.store.errors import StoreFault, StoreNotReady, StoreTooNew
from bot.store.migrate import (
    MIGRATIONS,
    VERSION_TABLE,
    bring_up_to_date,
    known_revisions,
    revision_of,
)
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


@pytest.fixture
def migrations(tmp_path):
    """A folder with the migrations of this build, to be taken from and added to."""
    return shutil.copytree(MIGRATIONS, tmp_path / "migrations")


async def migrated(url: str, migrations: Path) -> None:
    """Bring it up to date by other migrations."""
    db = Database(url)
    try:
        await bring_up_to_date(db._backend, migrations)
    finally:
        await db.aclose()


def test_the_chain_holds():
    """Each migration is named as its revision, and follows the one before it."""
    revisions = known_revisions()
    texts = [(MIGRATIONS / "versions" / f"{name}.py").read_text() for name in revisions]

    assert revisions
    assert [] == [n for n, t in zip(revisions, texts, strict=True) if f'revision = "{n}"' not in t]
    assert [] == [
        after
        for before, after, text_ in zip(revisions, revisions[1:], texts[1:], strict=False)
        if f'down_revision = "{before}"' not in text_
    ]


async def test_the_migrations_make_the_schema(empty_url):
    """What the migrations make is what the tables say, on both databases."""
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
    """A new store is migrated; one that is up to date is only looked at."""
    first, second = await opened_apart(empty_url), await opened_apart(empty_url)

    assert first["alembic"]
    assert "store-migrated" in first["said"]
    assert {"said": [], "alembic": False} == second


async def test_several_processes_at_once(empty_url):
    """Of four that start on a new store one makes the schema, and all find it there."""
    logs = await asyncio.gather(*(opened_apart(empty_url) for _ in range(4)))

    assert 1 == sum(each["said"].count("store-migrated") for each in logs)
    assert known_revisions()[-1] == await revision(empty_url)


async def test_an_older_schema_goes_on(empty_url, migrations):
    """A store of an earlier version keeps its rows and gets what is new."""
    *_, newest = sorted((migrations / "versions").glob("[0-9]*.py"))
    newest.unlink()
    await migrated(empty_url, migrations)
    before = await revision(empty_url)
    add = "INSERT INTO buckets VALUES ('kept', 1.0)"
    db = Database(empty_url)
    await db._backend.work(lambda connection: connection.execute(text(add)), alone=True)
    await db.prepare()
    async with db.read() as tx:
        kept = await tx.scalar(text("SELECT name FROM buckets"))
    await db.aclose()

    assert known_revisions()[-2] == before
    assert known_revisions()[-1] == await revision(empty_url)
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


async def test_a_migration_that_fails(database_url, migrations):
    """What it had begun is undone; the schema is the one before, and opens."""
    failing = f"""
from alembic import op
import sqlalchemy as sa
revision = "9999_failing"
down_revision = "{known_revisions()[-1]}"
def upgrade():
    op.create_table("half", sa.Column("a", sa.Integer))
    op.add_column("jobs", sa.Column("half", sa.Integer))
    op.execute("SELECT nothing FROM nowhere")
"""
    (migrations / "versions" / "9999_failing.py").write_text(failing)
    with pytest.raises(StoreFault, match="stands as it was"):
        await migrated(database_url, migrations)
    db = await with_notes(await Database.open(database_url))
    async with db.read() as tx:
        with pytest.raises(StoreFault):
            await tx.execute(text("SELECT half FROM jobs"))
    await db.aclose()

    assert known_revisions()[-1] == await revision(database_url)
