"""Which digests channels have asked for, as rows; what a row means is read in bot/digests/."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, select, update

from bot.store.database import Database
from bot.store.schema import jobs
from bot.store.schema import subscriptions as table
from bot.store.transaction import Record, Transaction

Columns = Mapping[str, Any]
"""The columns of one digest by name; `name_key` is unique in its channel, `details` is JSON."""


class SubscriptionRows:
    """The digests of all channels. Every method raises StoreErrors only."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def add(self, new: Columns, tx: Transaction | None = None) -> bool:
        """Add one, and return whether its name was free."""
        statement = self._db.insert(table).values(new).on_conflict_do_nothing()
        async with self._db.joining(tx) as joined:
            return await joined.change(statement) == 1

    async def change(self, new: Columns, tx: Transaction | None = None) -> bool:
        """Save it as it is now, and return whether it is there and its name free."""
        other = table.alias()
        taken = exists().where(
            *(other.c[name] == new[name] for name in ("team", "channel", "name_key")),
            other.c.id != new["id"],
        )
        statement = update(table).where(table.c.id == new["id"], ~taken).values(new)
        async with self._db.joining(tx) as joined:
            return await joined.change(statement) == 1

    async def set_paused(
        self, subscription: str, paused: str | None, tx: Transaction | None = None
    ) -> bool:
        """Pause it with a reason, or resume it with None; return whether that changed anything."""
        other = table.c.paused.is_(None) if paused else table.c.paused.is_not(None)
        statement = update(table).where(table.c.id == subscription, other).values(paused=paused)
        async with self._db.joining(tx) as joined:
            return await joined.change(statement) == 1

    async def remove(self, subscription: str, tx: Transaction | None = None) -> bool:
        """Delete it, and return whether it was there."""
        statement = delete(table).where(table.c.id == subscription)
        async with self._db.joining(tx) as joined:
            return await joined.change(statement) == 1

    async def live_runs(self, schedule: str, kind: str, tx: Transaction) -> tuple[str, ...]:
        """Return the keys of a schedule's jobs that have not ended."""
        live = select(jobs.c.key).where(
            jobs.c.kind == kind,
            jobs.c.ended.is_(None),
            jobs.c.key.startswith(f"{schedule}@", autoescape=True),
        )
        return tuple((await tx.execute(live)).scalars())

    async def get(self, subscription: str) -> Record | None:
        """Return one by its id."""
        return next(iter(await self._where(table.c.id == subscription)), None)

    async def in_channel(self, team: str, channel: str) -> tuple[Record, ...]:
        """Return a channel's, by name."""
        return await self._where(table.c.team == team, table.c.channel == channel)

    async def made_by(self, team: str, person: str) -> tuple[Record, ...]:
        """Return those that a person made, by name."""
        return await self._where(table.c.team == team, table.c.made_by == person)

    async def of_team(self, team: str) -> tuple[Record, ...]:
        """Return a workspace's, by name."""
        return await self._where(table.c.team == team)

    async def every(self) -> tuple[Record, ...]:
        """Return all, by name."""
        return await self._where()

    async def _where(self, *which: ColumnElement[bool]) -> tuple[Record, ...]:
        query = select(table).where(*which).order_by(table.c.name_key, table.c.id)
        async with self._db.read() as tx:
            return tuple(await tx.execute(query))
