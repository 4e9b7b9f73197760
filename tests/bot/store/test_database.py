"""Transactions: saved whole or not at all, on both databases."""

import asyncio
import time

import pytest
from sqlalchemy import bindparam, select, text

from bot.store.database import Database
from bot.store.errors import StoreFault, StoreNotReady
from bot.store.schema import NOW
from tests.bot.store.notes import NOTES, note, numbers, with_notes


@pytest.fixture
async def notes_db(database):
    """A database with a table of notes."""
    return await with_notes(database)


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


async def test_cancelled_at_any_moment(notes_db):
    """
    Wherever a transaction is cut short, it is whole or not there, and the next one goes through.
    """

    async def two_rows(number: int) -> None:
        async with notes_db.write() as tx:
            await tx.execute(NOTES.insert(), {"id": number, "word": "one"})
            await tx.execute(NOTES.insert(), {"id": -number, "word": "two"})

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
        async with asyncio.timeout(5):
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
    async with notes_db.read() as tx:
        times = [await tx.scalar(select(NOW)) for _ in range(20)]

    assert abs(times[0] - time.time()) < 5
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
    """
    Neither before it is prepared nor after its end does a transaction begin; closing twice is once.
    """
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
        async with asyncio.timeout(5):
            await is_late()


@pytest.mark.parametrize("url", ["postgresql://bot:hush@db/sims", "sqlite:////hush/sims.db"])
def test_nothing_of_the_url_is_shown(url):
    """Its repr tells the kind only, and so do those of what it is made of."""
    db = Database(url)
    shown = f"{db!r} {db} {db._backend!r} {vars(db)}"

    assert "hush" not in shown
    assert db.kind in repr(db)
