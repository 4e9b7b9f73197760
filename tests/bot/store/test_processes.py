"""Several processes on one database, and what is left of those that are killed."""

import asyncio

import pytest
from sqlalchemy import text

from bot.store.database import Database
from tests.bot.store.notes import note, numbers, with_notes
from tests.bot.store.writers import WRITER, started


async def lines(process: asyncio.subprocess.Process, count: int) -> list[int]:
    """Read so many numbers that it says were saved."""
    assert process.stdout is not None
    return [int(await process.stdout.readline()) for _ in range(count)]


async def killed(process: asyncio.subprocess.Process) -> list[int]:
    """Kill it, and read the rest of what it said."""
    process.kill()
    out, _ = await process.communicate()
    return [int(line) for line in out.split()]


@pytest.mark.parametrize("after", [1, 7, 40])
async def test_what_was_saved_outlives_a_kill(database_url, after):
    """After kill -9 in the middle of writing, each row said to be saved is there, and whole."""
    db = await with_notes(await Database.open(database_url))
    process = await started(database_url)
    said = await lines(process, after)
    said += await killed(process)
    found = await numbers(db)
    async with db.read() as tx:
        whole = await tx.scalar(text("SELECT COUNT(*) FROM notes WHERE LENGTH(word) = 3000"))
    await note(db, 1_000_000)
    await db.aclose()

    assert set(said) <= set(found)
    assert len(found) <= len(said) + 1  # the one of which it could say nothing any more
    assert len(found) == whole


async def test_two_processes_write_at_once(database_url):
    """Neither loses a row to the other, nor is refused."""
    db = await with_notes(await Database.open(database_url))
    writers = [await started(database_url, WRITER, str(first)) for first in (0, 500_000)]
    said = await asyncio.gather(*(lines(writer, 60) for writer in writers))
    rest = await asyncio.gather(*(killed(writer) for writer in writers))
    found = await numbers(db)
    await db.aclose()

    assert {number for each in (*said, *rest) for number in each} <= set(found)
