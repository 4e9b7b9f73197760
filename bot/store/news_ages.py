"""How old the news of live sessions was: counts by network, radio and bin of age."""

from collections.abc import Mapping
from typing import TypeAlias

from sqlalchemy import bindparam, delete, select, update

from bot.store.database import Database
from bot.store.schema import news_ages as table

Bin: TypeAlias = tuple[str, str, int]
"""A network, a radio, and the number of a bin."""
MOST_ROWS = 50_000


class NewsAgeRows:
    """The counts of all replicas. Every method raises StoreErrors only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, counts: Mapping[Bin, int]) -> None:
        """Add to the counts."""
        new = self._database.insert(table)
        total = table.c.sessions + new.excluded.sessions
        adding = new.on_conflict_do_update(
            index_elements=["network", "radio", "bin"], set_={"sessions": total}
        )
        values = [  # all in one order, so that two writers never wait crosswise
            {"network": network, "radio": radio, "bin": number, "sessions": count}
            for (network, radio, number), count in sorted(counts.items())
        ]
        async with self._database.write() as tx:
            await tx.execute(adding, values)

    async def all(self) -> dict[Bin, int]:
        """Return the counts, at most MOST_ROWS."""
        async with self._database.read() as tx:
            return {(r.network, r.radio, r.bin): r.sessions for r in await tx.execute(_ALL)}

    async def halve(self, network: str, radio: str) -> None:
        """Let what was counted there fade; what was seen once is forgotten."""
        which = {"of": network, "by": radio}
        async with self._database.write() as tx:
            await tx.execute(_HALVE, which)
            await tx.execute(_DROP_EMPTY, which)


_ALL = select(table).order_by(table.c.network, table.c.radio, table.c.bin).limit(MOST_ROWS)
_THERE = (table.c.network == bindparam("of"), table.c.radio == bindparam("by"))
_HALVE = update(table).where(*_THERE).values(sessions=table.c.sessions // 2)
_DROP_EMPTY = delete(table).where(*_THERE, table.c.sessions == 0)
