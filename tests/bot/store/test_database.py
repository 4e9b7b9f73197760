"""Transactions: saved whole or not at all, on both databases."""

import asyncio
import logging
import time
from contextlib import asynccontextmanager
from itertools import groupby

import pytest
from sqlalchemy import bindparam, select, text

from bot.store.database import SETTLING_SECONDS, Database, Reconnector
from bot.store.errors import StoreDenied, StoreFault, StoreFull, StoreLost, StoreNotReady
from bot.store.schema import NOW
from tests.bot.store.notes import NOTES, note, numbers, with_notes
from tests.fakes import FakeClock
from tests.waiting import until


async def test_what_is_written_is_there(notes_db):
    """A transaction that ends is seen by the next one, all rows of it."""
    async with notes_db.write() as tx:
        await tx.execute(NOTES.insert(), [{"id": 1, "word": "one"}, {"id": 2, "word": "two"}])

    assert [1, 2] == await numbers(notes_db)


async def test_what_raises_is_not_written(notes_db):
    """A block that raises leaves nothing, and what it raised comes through."""

    async def fails() -> None:
        async with notes_db.write() as tx:
            await tx.execute(NOTES.insert(), {"id": 1, "word": "one"})
            raise KeyError

    with pytest.raises(KeyError):
        await fails()

    assert [] == await numbers(notes_db)


async def test_what_is_cancelled_is_not_written(notes_db):
    """A task that is cancelled within its transaction leaves nothing, and holds up nobody."""
    begun = asyncio.Event()

    async def never_ends() -> None:
        async with notes_db.write() as tx:
            await tx.execute(NOTES.insert(), {"id": 1, "word": "one"})
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(never_ends())
    await begun.wait()
    task.cancel()
    await asyncio.wait({task})
    await note(notes_db, 2)

    assert task.cancelled()
    assert [2] == await numbers(notes_db)


@pytest.mark.parametrize("last", [False, True])
async def test_cancelled_at_any_moment(notes_db, last):
    """Wherever a transaction is cut short, it is whole or not there, and the next goes on."""

    async def two_rows(number: int) -> None:
        async with notes_db.write() as tx:
            await tx.execute(NOTES.insert(), {"id": number, "word": "one"})
            await tx.execute(NOTES.insert(), {"id": -number, "word": "two"}, last=last)

    for number in range(1, 40):
        task = asyncio.create_task(two_rows(number))
        for _ in range(number % 20):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task})
    await note(notes_db, 1000)
    found = await numbers(notes_db)

    assert 1000 in found
    assert [] == [number for number in found[:-1] if -number not in found]


async def test_a_failed_statement_spoils_its_transaction(notes_db):
    """Who goes on after an error has nothing saved, on SQLite as on PostgreSQL."""

    async def goes_on() -> None:
        async with notes_db.write() as tx:
            await tx.execute(NOTES.insert(), {"id": 1, "word": "one"})
            with pytest.raises(StoreFault):
                await tx.execute(text("SELECT nothing FROM nowhere"))

    with pytest.raises(StoreFault):
        await goes_on()

    assert [] == await numbers(notes_db)


async def test_a_last_statement_that_fails(notes_db):
    """What came before it is not saved, and the next transaction goes through."""

    async def fails_at_last() -> None:
        async with notes_db.write() as tx:
            await tx.execute(NOTES.insert(), {"id": 1, "word": "one"})
            await tx.execute(NOTES.insert(), {"id": 1, "word": "again"}, last=True)

    with pytest.raises(StoreFault):
        await fails_at_last()
    await note(notes_db, 2)

    assert [2] == await numbers(notes_db)


async def test_a_fault_is_no_trouble(notes_db):
    """What the database rejects is a fault of ours: the store itself is well."""
    with pytest.raises(StoreFault):
        async with notes_db.read() as tx:
            await tx.execute(text("SELECT nothing FROM nowhere"))

    assert notes_db.trouble is None
    assert not notes_db.in_trouble.is_set()


async def test_reads_do_not_wait_for_writes(notes_db):
    """While somebody writes, others read what was there before."""
    await note(notes_db, 1)
    async with notes_db.write() as tx:
        await tx.execute(NOTES.insert(), {"id": 2, "word": "two"})
        async with asyncio.timeout(30):
            seen = await asyncio.gather(*(numbers(notes_db) for _ in range(8)))

    assert [[1]] * 8 == seen
    assert [1, 2] == await numbers(notes_db)


async def test_many_at_once(notes_db):
    """Forty tasks that add to one number lose none of it."""
    await note(notes_db, 1, "0")
    add = NOTES.update().where(NOTES.c.id == bindparam("key"))
    plus_one = add.values(word=text("CAST(CAST(word AS INTEGER) + 1 AS TEXT)"))

    async def adds() -> None:
        async with notes_db.write() as tx:
            await tx.execute(plus_one, {"key": 1})

    await asyncio.gather(*(adds() for _ in range(40)))
    async with notes_db.read() as tx:
        word = await tx.scalar(select(NOTES.c.word))

    assert "40" == word


async def test_joining_saves_with_the_other(notes_db):
    """What joins a transaction is undone with it; without one it is saved at once."""

    async def joins(tx=None) -> None:
        async with notes_db.joining(tx) as joined:
            await joined.execute(NOTES.insert(), {"id": 1 if tx else 2, "word": "joined"})

    async def fails() -> None:
        async with notes_db.write() as tx:
            await joins(tx)
            raise KeyError

    with pytest.raises(KeyError):
        await fails()
    await joins()

    assert [2] == await numbers(notes_db)


async def test_one_within_another_is_a_fault(notes_db):
    """A write within a write of the same task would wait for itself; it is refused instead."""

    async def nested() -> None:
        async with notes_db.write():
            await note(notes_db, 1)

    with pytest.raises(StoreFault, match="within another"):
        await nested()
    await note(notes_db, 2)

    assert [2] == await numbers(notes_db)


async def test_the_clock_is_the_databases(notes_db):
    """`now` is seconds since 1970, with fractions, and does not run backwards."""
    began = time.time()
    async with notes_db.read() as tx:
        times = [await tx.scalar(select(NOW)) for _ in range(20)]

    assert began - 1 < times[0] < time.time() + 1
    assert sorted(times) == times
    assert any(now % 1 for now in times)


async def test_an_insert_knows_conflicts(notes_db):
    """`insert` leaves alone, or replaces, what has the same key."""
    await note(notes_db, 1, "old")
    rows = [{"id": 1, "word": "new"}, {"id": 2, "word": "new"}]
    insert = notes_db.insert(NOTES)
    async with notes_db.write() as tx:
        await tx.execute(insert.on_conflict_do_nothing(index_elements=["id"]), rows)
        left = (await tx.execute(select(NOTES.c.word).order_by(NOTES.c.id))).scalars().all()
        new = {"word": insert.excluded.word}
        await tx.execute(insert.on_conflict_do_update(index_elements=["id"], set_=new), rows)
        replaced = (await tx.execute(select(NOTES.c.word).order_by(NOTES.c.id))).scalars().all()

    assert ["old", "new"] == left
    assert ["new", "new"] == replaced


async def test_before_and_after_there_is_nothing(database_url):
    """No transaction begins before it is prepared or after its end; closing twice is once."""
    db = Database(database_url)
    with pytest.raises(StoreNotReady):
        await numbers(db)
    await db.prepare()
    await db.aclose()
    await db.aclose()
    with pytest.raises(StoreNotReady):
        await numbers(db)


async def test_a_transaction_of_a_closed_one_ends_with_it(notes_db):
    """A block that is still open when the database is closed saves nothing and does not hang."""

    async def is_late() -> None:
        async with notes_db.write() as tx:
            await notes_db.aclose()
            await tx.execute(NOTES.insert(), {"id": 1, "word": "late"})

    with pytest.raises(StoreNotReady):
        async with asyncio.timeout(30):
            await is_late()


@pytest.mark.parametrize("url", ["postgresql://bot:hush@db/sims", "sqlite:////hush/sims.db"])
def test_nothing_of_the_url_is_shown(url):
    """Its repr tells the kind only, and so do those of what it is made of."""
    db = Database(url)
    shown = f"{db!r} {db} {db._backend!r} {vars(db)}"

    assert "hush" not in shown
    assert db.kind in repr(db)


class Observed:
    """Keeps what it is called with."""

    def __init__(self) -> None:
        self.seen: list[bool] = []

    def store(self, *, is_up: bool) -> None:
        self.seen.append(is_up)


class Unsettled(FakeClock):
    """Waits for nothing but the time in which a store must stay well."""

    def __init__(self) -> None:
        super().__init__()
        self.settled = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds)
        if seconds == SETTLING_SECONDS:
            await self.settled.wait()
            self.settled.clear()


async def pragma(db: Database, said: str) -> None:
    async with db.write() as tx:
        await tx.execute(text(f"PRAGMA {said}"))


@pytest.fixture
def log(caplog):
    """What is logged, at every level."""
    caplog.set_level(logging.INFO, "bot.store.database")
    return caplog


def said(log) -> list[str]:
    return [record.message for record in log.records if record.name == "bot.store.database"]


def reasons(log) -> list[str]:
    return [record.why for record in log.records if record.message == "store-lost"]


@asynccontextmanager
async def kept(url: str, clock: FakeClock | None = None):
    """A database in the care of a reconnector that is observed, and whose clock does not wait."""
    db, observed, clock = Database(url), Observed(), clock or FakeClock()
    reconnector = Reconnector(db, clock, observed)
    await reconnector.open()
    task = asyncio.create_task(reconnector.run())
    yield db, observed, clock
    task.cancel()
    await asyncio.wait({task})
    await db.aclose()


async def test_a_store_that_opens_is_up(tmp_path, log):
    """Nothing is said about what is well."""
    async with kept(f"sqlite:///{tmp_path / 'store.db'}") as (_, observed, _):
        pass

    assert [True] == observed.seen
    assert [] == said(log)


async def test_lost_and_back(tmp_path, log):
    """A store that is taken away is said to be lost once a reason, however often it is tried."""
    folder = tmp_path / "data"
    async with kept(f"sqlite:///{folder / 'store.db'}") as (db, observed, clock):
        await note(await with_notes(db), 1)
        folder.rename(tmp_path / "away")
        folder.write_text("in the way")
        with pytest.raises(StoreLost):
            await note(db, 2)
        await until(lambda: len(clock.slept) > 8)
        folder.unlink()
        (tmp_path / "away").rename(folder)
        await until(lambda: said(log)[-1] == "store-is-back")
        await note(db, 3)
        seen = await numbers(db)

    assert [1, 2, 4, 8, 15, 15, 15] == clock.slept[:7]
    assert [True, False, True] == [is_up for is_up, _ in groupby(observed.seen)]
    assert ["store-lost", "store-is-back"] == said(log)
    assert [1, 3] == seen


async def test_a_disk_that_is_full_now_and_then(tmp_path, log):
    """What is well for a moment only is not said to be back, nor lost once more."""
    clock = Unsettled()
    async with kept(f"sqlite:///{tmp_path / 'store.db'}", clock) as (db, observed, _):
        await with_notes(db)
        await pragma(db, "max_page_count = 1")
        for number in range(3):
            with pytest.raises(StoreFull):
                await note(db, number, "x" * 100_000)
            if number:
                clock.settled.set()
            await until(lambda: db.trouble is None)
        await pragma(db, "max_page_count = 100000")
        clock.settled.set()
        await until(lambda: len(said(log)) > 1)

    assert ["store-lost", "store-is-back"] == said(log)
    assert observed.seen.count(True) > 2


async def test_one_that_is_not_there_at_the_start_comes_later(tmp_path, log):
    """A start without the store is none of its own making; gone otherwise, that is news."""
    path, letter = tmp_path / "store.db", "a letter to a friend, " * 300
    path.write_text(letter)
    async with kept(f"sqlite:///{path}") as (db, observed, _):
        with pytest.raises(StoreNotReady, match="damaged or not mine"):
            await numbers(db)
        await until(lambda: said(log))
        path.unlink()
        await until(lambda: observed.seen[-1])
        seen = await numbers(await with_notes(db))
        path.unlink()
        path.write_text(letter)
        with pytest.raises(StoreLost):
            await numbers(db)
        await until(lambda: len(reasons(log)) > 2)

    assert [False, True, False] == [is_up for is_up, _ in groupby(observed.seen)]
    assert ["store_damaged", "store_lost", "store_damaged"] == reasons(log)
    assert [] == seen


async def test_who_is_not_let_in_is_told_at_once(tmp_path):
    """What no waiting mends is raised at the start."""
    path = tmp_path / "store.db"
    path.mkdir()
    db = Database(f"sqlite:///{path}")
    with pytest.raises(StoreDenied):
        await Reconnector(db, FakeClock(), Observed()).open()
    await db.aclose()
