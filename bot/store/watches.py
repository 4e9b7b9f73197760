"""Watches: rows that outlive the process. Times are epoch seconds, snapshots are JSON.

While a watch is open its `slot` is unique: one person watches one SIM once in one place.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, delete, func, select, update

from bot.store.database import Database
from bot.store.schema import watches
from bot.store.transaction import Transaction

DAY = 86400.0
OPEN = watches.c.ended.is_(None)
OF_THE_CARD = ("cards", "card_channel", "card_ts", "edited", "drawn")
OF_THE_WISH = ("goal", "ends")
FIXED = ("id", "sid", "name", "team", "enterprise", "person", "channel", "thread", "started")


@dataclass(frozen=True, slots=True)
class WatchRow:
    """One row; what each column means is said in bot/watches/watch.py."""

    id: str
    sid: str
    name: str
    team: str | None
    enterprise: str | None
    person: str
    channel: str
    thread: str | None
    goal: str
    started: float
    ends: float
    noticed: str
    latest: str
    checked: float
    slot: str | None = None
    turned: float | None = None
    blind: float | None = None
    blind_why: str | None = None
    told: float | None = None
    untold: int = 0
    notices: int = 0
    ended: float | None = None
    ending: str | None = None
    ended_by: str | None = None
    cards: int = 0
    card_channel: str | None = None
    card_ts: str | None = None
    edited: float | None = None
    drawn: str | None = None


class Counts(NamedTuple):
    """How many watches are open, of how many SIMs."""

    watches: int
    sims: int


class WatchRows:
    """Keeps watches."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def add(self, row: WatchRow, tx: Transaction) -> bool:
        """Add an open watch; False where this person watches this SIM here already."""
        new = self._db.insert(watches).values(asdict(replace(row, slot=slot_of(row))))
        return (await tx.execute(new.on_conflict_do_nothing(index_elements=["slot"]))).rowcount == 1

    async def in_slot_of(self, row: WatchRow, tx: Transaction) -> WatchRow | None:
        """Return the open watch of the same person on the same SIM in the same place."""
        found = await self._all(watches.c.slot == bindparam("value"), slot_of(row), tx)
        return found[0] if found else None

    async def get(self, id_: str, tx: Transaction | None = None) -> WatchRow | None:
        """Return a watch, open or ended."""
        found = await self._all(watches.c.id == bindparam("value"), id_, tx)
        return found[0] if found else None

    async def of_sim(self, sid: str) -> list[WatchRow]:
        """Return the open watches of a SIM, oldest first."""
        return await self._all(OPEN & (watches.c.sid == bindparam("value")), sid)

    async def of_person(self, person: str, tx: Transaction | None = None) -> list[WatchRow]:
        """Return the open watches of a person, oldest first."""
        return await self._all(OPEN & (watches.c.person == bindparam("value")), person, tx)

    async def in_channel(self, channel: str, tx: Transaction | None = None) -> list[WatchRow]:
        """Return the open watches that were asked for in a channel or its threads, oldest first."""
        return await self._all(OPEN & (watches.c.channel == bindparam("value")), channel, tx)

    async def sims(self) -> list[str]:
        """Return the SIMs that are watched."""
        async with self._db.read() as tx:
            found = await tx.execute(select(watches.c.sid).where(OPEN).distinct())
        return sorted(found.scalars())

    async def counts(self) -> Counts:
        """Count what is open."""
        counted = select(func.count(), func.count(watches.c.sid.distinct())).where(OPEN)
        async with self._db.read() as tx:
            open_, sims = tuple((await tx.execute(counted)).one())
        return Counts(open_, sims)

    async def undrawn(self) -> list[str]:
        """Return the watches of the last day that have ended and whose card does not show it."""
        ended = watches.c.ended > self._db.now - DAY
        wanted = select(watches.c.id).where(ended, ~watches.c.drawn.endswith(watches.c.ending))
        async with self._db.read() as tx:
            return list((await tx.execute(wanted)).scalars())

    async def wish(self, row: WatchRow, tx: Transaction) -> None:
        """Save what is waited for and until when."""
        await self._save(row, OF_THE_WISH, tx)

    async def carded(self, row: WatchRow, tx: Transaction | None = None) -> None:
        """Save where the card stands and what it shows; of an ended watch too."""
        await self._save(row, OF_THE_CARD, tx)

    async def advance(self, before: WatchRow, after: WatchRow, tx: Transaction) -> bool:
        """Save how a watch goes on, or that it ended.

        False, and nothing is saved, where it has ended, been extended or been told of something
        since `before` was read.
        """
        left_out = {*FIXED, *OF_THE_CARD, *OF_THE_WISH}
        values = {name: v for name, v in asdict(after).items() if name not in left_out}
        values["slot"] = None if after.ended is not None else slot_of(after)
        unchanged = (
            OPEN
            & (watches.c.ends == bindparam("was_ends"))
            & (watches.c.goal == bindparam("was_goal"))
            & (watches.c.notices == bindparam("was_notices"))
        )
        was = {"was_ends": before.ends, "was_goal": before.goal, "was_notices": before.notices}
        return await self._update(before.id, values, tx, unchanged, was)

    async def forget(self, older_than: float) -> int:
        """Drop watches that ended more seconds ago than that; give how many."""
        async with self._db.write() as tx:
            old = delete(watches).where(watches.c.ended < self._db.now - older_than)
            return (await tx.execute(old)).rowcount

    async def _save(self, row: WatchRow, names: Sequence[str], tx: Transaction | None) -> None:
        values = {name: getattr(row, name) for name in names}
        async with self._db.joining(tx) as joined:
            await self._update(row.id, values, joined)

    async def _update(
        self,
        id_: str,
        values: dict[str, Any],
        tx: Transaction,
        only: ColumnElement[bool] | None = None,
        bound: dict[str, Any] | None = None,
    ) -> bool:
        changed = update(watches).where(watches.c.id == bindparam("this"))
        changed = changed if only is None else changed.where(only)
        named: dict[str, Any] = {name: bindparam(f"to_{name}") for name in values}
        given = {f"to_{name}": value for name, value in values.items()}
        done = await tx.execute(changed.values(named), given | {"this": id_} | (bound or {}))
        return done.rowcount == 1

    async def _all(
        self, where: ColumnElement[bool], value: str, tx: Transaction | None = None
    ) -> list[WatchRow]:
        wanted = select(watches).where(where).order_by(watches.c.started, watches.c.id)
        if tx is not None:
            rows = await tx.execute(wanted, {"value": value})
        else:
            async with self._db.read() as own:
                rows = await own.execute(wanted, {"value": value})
        return [WatchRow(**row._mapping) for row in rows]  # noqa: SLF001 -- SQLAlchemy's public name


def slot_of(row: WatchRow) -> str:
    """Name the place that an open watch takes."""
    return f"{row.person}/{row.sid}/{row.channel}/{row.thread or ''}"
