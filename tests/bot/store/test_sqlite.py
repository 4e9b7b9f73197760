"""The file: how it is kept, who may read it, and what becomes of it when things go wrong."""

import asyncio
import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.store import sqlite
from bot.store.database import Database
from bot.store.errors import (
    StoreBusy,
    StoreDamaged,
    StoreDenied,
    StoreError,
    StoreFull,
    StoreLost,
    StoreReadOnly,
)
from bot.store.sqlite import READERS
from tests.bot.store.notes import NOTES, note, numbers, with_notes
from tests.bot.store.writers import WRITER, started
from tests.databases import file_of

ROOT = Path(__file__).parent.parent.parent.parent


@pytest.fixture
def kind():
    """These are about the file only."""
    return "sqlite"


async def pragma(database: Database, name: str):
    async with database.write() as tx:
        return await tx.scalar(text(f"PRAGMA {name}"))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(
    ("name", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 10_000)],
)
async def test_how_it_is_kept(database, name, value):
    """A log that is written ahead, on the disk with each commit, patient, true to foreign keys."""
    assert value == await pragma(database, name)


async def test_it_is_its_owners_only(tmp_path):
    """Folder, file and log are made, for nobody else to read."""
    path = tmp_path / "data" / "sims" / "store.db"
    db = await Database.open(f"sqlite:///{path}")
    await with_notes(db)
    modes = {each.name: mode(each) for each in path.parent.iterdir()}
    folder = mode(path.parent)
    await db.aclose()

    assert 0o700 == folder
    assert {"store.db": 0o600, "store.db-wal": 0o600, "store.db-shm": 0o600} == modes


async def test_a_full_disk(notes_db):
    """Where there is no room nothing is saved, what was there is, and with room it goes on."""
    await note(notes_db, 1)
    async with notes_db.write() as tx:
        pages = await tx.scalar(text("PRAGMA page_count"))
        await tx.execute(text(f"PRAGMA max_page_count = {pages}"))

    with pytest.raises(StoreFull):
        await note(notes_db, 2, "x" * 100_000)
    kept = await numbers(notes_db)
    trouble = notes_db.trouble
    await pragma(notes_db, "max_page_count = 100000")
    await note(notes_db, 3)

    assert [1] == kept
    assert isinstance(trouble, StoreFull)
    assert [1, 3] == await numbers(notes_db)


async def test_a_limit_on_the_size_of_files(database_url):
    """Where the system stops the writing, that is the disk's, and what was saved is there."""
    db = await with_notes(await Database.open(database_url))
    await db.aclose()
    limited = (
        f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000)){WRITER}"
    )
    process = await started(database_url, limited)
    out, err = await process.communicate()
    db = await Database.open(database_url)
    found = await numbers(db)
    await db.aclose()

    assert b"The disk of my database does not take or give what I ask" in err
    assert list(map(int, out.split())) == found
    assert found


async def test_a_file_that_may_not_be_changed(nobody, tmp_path):
    """A read-only file is read, and says so when it is written; nothing is made beside it."""
    made = tmp_path / "store.db"
    db = await with_notes(await Database.open(f"sqlite:///{made}"))
    await note(db, 1)
    await db.aclose()
    content = made.read_bytes()
    with nobody() as folder:
        path = folder / "store.db"
        path.write_bytes(content)
        path.chmod(0o400)
        db = Database(f"sqlite:///{path}")
        with pytest.raises(StoreReadOnly):
            await db.prepare()
        seen = await numbers(db)
        with pytest.raises(StoreReadOnly):
            await note(db, 2)
        await db.aclose()

    assert [1] == seen


async def test_a_folder_that_may_not_be_entered(nobody, tmp_path):
    """Where no file can be made, it is denied."""
    await (await Database.open(f"sqlite:///{tmp_path / 'imports.db'}")).aclose()
    with nobody() as folder:
        folder.chmod(0o500)
        db = Database(f"sqlite:///{folder / 'data' / 'store.db'}")
        with pytest.raises(StoreDenied):
            await db.prepare()
        await db.aclose()


@pytest.mark.parametrize(
    "content", [b"SQLite format 3\0" + b"\xff" * 4096, b"a letter to a friend, " * 300]
)
async def test_what_is_no_database(tmp_path, content):
    """What cannot be read as a database is left as it is."""
    path = tmp_path / "store.db"
    path.write_bytes(content)
    db = Database(f"sqlite:///{path}")
    with pytest.raises(StoreDamaged):
        await db.prepare()
    await db.aclose()

    assert content == path.read_bytes()
    assert isinstance(db.trouble, StoreDamaged)


async def test_another_programs_database(tmp_path):
    """A database of somebody else is recognized, and gets no table of ours."""
    path = tmp_path / "places.db"
    with sqlite3.connect(path) as theirs:
        theirs.execute("CREATE TABLE bookmarks (url TEXT)")
    theirs.close()
    db = Database(f"sqlite:///{path}")
    with pytest.raises(StoreDamaged, match="another program's database"):
        await db.prepare()
    await db.aclose()
    again = sqlite3.connect(path)
    tables = again.execute("SELECT name FROM sqlite_master").fetchall()
    again.close()

    assert [("bookmarks",)] == tables


async def test_a_file_that_is_taken_away(notes_db, database_url):
    """What would be written into a deleted file is refused; only the next start makes a new one."""
    path = file_of(database_url)
    for each in path.parent.glob(f"{path.name}*"):
        each.unlink()
    with pytest.raises(StoreLost):
        await note(notes_db, 1)
    with pytest.raises(StoreLost):
        await numbers(notes_db)
    with pytest.raises(StoreLost, match="taken away or emptied while I ran"):
        await notes_db.prepare()

    assert not path.exists()
    await (await Database.open(database_url)).aclose()
    assert path.exists()


@pytest.mark.parametrize("last", [False, True])
async def test_a_file_that_is_taken_away_meanwhile(notes_db, database_url, last):
    """A transaction that has begun is not saved into a file that is not in its place any more."""
    path = file_of(database_url)
    elsewhere = path.with_name("elsewhere.db")

    async def write() -> None:
        async with notes_db.write() as tx:
            await tx.execute(NOTES.insert(), {"id": 1, "word": "one"})
            path.rename(elsewhere)
            await tx.execute(NOTES.insert(), {"id": 2, "word": "two"}, last=last)

    with pytest.raises(StoreLost, match="taken away"):
        await write()
    elsewhere.rename(path)

    assert [] == await numbers(notes_db)


@pytest.mark.parametrize("content", [b"", b"SQLite", b"a letter to a friend, " * 30_000])
async def test_a_file_that_is_cut_or_overwritten(notes_db, database_url, content):
    """Nothing is written to what is not the store any more, however often it is prepared."""
    await note(notes_db, 1)
    file_of(database_url).write_bytes(content)
    for _ in range(2):
        with pytest.raises(StoreError, match="while I ran"):
            await note(notes_db, 2)
        with pytest.raises((StoreDamaged, StoreLost)):
            await notes_db.prepare()

    assert content == file_of(database_url).read_bytes()


def take_away(path: Path, *ends: str) -> None:
    for each in ends:
        Path(f"{path}{each}").unlink()


def put_back(path: Path) -> None:
    take_away(path, "", "-wal", "-shm")
    Path(f"{path}.copy").rename(path)


async def test_a_copy_that_is_put_back(notes_db, database_url):
    """A file in the place of the lost one is taken, and what is in it is there."""
    path = file_of(database_url)
    await note(notes_db, 1)
    async with notes_db.read() as tx:
        await tx.execute(text("VACUUM INTO :copy"), {"copy": f"{path}.copy"})
    await note(notes_db, 2)
    before = [await numbers(notes_db) for _ in range(READERS)]
    put_back(path)
    with pytest.raises(StoreLost):
        await note(notes_db, 3)
    await notes_db.prepare()

    assert [[1, 2]] * READERS == before
    assert [[1]] * READERS == [await numbers(notes_db) for _ in range(READERS)]


async def test_a_log_that_is_taken_away(notes_db, database_url):
    """What is in it is saved before anything else is: a kill takes nothing along."""
    path = file_of(database_url)
    await note(notes_db, 1)
    before = [await numbers(notes_db) for _ in range(READERS)]
    take_away(path, "-wal", "-shm")
    with pytest.raises(StoreLost):
        await note(notes_db, 2)
    await notes_db.prepare()
    await note(notes_db, 3)
    with closing(sqlite3.connect(path)) as another:
        rows = another.execute("SELECT id FROM notes ORDER BY id").fetchall()

    assert [[1]] * READERS == before
    assert [(1,), (3,)] == rows
    assert [[1, 3]] * READERS == [await numbers(notes_db) for _ in range(READERS)]


async def test_a_disk_that_turned_read_only(nobody, tmp_path, monkeypatch):
    """After a clean stop it is read-only, not a fault of the settings."""
    made = tmp_path / "store.db"
    await (await Database.open(f"sqlite:///{made}")).aclose()
    content = made.read_bytes()
    monkeypatch.setattr(sqlite, "is_read_only_disk", lambda _folder: True)
    with nobody() as folder:
        path = folder / "store.db"
        path.write_bytes(content)
        path.chmod(0o400)
        folder.chmod(0o500)
        db = Database(f"sqlite:///{path}")
        with pytest.raises(StoreReadOnly):
            await db.prepare()
        await db.aclose()


async def test_somebody_who_holds_it_for_long(notes_db, database_url, monkeypatch):
    """While another process writes beyond our patience, nothing is done, and that is said."""
    monkeypatch.setattr(sqlite, "LOCK_PATIENCE_SECONDS", 0.05)
    impatient = await Database.open(database_url)
    async with notes_db.write() as tx:
        await tx.execute(NOTES.insert(), {"id": 1, "word": "slow"})
        with pytest.raises(StoreBusy):
            await note(impatient, 2)
    await note(impatient, 3)
    await impatient.aclose()

    assert [1, 3] == await numbers(notes_db)


async def test_a_transaction_that_could_not_begin(notes_db, database_url, monkeypatch):
    """Who goes on after that has nothing saved."""
    monkeypatch.setattr(sqlite, "LOCK_PATIENCE_SECONDS", 0.05)
    impatient = await Database.open(database_url)

    async def goes_on() -> None:
        async with impatient.write() as tx:
            async with notes_db.write() as other:
                await other.execute(NOTES.insert(), {"id": 1, "word": "slow"})
                with pytest.raises(StoreBusy):
                    await tx.execute(NOTES.insert(), {"id": 2, "word": "two"})
            await tx.execute(NOTES.insert(), {"id": 3, "word": "three"})

    with pytest.raises(StoreBusy):
        await asyncio.create_task(goes_on())
    await impatient.aclose()

    assert [1] == await numbers(notes_db)


async def test_its_threads_end_with_it(notes_db):
    """Each connection is used by one thread beside the loop, and after the end none is left."""
    async with notes_db.write() as tx:
        await asyncio.gather(*(numbers(notes_db) for _ in range(10)))
        await tx.execute(NOTES.insert(), {"id": 1, "word": "one"})
    backend = notes_db._backend
    every = (backend._writer, *backend._readers)  # others' stores may be open in this process
    threads = [thread for each in every for thread in each._thread._threads]
    await notes_db.aclose()
    for each in threads:
        each.join(5)

    assert 1 + sqlite.READERS == len(threads)
    assert [] == [each for each in threads if each.is_alive()]


def test_a_loop_that_has_ended_is_no_error(database_url):
    """A statement that outlives the loop that asked for it ends in silence."""
    go, ended = threading.Event(), threading.Event()

    def slow(_connection):
        go.wait(5)
        ended.set()

    async def leaves():
        backend = sqlite.Sqlite(file_of(database_url))
        working = asyncio.create_task(backend.work(slow, alone=False))
        await asyncio.sleep(0)
        working.cancel()

    asyncio.run(leaves())
    go.set()

    assert ended.wait(5)
