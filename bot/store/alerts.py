"""Alerts of channels and their incidents, as rows; what a row means is read in bot/alerts/.

`details` and `state` are JSON.
"""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Select, Text, bindparam, delete, or_, select, update

from bot.store.database import Database, Record, Rows, Transaction
from bot.store.schedules import Columns, NamedRows
from bot.store.schema import NOW, alerts, incidents

OF_THE_CARD = ("cards", "card_channel", "card_ts", "edited", "drawn", "told")
OF_THE_STORY = ("resolved", "severity", "details")


class AlertRows(NamedRows):
    """The alerts of all channels. Every method raises StoreErrors only."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, alerts)

    async def save_state(self, alert: str, state: str | None, tx: Transaction) -> None:
        """Save what its scans have seen."""
        await tx.execute(update(alerts).where(alerts.c.id == alert).values(state=state))


class IncidentRows(Rows):
    """The incidents of all alerts. Every method raises StoreErrors only."""

    async def add(self, new: Columns, tx: Transaction) -> None:
        """Add one; one that is there is left alone."""
        await tx.execute(self._db.insert(incidents).values(new).on_conflict_do_nothing())

    async def save_story(self, row: Columns, tx: Transaction) -> None:
        """Save what happened, and leave its card as it is."""
        await self._save(row, OF_THE_STORY, tx)

    async def save_card(self, row: Columns, tx: Transaction) -> None:
        """Save where its card stands and what it shows, and leave the rest as it is."""
        await self._save(row, OF_THE_CARD, tx)

    async def _save(self, row: Columns, names: Sequence[str], tx: Transaction) -> None:
        values = {name: row[name] for name in names}
        await tx.execute(update(incidents).where(incidents.c.id == row["id"]).values(values))

    async def get(self, incident: str, tx: Transaction | None = None) -> Record | None:
        """Return one by its id; with a transaction nobody else changes it until that ends."""
        found = await self._all(_ONE, {"this": incident}, tx)
        return found[0] if found else None

    async def of_alert(self, alert: str, recent: float, tx: Transaction) -> list[Record]:
        """Return those that are open or were resolved in so many seconds, locked, by id."""
        return await self._all(_OF_ALERT, {"this": alert, "recent": recent}, tx)

    async def ids_of_alert(self, alert: str, recent: float, tx: Transaction) -> list[str]:
        """Return the ids of those that are open or were resolved in so many seconds, by id."""
        found = await tx.execute(_IDS_OF_ALERT, {"this": alert, "recent": recent})
        return list(found.scalars())

    async def open_of(self, alert: str) -> list[Record]:
        """Return the open ones of an alert, by id."""
        return await self._all(_OPEN_OF, {"this": alert})

    async def open_ids(self, alert: str | None = None) -> list[str]:
        """Return the ids of the open ones, of an alert or of all."""
        which = [incidents.c.alert == alert] if alert else []
        found = await self._db.fetch(select(incidents.c.id).where(_OPEN, *which))
        return sorted(found.scalars())

    async def open_in(self, team: str, channel: str, tx: Transaction | None = None) -> list[Record]:
        """Return the open ones of a channel, the oldest first, not locked."""
        return list(await self._db.fetch(_OPEN_IN, {"team": team, "channel": channel}, tx))

    async def of_summary(self, summary: str) -> list[Record]:
        """Return those that share a card, the oldest first."""
        return await self._all(_OF_SUMMARY, {"this": summary})

    async def between(
        self,
        team: str | None,
        start: float,
        end: float,
        channel: str | None = None,
        accounts: Collection[str] | None = None,
    ) -> list[Record]:
        """Return those that were open at some time between two, the newest first; None: of all."""
        which = [incidents.c.channel == channel] if channel else []
        which += [incidents.c.account.in_(accounts)] if accounts is not None else []
        which += [incidents.c.team == team] if team else []
        query = (
            select(incidents)
            .where(incidents.c.opened < end, *which)
            .where(or_(_OPEN, incidents.c.resolved >= start))
            .order_by(incidents.c.opened.desc(), incidents.c.id)
            .limit(_MOST)
        )
        return await self._all(query, {})

    async def forget(self, older_than: float) -> int:
        """Delete those resolved more than so many seconds ago, and return how many."""
        return await self._db.change(
            delete(incidents).where(incidents.c.resolved < NOW - older_than)
        )

    async def _all(
        self, query: Select[Any], values: Columns, tx: Transaction | None = None
    ) -> list[Record]:
        return list(await self._db.fetch(query.with_for_update() if tx else query, values, tx))


_MOST = 500
_AT = incidents.c
_OPEN = _AT.resolved.is_(None)
_THIS = bindparam("this", type_=Text())
_RECENT = or_(_OPEN, _AT.resolved > NOW - bindparam("recent"))
_OF = _AT.alert == _THIS
_OLDEST_FIRST = (_AT.opened, _AT.id)
_IN_CHANNEL = (_AT.team == bindparam("team"), _AT.channel == bindparam("channel"))
_ONE = select(incidents).where(_AT.id == _THIS)
_OF_ALERT = select(incidents).where(_OF, _RECENT).order_by(_AT.id)
_IDS_OF_ALERT = select(_AT.id).where(_OF, _RECENT)
_OPEN_OF = select(incidents).where(_OF, _OPEN).order_by(_AT.id)
_OF_SUMMARY = select(incidents).where(_AT.summary == _THIS).order_by(*_OLDEST_FIRST)
_OPEN_IN = select(incidents).where(*_IN_CHANNEL, _OPEN).order_by(*_OLDEST_FIRST)
