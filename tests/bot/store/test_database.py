"""Transactions: saved whole or not at all, on both databases."""

import time

import pytest
from sqlalchemy import column, select, table, text

from bot.store.database import Database
from bot.store.errors import StoreFault, StoreNotReady

NOTES = table("notes", column("id"), column("word"))


@pytest.fixture
async def noted(database):
    """A database with a table of notes."""
    async with database.write() as tx:
        await tx.execute(text("CREATE TABLE notes (id INTEGER PRIMARY KEY, word TEXT)"))
    return database


async def words(database: Database) -> list[str]:
    async with database.read() as tx:
        rows = await tx.execute(select(NOTES.c.word).order_by(NOTES.c.id))
    return list(rows.scalars())


async def test_what_is_written_is_there(noted):
    """
    A transaction that ends is seen by the next one.
    """
    async with noted.write() as tx:
        await tx.execute(NOTES.insert(), [{"id": 1, "word": "one"}, {"id": 2, "word": "two"}])

    assert ["one", "two"] == await words(noted)


async def test_what_raises_is_not_written(noted):
    """
    A block that raises leaves nothing.
    """

    async def fails() -> None:
        async with noted.write() as tx:
            await tx.execute(NOTES.insert(), {"id": 1, "word": "one"})
            raise KeyError

    with pytest.raises(KeyError):
        await fails()

    assert [] == await words(noted)


async def test_the_clock_is_the_databases(noted):
    """
    `now` is seconds since 1970, with fractions.
    """
    async with noted.read() as tx:
        now = await tx.scalar(select(noted.now))

    assert abs(now - time.time()) < 5


async def test_a_closed_one_says_so(database):
    """
    After its end no transaction begins.
    """
    await database.aclose()
    with pytest.raises(StoreNotReady):
        async with database.write():
            raise AssertionError


async def test_a_wrong_statement_is_our_fault(noted):
    """
    What the database rejects is a fault of ours, and the connection stays good.
    """
    with pytest.raises(StoreFault):
        async with noted.write() as tx:
            await tx.execute(text("SELECT nothing FROM nowhere"))

    assert [] == await words(noted)
