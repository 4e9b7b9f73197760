"""A table for tests that care for transactions, not for what is in them."""

from sqlalchemy import column, select, table, text

from bot.store.database import Database

NOTES = table("notes", column("id"), column("word"))


async def with_notes(database: Database) -> Database:
    """Make the table."""
    async with database.write() as tx:
        await tx.execute(text("CREATE TABLE notes (id INTEGER PRIMARY KEY, word TEXT)"))
    return database


async def note(database: Database, number: int, word: str = "word") -> None:
    """Write one row in a transaction of its own."""
    async with database.write() as tx:
        await tx.execute(NOTES.insert(), {"id": number, "word": word})


async def numbers(database: Database) -> list[int]:
    """Read what is there."""
    async with database.read() as tx:
        return list((await tx.execute(select(NOTES.c.id).order_by(NOTES.c.id))).scalars())
