"""The server: what is done when connections are cut, and when it is gone for a while."""

import asyncio
import os

import pytest
from sqlalchemy import text

from bot.store.database import Database
from bot.store.errors import (
    StoreBusy,
    StoreDenied,
    StoreFull,
    StoreLost,
    StoreOutcomeUnknown,
    StoreReadOnly,
)
from tests.bot.store.notes import NOTES, note, numbers, with_notes
from tests.builders import NO_SUCH_HOST
from tests.databases import asked
from tests.postgres_server import PostgresServer

CUT = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = 'simsessions' AND datname = current_database()"""


@pytest.fixture
def kind():
    """These are about the server only."""
    return "postgresql"


@pytest.fixture
async def own_server(postgres):
    """A server of this test's own, to be stopped and started."""
    server = PostgresServer()
    await asyncio.to_thread(server.start)
    yield server
    await asyncio.to_thread(server.close)


async def test_idle_connections_are_cut(notes_db, database_url):
    """Who finds the pool's connections dead gets a fresh one unnoticed, reading or writing."""
    await asyncio.gather(*(numbers(notes_db) for _ in range(5)))
    await asked(database_url, CUT)
    await note(notes_db, 1)
    await asked(database_url, CUT)
    seen = await numbers(notes_db)

    assert [1] == seen
    assert notes_db.trouble is None


async def test_the_connection_is_cut_within(notes_db, database_url):
    """A transaction whose connection is cut in the middle raises, and leaves nothing."""

    async def cut_within() -> None:
        async with notes_db.write() as tx:
            await tx.execute(NOTES.insert(), {"id": 1, "word": "one"})
            await asked(database_url, CUT)
            await tx.execute(NOTES.insert(), {"id": 2, "word": "two"})

    with pytest.raises(StoreLost) as caught:
        await cut_within()
    await note(notes_db, 3)

    assert StoreLost is type(caught.value)
    assert [3] == await numbers(notes_db)


async def test_the_connection_is_cut_before_the_commit(notes_db, database_url):
    """Where the commit gets no answer it is said that nobody knows; here nothing was saved."""

    async def cut_at_the_end() -> None:
        async with notes_db.write() as tx:
            await tx.execute(NOTES.insert(), {"id": 1, "word": "one"})
            await asked(database_url, CUT)

    with pytest.raises(StoreOutcomeUnknown):
        await cut_at_the_end()

    assert [] == await numbers(notes_db)


async def test_the_server_goes_and_comes_back(own_server):
    """Without it each transaction says so; once it is back so are all, and all that was saved."""
    db = await with_notes(await Database.open(own_server.url()))
    await note(db, 1)
    await asyncio.to_thread(own_server.stop)
    with pytest.raises(StoreLost):
        await note(db, 2)
    with pytest.raises(StoreLost):
        await numbers(db)
    await asyncio.to_thread(own_server.start)
    seen = await numbers(db)
    await note(db, 3)
    after = await numbers(db)
    await db.aclose()

    assert isinstance(db.trouble, StoreLost)
    assert [1] == seen
    assert [1, 3] == after


@pytest.mark.parametrize(
    ("code", "error"),
    [("53100", StoreFull), ("25006", StoreReadOnly), ("57014", StoreBusy), ("40P01", StoreBusy)],
)
async def test_what_the_server_says(notes_db, code, error):
    """A full disk, a standby, a time-out, a deadlock: each has its error, and nothing is saved."""

    async def refused() -> None:
        async with notes_db.write() as tx:
            await tx.execute(NOTES.insert(), {"id": 1, "word": "one"})
            raising = f"DO $$ BEGIN RAISE EXCEPTION 'said' USING ERRCODE = '{code}'; END $$"
            await tx.execute(text(raising))

    with pytest.raises(error):
        await refused()

    assert [] == await numbers(notes_db)


async def test_a_table_that_is_locked(notes_db, database_url, monkeypatch):
    """Who waits for another's lock is told that the store is busy, not that it is lost."""
    monkeypatch.setattr("bot.store.postgres.LOCK_MILLISECONDS", 50)
    locked = await Database.open(database_url)
    async with notes_db.write() as tx:
        await tx.execute(text("LOCK TABLE notes IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(StoreBusy):
            await note(locked, 1)
    await note(locked, 2)

    assert [2] == await numbers(locked)
    await locked.aclose()


async def test_a_server_that_takes_no_changes(notes_db, database_url):
    """On a standby reading goes on."""
    await note(notes_db, 1)
    name = database_url.rpartition("/test_")[2].partition("?")[0]
    await asked(database_url, f"ALTER DATABASE test_{name} SET default_transaction_read_only = on")
    await asked(database_url, CUT)
    with pytest.raises(StoreReadOnly):
        await note(notes_db, 2)

    assert [1] == await numbers(notes_db)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("postgres@", "hush_role@"),
        ("/test_", "/hush_"),
        ("?host", "?sslmode=hush&host"),
        ("?host", "?hush_option=1&host"),
    ],
)
async def test_who_is_not_let_in(database_url, before, after):
    """An unknown role or database, or a wrong option, is the URL's fault, not a passing one."""
    with pytest.raises(StoreDenied):
        await Database.open(database_url.replace(before, after))


@pytest.mark.parametrize(
    "url", ["postgresql://bot:hush@127.0.0.1:1/sims", f"postgresql://bot:hush@{NO_SUCH_HOST}/sims"]
)
async def test_nobody_there(url):
    """A server that does not answer may come back; the password is in no word of the error."""
    with pytest.raises(StoreLost) as caught:
        await Database.open(url)

    assert "hush" not in f"{caught.value!r} {caught.value.__cause__!r}"


async def test_one_replica_notifies_the_other(notes_db, database_url):
    """
    A notification reaches all who listen, and the first call says that one listens.
    """
    calls: asyncio.Queue[None] = asyncio.Queue()
    listening = asyncio.create_task(notes_db.listen("due", lambda: calls.put_nowait(None)))
    async with asyncio.timeout(30):
        await calls.get()
        async with notes_db.write() as tx:
            await tx.execute(text("SELECT pg_notify('due', '')"))
        await calls.get()
        await asked(database_url, CUT)
        with pytest.raises(StoreLost):
            await listening


async def test_the_server_ends_with_whoever_started_it(postgres):
    """A server that is closed leaves neither a process nor a folder."""
    server = PostgresServer()
    await asyncio.to_thread(server.start)
    pid = int((server.folder / "data" / "postmaster.pid").read_text().splitlines()[0])
    await asyncio.to_thread(server.close)

    assert not server.folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
