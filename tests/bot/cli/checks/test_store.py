"""What doctor says of the store, and that looking changes nothing."""

import sqlite3

import pytest

from bot.cli.checks import store
from bot.cli.checks.check import Status
from bot.cli.checks.store import store_check
from bot.cli.exit_codes import ExitCode
from bot.clock import SystemClock
from bot.settings import Need, load_settings
from bot.store.database import Database
from bot.store.migrate import VERSION_TABLE, known_revisions
from tests.databases import file_of


async def checked(faulty=frozenset(), **settings):
    told = {f"SIMSESSIONS_{name.upper()}": str(value) for name, value in settings.items()}
    told = {"SIMSESSIONS_DATA_MAY_BE_LOST": "yes"} | told
    return await store_check(load_settings(told, None, need=Need.NOTHING), SystemClock(), faulty)


async def test_a_store_that_is_well(database_url, kind):
    """Its kind, that it was written, its schema, and of a file the room that is left."""
    check = await checked(database_url=database_url)

    assert (Status.OK, ExitCode.OK) == (check.status, check.code)
    assert check.says.startswith(f"{kind}, ")
    assert "written in " in check.says
    assert f"schema {known_revisions()[-1]}" in check.says
    assert (kind == "sqlite") == ("GB free" in check.says)


async def test_an_empty_one_is_left_empty(empty_url, kind):
    """What is not there yet is told, and stays so until the bot starts."""
    check = await checked(database_url=empty_url)
    db = Database(empty_url)
    left = file_of(empty_url).exists() if kind == "sqlite" else await db.revision()
    await db.aclose()

    assert Status.OK is check.status
    assert ("not there yet" in check.says) or ("empty; the next start" in check.says)
    assert not left


@pytest.fixture
def file(tmp_path):
    """A folder for the store, and the file that is to be in it."""
    return tmp_path / "simsessions.db"


async def test_an_older_one_is_not_brought_up_to_date(file, tmp_path):
    """That is left to the start of the bot."""
    with sqlite3.connect(file) as older:
        older.execute(f"CREATE TABLE {VERSION_TABLE} (version_num TEXT)")
        older.execute(f"INSERT INTO {VERSION_TABLE} VALUES ('{known_revisions()[0]}')")
    older.close()
    check = await checked(data_dir=tmp_path)

    assert Status.OK is check.status
    assert f"schema {known_revisions()[0]}; the next start brings it up to date" in check.says


async def test_a_newer_one(file, tmp_path):
    """A store of a newer version is told with what to do."""
    with sqlite3.connect(file) as newer:
        newer.execute(f"CREATE TABLE {VERSION_TABLE} (version_num TEXT)")
        newer.execute(f"INSERT INTO {VERSION_TABLE} VALUES ('9999_later')")
    newer.close()
    check = await checked(data_dir=tmp_path)

    assert (Status.FAILED, ExitCode.NOT_ALL) == (check.status, check.code)
    assert "newer version" in check.says
    assert "update this program" in check.mend


async def test_a_file_that_is_none(file, tmp_path):
    """What cannot be read as a store is left alone."""
    file.write_bytes(b"a letter to a friend, " * 300)
    check = await checked(data_dir=tmp_path)

    assert Status.FAILED is check.status
    assert str(file) in check.says
    assert b"a letter" == file.read_bytes()[:8]


async def test_a_server_that_does_not_answer():
    """Where it was looked for is said, without the password."""
    check = await checked(database_url="postgresql://bot:hush-hush@127.0.0.1:1/sims")

    assert (Status.FAILED, ExitCode.NOT_ALL) == (check.status, check.code)
    assert "bot@127.0.0.1:1/sims: it cannot be reached" in check.says
    assert "hush" not in check.says + check.mend


async def test_a_server_that_does_not_let_us_in(postgres):
    """An unknown database is the setting's fault."""
    check = await checked(database_url=postgres.url("nowhere"))

    assert (Status.FAILED, ExitCode.SETTINGS) == (check.status, check.code)
    assert (
        'SIMSESSIONS_DATABASE_URL: the store does not let me in (database "nowhere"' in check.says
    )


async def test_a_folder_that_cannot_hold_it(tmp_path):
    """A place that the bot would refuse is refused here too."""
    (tmp_path / "in the way").write_text("")
    check = await checked(data_dir=tmp_path / "in the way", data_may_be_lost="no")

    assert (Status.FAILED, ExitCode.SETTINGS) == (check.status, check.code)
    assert check.says.startswith("SIMSESSIONS_DATA_DIR: ")


async def test_little_room(monkeypatch, database_url, kind):
    """A disk that is nearly full is told before it is."""
    monkeypatch.setattr(store, "LEAST_FREE", 10**30)
    check = await checked(database_url=database_url)

    assert (kind == "sqlite") == (Status.FAILED is check.status)


@pytest.mark.parametrize("name", ["SIMSESSIONS_DATABASE_URL", "SIMSESSIONS_DATA_DIR"])
async def test_a_setting_that_is_not_right(name):
    """While a setting is wrong, the usual store is not looked at instead."""
    check = await checked(faulty=frozenset({name}))

    assert (Status.SKIPPED, f"{name} is not right") == (check.status, check.says)
