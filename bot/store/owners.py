"""Who takes care of which SIM in a channel: one row a SIM, the newest word counts."""

from collections.abc import Collection

from sqlalchemy import delete, select

from bot.store.database import Database
from bot.store.schema import NOW
from bot.store.schema import owners as table
from bot.store.transaction import Record

KEEP = 7 * 86_400.0
"""Seconds after which nobody takes care of a SIM any more."""


class OwnerRows:
    """The owners that people named. Every method raises StoreErrors only."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def take(self, channel: str, sids: Collection[str], person: str, at: float) -> None:
        """Make somebody the owner of SIMs in a channel; what is long past is forgotten."""
        new = self._db.insert(table)
        changed = {"person": new.excluded.person, "since": new.excluded.since}
        statement = new.on_conflict_do_update(index_elements=["channel", "sid"], set_=changed)
        async with self._db.write() as tx:
            await tx.change(delete(table).where(table.c.since < NOW - KEEP))
            for sid in sids:
                values = {"channel": channel, "sid": sid, "person": person, "since": at}
                await tx.change(statement.values(values))

    async def of(self, channel: str, sids: Collection[str]) -> list[Record]:
        """Return the rows of SIMs that have an owner in a channel."""
        mine = table.c.channel == channel
        wanted = select(table).where(mine, table.c.sid.in_(sids), table.c.since >= NOW - KEEP)
        async with self._db.read() as tx:
            return list(await tx.execute(wanted))
