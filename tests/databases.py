"""Databases for tests, each test with a fresh one: a SQLite file, and a real PostgreSQL.

database        an open Database; every test that takes it runs on both
database_url    the URL of one whose schema is up to date, for processes of a test's own
empty_url       the URL of one with nothing in it
postgres        the server: started once a process, with the first test that needs it
"""

import asyncio
import itertools
import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from bot.store.database import Database
from tests.postgres_server import NoServer, PostgresServer

KINDS = ("sqlite", "postgresql")
REQUIRED = "SIMSESSIONS_REQUIRE_ALL"
UP_TO_DATE = "up_to_date"
numbers = itertools.count(1)


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
def fresh_postgres(postgres: PostgresServer) -> Callable[[bool], str]:
    """Give a maker of databases; `True` is one whose schema is up to date."""
    ask(postgres, f"CREATE DATABASE {UP_TO_DATE}")
    asyncio.run(migrated(postgres.url(UP_TO_DATE)))

    def fresh(up_to_date: bool) -> str:
        name = f"test_{next(numbers)}"
        ask(
            postgres, f"CREATE DATABASE {name} TEMPLATE {UP_TO_DATE if up_to_date else 'template0'}"
        )
        return postgres.url(name)

    return fresh


@pytest.fixture(scope="session")
def fresh_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bool], str]:
    """Give a maker of files; `True` is one whose schema is up to date."""
    folder = tmp_path_factory.mktemp("store")
    template = folder / "up_to_date.db"
    asyncio.run(migrated(f"sqlite:///{template}"))

    def fresh(up_to_date: bool) -> str:
        path = folder / f"test_{next(numbers)}.db"
        if up_to_date:
            shutil.copy(template, path)
        return f"sqlite:///{path}"

    return fresh


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Give the kind of database; a test may parametrize it otherwise."""
    return str(request.param)


@pytest.fixture
def database_url(kind: str, request: pytest.FixtureRequest) -> str:
    """Give the URL of a fresh database whose schema is up to date."""
    fresh: Callable[[bool], str] = request.getfixturevalue(maker(kind))
    return fresh(True)


@pytest.fixture
def empty_url(kind: str, request: pytest.FixtureRequest) -> str:
    """Give the URL of a fresh database without any table."""
    fresh: Callable[[bool], str] = request.getfixturevalue(maker(kind))
    return fresh(False)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Give a fresh, open database."""
    db = await Database.open(database_url)
    yield db
    await db.aclose()


def maker(kind: str) -> str:
    """Name the fixture that makes databases of a kind."""
    return "fresh_sqlite" if kind == "sqlite" else "fresh_postgres"


def file_of(url: str) -> Path:
    """Give the file of a SQLite URL."""
    return Path(url.removeprefix("sqlite:///"))


async def migrated(url: str) -> None:
    """Bring a schema up to date."""
    db = await Database.open(url)
    await db.aclose()


def ask(server: PostgresServer, sql: str) -> None:
    """Carry out one statement on the server itself."""
    asyncio.run(asked(server.url(), sql))


async def asked(url: str, sql: str) -> None:
    """Carry out one statement on a database, outside of any pool."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()
