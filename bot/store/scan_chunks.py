"""The SIMs that a scan has still to ask, packed in chunks; a chunk goes with its last SIM."""

from collections.abc import AsyncIterator

from sqlalchemy import bindparam, delete, insert, select

from bot.store.database import Database
from bot.store.schema import scan_chunks
from bot.store.transaction import Transaction


class ScanChunks:
    """The chunks of all runs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, run: int, number: int, sims: bytes, tx: Transaction) -> None:
        """Keep the packed SIMs of one chunk."""
        await tx.execute(_ADD, {"run": run, "number": number, "sims": sims})

    async def find(self, run: int, number: int) -> bytes | None:
        """Give the packed SIMs that are still to be asked; None where all are done."""
        async with self._database.read() as tx:
            found: bytes | None = await tx.scalar(_FIND, {"of": run, "at": number})
            return found

    async def keep(self, run: int, number: int, sims: bytes | None, tx: Transaction) -> None:
        """Put what is left of a chunk in its place; None: nothing is."""
        await tx.execute(_DROP, {"of": run, "at": number})
        if sims is not None:
            await self.add(run, number, sims, tx)

    async def left(self, run: int) -> AsyncIterator[tuple[int, bytes]]:
        """Give the chunks that never came to an end, one after the other."""
        number = -1
        while True:
            async with self._database.read() as tx:
                row = (await tx.execute(_NEXT, {"of": run, "at": number})).first()
            if row is None:
                return
            number = row.number
            yield number, row.sims

    async def forget(self, run: int, tx: Transaction | None = None) -> None:
        """Drop all chunks of a run."""
        async with self._database.joining(tx) as own:
            await own.execute(_FORGET, {"of": run})


_OF = scan_chunks.c.run == bindparam("of")
_THIS = scan_chunks.c.number == bindparam("at")
_ADD = insert(scan_chunks)
_FIND = select(scan_chunks.c.sims).where(_OF, _THIS)
_DROP = delete(scan_chunks).where(_OF, _THIS)
_FORGET = delete(scan_chunks).where(_OF)
_NEXT = (
    select(scan_chunks.c.number, scan_chunks.c.sims)
    .where(_OF, scan_chunks.c.number > bindparam("at"))
    .order_by(scan_chunks.c.number)
    .limit(1)
)
