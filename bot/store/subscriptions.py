"""Which digests channels have asked for, as rows; what a row means is read in bot/digests/."""

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, exists, select, update

from bot.store.database import Database
from bot.store.schema import jobs
from bot.store.schema import subscriptions as table
from bot.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class SubscriptionRow:
    """One digest of a channel; `name_key` is unique there, `details` is JSON.

    `paused` says why it is paused. Times are epoch seconds.
    """

    id: str
    team: str
    channel: str
    name: str
    name_key: str
    made_by: str
    made_at: float
    details: str
    paused: str | None = None


class SubscriptionRows:
    """Keeps them. Every method raises StoreErrors only."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def add(self, row: SubscriptionRow, tx: Transaction | None = None) -> bool:
        """Keep a new one; tell whether its name was free."""
        statement = self._db.insert(table).values(asdict(row)).on_conflict_do_nothing()
        async with self._db.joining(tx) as asked:
            return (await asked.execute(statement)).rowcount == 1

    async def change(self, row: SubscriptionRow, tx: Transaction | None = None) -> bool:
        """Keep it as it is now; tell whether it is there and its name free."""
        other = table.alias()
        taken = exists().where(
            other.c.team == row.team,
            other.c.channel == row.channel,
            other.c.name_key == row.name_key,
            other.c.id != row.id,
        )
        statement = update(table).where(table.c.id == row.id, ~taken).values(asdict(row))
        async with self._db.joining(tx) as asked:
            return (await asked.execute(statement)).rowcount == 1

    async def set_paused(
        self, subscription: str, paused: str | None, tx: Transaction | None = None
    ) -> bool:
        """Pause it with a reason, or resume it with None; tell whether that changed anything."""
        other = table.c.paused.is_(None) if paused else table.c.paused.is_not(None)
        statement = update(table).where(table.c.id == subscription, other).values(paused=paused)
        async with self._db.joining(tx) as asked:
            return (await asked.execute(statement)).rowcount == 1

    async def remove(self, subscription: str, tx: Transaction | None = None) -> bool:
        """Forget it; tell whether it was there."""
        statement = delete(table).where(table.c.id == subscription)
        async with self._db.joining(tx) as asked:
            return (await asked.execute(statement)).rowcount == 1

    async def live_runs(self, schedule: str, kind: str, tx: Transaction) -> tuple[str, ...]:
        """Return the keys of a schedule's jobs that have not ended."""
        live = select(jobs.c.key).where(
            jobs.c.kind == kind,
            jobs.c.ended.is_(None),
            jobs.c.key.startswith(f"{schedule}@", autoescape=True),
        )
        return tuple((await tx.execute(live)).scalars())

    async def get(self, subscription: str) -> SubscriptionRow | None:
        """Return one by its id."""
        return next(iter(await self._where(table.c.id == subscription)), None)

    async def in_channel(self, team: str, channel: str) -> tuple[SubscriptionRow, ...]:
        """Return a channel's, by name."""
        return await self._where(table.c.team == team, table.c.channel == channel)

    async def made_by(self, team: str, person: str) -> tuple[SubscriptionRow, ...]:
        """Return those that a person made, by name."""
        return await self._where(table.c.team == team, table.c.made_by == person)

    async def of_team(self, team: str) -> tuple[SubscriptionRow, ...]:
        """Return a workspace's, by name."""
        return await self._where(table.c.team == team)

    async def every(self) -> tuple[SubscriptionRow, ...]:
        """Return all, by name."""
        return await self._where()

    async def _where(self, *which: ColumnElement[bool]) -> tuple[SubscriptionRow, ...]:
        asked = select(table).where(*which).order_by(table.c.name_key, table.c.id)
        async with self._db.read() as tx:
            return tuple(map(_row, await tx.execute(asked)))


def _row(found: Row[Any]) -> SubscriptionRow:
    return SubscriptionRow(**found._mapping)  # noqa: SLF001 -- SQLAlchemy's public name for it
