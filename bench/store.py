"""What a small transaction costs over the bare driver, on a SQLite file and on PostgreSQL.

A transaction reads a row, then changes it and saves. The floors are sqlite3, in the thread that
waits for it, and asyncpg. The server is the tests'; its own CPU is not counted.
"""

import asyncio
import sqlite3
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import uvloop
from rounds import atimed, report, show
from sqlalchemy import bindparam, column, select, table, text, update

from bot.store.database import Database
from tests.postgres_server import PostgresServer

TIMES = 300
JOBS_A_SECOND = 50
ROWS = table("rows", column("id"), column("word"), column("count"))
SEEN = select(ROWS.c.word, ROWS.c.count).where(ROWS.c.id == bindparam("row"))
CHANGED = update(ROWS).where(ROWS.c.id == bindparam("row")).values(count=ROWS.c.count + 1)
MADE = "CREATE TABLE rows (id INTEGER PRIMARY KEY, word TEXT, count INTEGER)"
FIRST = "INSERT INTO rows VALUES (1, 'word', 0)"
BARE_SEEN = "SELECT word, count FROM rows WHERE id = "
BARE_CHANGED = "UPDATE rows SET count = count + 1 WHERE id = "
Thing = Callable[[], Awaitable[None]]


async def made(db: Database) -> None:
    """Make the row."""
    async with db.write() as tx:
        await tx.execute(text(MADE))
        await tx.execute(text(FIRST))


def writes(db: Database) -> Thing:
    """Read and change it, through the store."""

    async def ours() -> None:
        for _ in range(TIMES):
            async with db.write() as tx:
                (await tx.execute(SEEN, {"row": 1})).one()
                await tx.execute(CHANGED, {"row": 1}, last=True)

    return ours


def reads(db: Database) -> Thing:
    """Read it, through the store."""

    async def ours() -> None:
        for _ in range(TIMES):
            async with db.read() as tx:
                (await tx.execute(SEEN, {"row": 1})).one()

    return ours


def bare_sqlite(path: Path) -> Thing:
    """Do the same with sqlite3."""

    def times() -> None:
        bare = sqlite3.connect(path, isolation_level=None)
        bare.execute("PRAGMA synchronous=FULL")
        for _ in range(TIMES):
            bare.execute("BEGIN IMMEDIATE")
            bare.execute(BARE_SEEN + "?", (1,)).fetchall()
            bare.execute(BARE_CHANGED + "?", (1,))
            bare.execute("COMMIT")
        bare.close()

    async def floor() -> None:
        await asyncio.to_thread(times)

    return floor


def bare_postgres(url: str) -> Thing:
    """Do the same with asyncpg."""

    async def floor() -> None:
        bare = await asyncpg.connect(url)
        for _ in range(TIMES):
            await bare.execute("BEGIN")
            await bare.fetch(BARE_SEEN + "$1", 1)
            await bare.fetch(BARE_CHANGED + "$1", 1)
            await bare.execute("COMMIT")
        await bare.close()

    return floor


async def compared(name: str, db: Database, floor: Thing, goal: float) -> None:
    """Print a database's figures."""
    await made(db)
    taken = await atimed({"ours": writes(db), "the floor": floor, "a read": reads(db)})
    show(taken, f"a transaction of {name}", times=TIMES)
    ours = taken["ours"].cpu
    report(f"store: {name}, CPU over the bare driver", ours / taken["the floor"].cpu, goal)
    share = ours / TIMES * JOBS_A_SECOND * 100
    report(f"store: {name}, {JOBS_A_SECOND} transactions a second", share, 4, "% of a core")
    await db.aclose()


async def main(folder: Path, server: PostgresServer) -> None:
    """Print the figures."""
    path = folder / "store.db"
    sqlite = await Database.open(f"sqlite:///{path}")
    await compared("sqlite", sqlite, bare_sqlite(path), 6)
    postgres = await Database.open(server.url())
    await compared("postgresql", postgres, bare_postgres(server.url()), 9)


if __name__ == "__main__":
    with (
        tempfile.TemporaryDirectory(prefix="simsessions-bench-") as made_for_it,
        PostgresServer() as running,
    ):
        uvloop.run(main(Path(made_for_it), running))
