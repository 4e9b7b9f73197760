"""Databases for tests, each test with a fresh one: a SQLite file, and a real PostgreSQL.

database        an open Database; every test that takes it runs on both
database_url    the URL of one whose schema is up to date, for processes of a test's own
empty_url       the URL of one with nothing in it
kind            "sqlite" and "postgresql"; a file of tests may have a fixture that says one only,
                and mark with `on_both` what runs on the other too
postgres        the server: started once a process, with the first test that needs it
"""

import asyncio
import itertools
import math
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import asyncpg
import pytest
from sqlalchemy import func, select, update

from bot.store.database import Database
from bot.store.digest_runs import DigestRuns
from bot.store.jobs import JobQueue
from bot.store.schedules import Schedules
from bot.store.schema import NOW, jobs, posts
from tests.postgres_server import NoServer, PostgresServer

KINDS = ("sqlite", "postgresql")
on_both = pytest.mark.parametrize("kind", KINDS)
REQUIRED = "SIMSESSIONS_REQUIRE_ALL"
UP_TO_DATE = "up_to_date"
MEMORY, ROOM = Path("/dev/shm"), 1 << 28
# as it was before the test; on a busy disk a hundredth of what another CREATE DATABASE takes
EMPTY = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid();
DO $$ DECLARE each record; BEGIN
    EXECUTE format('ALTER DATABASE %I RESET ALL', current_database());
    SET LOCAL session_replication_role = replica;
    FOR each IN SELECT relname AS name, relkind AS kind FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S') LOOP
        IF each.kind = 'S' THEN
            EXECUTE format('ALTER SEQUENCE IF EXISTS %I RESTART', each.name);
        ELSIF each.name = ANY (string_to_array('{ours}', ' ')) THEN
            EXECUTE format('DELETE FROM %I', each.name);
        ELSIF each.name <> 'simsessions_schema' THEN
            EXECUTE format('DROP TABLE %I CASCADE', each.name);
        END IF;
    END LOOP;
END $$
"""
NOTHING = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid();
DROP SCHEMA public CASCADE;
CREATE SCHEMA public;
GRANT USAGE ON SCHEMA public TO public
"""
TABLES = "SELECT string_agg(relname, ' ') FROM pg_stat_user_tables"
numbers = itertools.count(1)


class Maker(Protocol):
    """Makes databases of one kind."""

    def up_to_date(self) -> str:
        """Return the URL of one with our tables."""

    def empty(self) -> str:
        """Return the URL of one without any table."""

    def done(self, url: str) -> None:
        """Take back one with our tables."""

    def emptied(self, url: str) -> None:
        """Take back one that had no table."""


class PostgresMaker:
    """Databases on one server; those that were used are emptied and used again."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._spare: list[str] = []
        self._without_tables: list[str] = []
        template = self._made(UP_TO_DATE, "template0")
        asyncio.run(migrated(template))
        ours = asyncio.run(told(template, TABLES))
        self._empty = EMPTY.replace("{ours}", ours.replace("simsessions_schema", ""))

    def up_to_date(self) -> str:
        return self._spare.pop() if self._spare else self._made(self._name(), UP_TO_DATE)

    def empty(self) -> str:
        spare = self._without_tables
        return spare.pop() if spare else self._made(self._name(), "template0")

    def done(self, url: str) -> None:
        asyncio.run(asked(url, self._empty))
        self._spare.append(url)

    def emptied(self, url: str) -> None:
        asyncio.run(asked(url, NOTHING))
        self._without_tables.append(url)

    def _name(self) -> str:
        return f"test_{next(numbers)}"

    def _made(self, name: str, template: str) -> str:
        made = f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"
        asyncio.run(asked(self._server.url(), made))
        return self._server.url(name)


class SqliteMaker:
    """Files in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template = folder / f"{UP_TO_DATE}.db"
        asyncio.run(migrated(f"sqlite:///{self._template}"))

    def up_to_date(self) -> str:
        url = self.empty()
        shutil.copy(self._template, file_of(url))
        return url

    def empty(self) -> str:
        return f"sqlite:///{self._folder / f'test_{next(numbers)}.db'}"

    def done(self, url: str) -> None:
        for each in self._folder.glob(f"{file_of(url).name}*"):
            each.unlink()

    emptied = done


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Run a server until the tests end; skip where there is none, unless all is required."""
    try:
        server = PostgresServer()
        server.start()
    except NoServer as error:
        if os.environ.get(REQUIRED):
            raise
        pytest.skip(str(error))
    yield server
    server.close()


@pytest.fixture(scope="session")
def postgresql_maker(postgres: PostgresServer) -> PostgresMaker:
    """Return the maker of databases on the server."""
    return PostgresMaker(postgres)


@pytest.fixture(scope="session")
def sqlite_maker() -> Iterator[SqliteMaker]:
    """Return the maker of files."""
    with quick_folder() as folder:
        yield SqliteMaker(folder)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Return the kind of database."""
    return str(request.param)


@pytest.fixture
def one_store() -> str:
    """Return SQLite: what each question does on the other is tested where it is asked."""
    return "sqlite"


@pytest.fixture
def maker(kind: str, request: pytest.FixtureRequest) -> Maker:
    """Return the maker of this kind."""
    made: Maker = request.getfixturevalue(f"{kind}_maker")
    return made


@pytest.fixture
def database_url(maker: Maker) -> Iterator[str]:
    """Return the URL of a fresh database whose schema is up to date."""
    url = maker.up_to_date()
    yield url
    maker.done(url)


@pytest.fixture
def empty_url(maker: Maker) -> Iterator[str]:
    """Return the URL of a fresh database without any table."""
    url = maker.empty()
    yield url
    maker.emptied(url)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Return a fresh, open database."""
    db = await Database.open(database_url)
    yield db
    await db.aclose()


@pytest.fixture
def queue(database: Database) -> JobQueue:
    """Return the queue of jobs in it."""
    return JobQueue(database)


@pytest.fixture
def schedules(database: Database, queue: JobQueue) -> Schedules:
    """Return the schedules in it."""
    return Schedules(database, queue)


@pytest.fixture
def runs(database: Database) -> DigestRuns:
    """Return the runs of digests in it."""
    return DigestRuns(database)


@contextmanager
def quick_folder() -> Iterator[Path]:
    """Return a folder for stores, in memory where there is room: there no commit waits for a disk.

    It ends with the block.
    """
    has_room = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    with TemporaryDirectory(prefix="simsessions-", dir=MEMORY if has_room else None) as folder:
        yield Path(folder)


def file_of(url: str) -> Path:
    """Return the file of a SQLite URL."""
    return Path(url.removeprefix("sqlite:///"))


async def time_passes(database: Database, seconds: float) -> None:
    """Bring nearer what is due, what a claim lasts and what a post may be on its way."""
    on, begun = {"due": jobs.c.due - seconds, "lease": jobs.c.lease - seconds}, posts.c.begun
    async with database.write() as tx:
        await tx.execute(update(jobs).values(on))
        await tx.execute(update(posts).values(begun=begun - seconds, made=posts.c.made - seconds))


async def idle_for(database: Database) -> float:
    """Return the seconds until the next job is due; infinity where none is."""
    next_one = select(func.min(jobs.c.due) - NOW).where(jobs.c.state == "ready")
    async with database.read() as tx:
        idle = await tx.scalar(next_one)
    return math.inf if idle is None else max(0.0, idle)


async def migrated(url: str) -> None:
    """Bring a schema up to date."""
    db = await Database.open(url)
    await db.aclose()


async def asked(url: str, sql: str) -> None:
    """Carry out SQL on a server's database, outside of any pool."""
    async with connected(url) as connection:
        await connection.execute(sql)


async def told(url: str, sql: str) -> str:
    """Return the one value that is asked for."""
    async with connected(url) as connection:
        return str(await connection.fetchval(sql))


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    """Connect, so that changes are taken whatever is set for others."""
    settings = {"default_transaction_read_only": "off"}
    connection = await asyncpg.connect(url, server_settings=settings)
    yield connection
    await connection.close()
