"""The channels in which alerts of other apps are answered, and who asked for that."""

from dataclasses import dataclass

from sqlalchemy import delete, select

from bot.store.database import Database
from bot.store.schema import listening as table


@dataclass(frozen=True, slots=True)
class Listening:
    """A channel that listens: since when (epoch seconds), and in whose name it is answered there.

    `team` and `enterprise` are the person's.
    """

    channel: str
    team: str | None
    enterprise: str | None
    person: str
    since: float


class ListeningRows:
    """The channels that listen. Every method raises StoreErrors only."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def start(self, new: Listening) -> bool:
        """Let a channel listen; return whether it did not before. Who asked first stays."""
        values = {name: getattr(new, name) for name in Listening.__slots__}
        statement = self._db.insert(table).values(values).on_conflict_do_nothing()
        async with self._db.write() as tx:
            return await tx.change(statement) == 1

    async def stop(self, channel: str) -> bool:
        """End it, and return whether the channel listened."""
        async with self._db.write() as tx:
            return await tx.change(delete(table).where(table.c.channel == channel)) == 1

    async def of(self, channel: str) -> Listening | None:
        """Return how a channel listens; None where it does not."""
        async with self._db.read() as tx:
            statement = select(table).where(table.c.channel == channel)
            row = (await tx.execute(statement)).mappings().first()
        return Listening(**row) if row else None

    async def every(self) -> dict[str, Listening]:
        """Return all, by channel."""
        async with self._db.read() as tx:
            rows = (await tx.execute(select(table))).mappings().all()
        return {row["channel"]: Listening(**row) for row in rows}
