"""A process that writes notes, one a transaction, and tells each that was saved."""

import asyncio
import os
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent.parent
WRITER = """
import asyncio, sys
from sqlalchemy import text
from bot.store.database import Database

async def main():
    db = await Database.open(sys.argv[1])
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    for number in range(first, first + 100_000):
        async with db.write() as tx:
            await tx.execute(text("INSERT INTO notes VALUES (:id, :word)"),
                             {"id": number, "word": "x" * 3000})
        print(number, flush=True)

asyncio.run(main())
"""


async def started(url: str, program: str = WRITER, *more: str) -> asyncio.subprocess.Process:
    """Start it."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program, url, *more),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
