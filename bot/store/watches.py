"""Watches: rows that outlive the process. Times are epoch seconds, snapshots are JSON.

What is stored are the columns by name; bot/watches/repository.py makes watches of them. While a
watch is open its `slot` is unique: one person watches one SIM once in one place.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, delete, func, or_, select, true, update

from bot.store.database import Record, Rows, Transaction
from bot.store.schema import NOW, watches

DAY = 86400.0
OPEN = watches.c.ended.is_(None)
OF_THE_CARD = ("cards", "card_channel", "card_ts", "edited", "drawn")
OF_THE_REQUEST = ("goal", "ends")
OF_THE_OWNER = ("team", "enterprise", "person", "channel", "thread")
FIXED = ("id", "sid", "name", *OF_THE_OWNER, "started", "set_id", "account")
OF_A_STEP = [c.name for c in watches.c if c.name not in {*FIXED, *OF_THE_CARD, *OF_THE_REQUEST}]
Columns = Mapping[str, Any]
"""The columns of one watch by name, but for `slot`."""


class WatchCounts(NamedTuple):
    """How many watches are open, of how many SIMs."""

    watches: int
    sims: int


class WatchRows(Rows):
    """The watches of all replicas."""

    async def add(self, watch: Columns, tx: Transaction) -> bool:
        """Add an open watch; False where this person watches this SIM here already."""
        new = self._db.insert(watches).on_conflict_do_nothing(index_elements=[watches.c.slot])
        return await tx.change(new, {**watch, "slot": slot_of(watch)}) == 1

    async def in_slot_of(self, watch: Columns, tx: Transaction) -> Record | None:
        """Return the open watch of the same person on the same SIM in the same place."""
        found = await self._all(watches.c.slot == bindparam("value"), slot_of(watch), tx)
        return found[0] if found else None

    async def get(self, id_: str, tx: Transaction | None = None) -> Record | None:
        """Return a watch, open or ended."""
        found = await self._all(watches.c.id == bindparam("value"), id_, tx)
        return found[0] if found else None

    async def of_card(self, id_: str, tx: Transaction | None = None) -> list[Record]:
        """Return the watches that one card shows, open or ended: that of this id, or of a set."""
        is_its = or_(watches.c.id == bindparam("value"), watches.c.set_id == bindparam("value"))
        return await self._all(is_its, id_, tx)

    async def of_sim(self, sid: str) -> list[Record]:
        """Return the open watches of a SIM, oldest first."""
        return await self._all(OPEN & (watches.c.sid == bindparam("value")), sid)

    async def of_person(self, person: str, tx: Transaction | None = None) -> list[Record]:
        """Return the open watches of a person, oldest first."""
        return await self._all(OPEN & (watches.c.person == bindparam("value")), person, tx)

    async def in_channel(self, channel: str, tx: Transaction | None = None) -> list[Record]:
        """Return the open watches that were asked for in a channel or its threads, oldest first."""
        return await self._all(OPEN & (watches.c.channel == bindparam("value")), channel, tx)

    async def sims(self) -> list[str]:
        """Return the SIMs that are watched."""
        found = await self._db.fetch(select(watches.c.sid).where(OPEN).distinct())
        return sorted(found.scalars())

    async def counts(self) -> WatchCounts:
        """Count what is open."""
        counted = select(func.count(), func.count(watches.c.sid.distinct())).where(OPEN)
        open_, sims = tuple((await self._db.fetch(counted)).one())
        return WatchCounts(open_, sims)

    async def undrawn(self) -> list[str]:
        """Return the cards of the last day that do not show yet that a watch has ended."""
        ended = watches.c.ended > NOW - DAY
        card = func.coalesce(watches.c.set_id, watches.c.id)
        wanted = select(card).where(ended, ~watches.c.drawn.endswith(watches.c.ending)).distinct()
        return list((await self._db.fetch(wanted)).scalars())

    async def save_request(self, watch: Columns, tx: Transaction) -> bool:
        """Save what is waited for and until when; False where it has ended."""
        return await self._update(watch, OF_THE_REQUEST, tx, OPEN)

    async def save_card(self, watch: Columns, tx: Transaction | None = None) -> None:
        """Save where the card stands and what it shows; of an ended watch too."""
        async with self._db.joining(tx) as joined:
            await self._update(watch, OF_THE_CARD, joined)

    async def advance(self, before: Columns, after: Columns, tx: Transaction) -> bool:
        """Save how a watch goes on, or that it ended.

        False, and nothing is saved, where it has ended, been extended or had a notice since
        `before` was read.
        """
        slot = None if after["ended"] is not None else slot_of(after)
        unchanged = OPEN & (watches.c.notices == bindparam("was_notices"))
        for name in OF_THE_REQUEST:
            unchanged &= watches.c[name] == bindparam(f"was_{name}")
        was = {f"was_{name}": before[name] for name in ("notices", *OF_THE_REQUEST)}
        return await self._update({**after, "slot": slot}, OF_A_STEP, tx, unchanged, was)

    async def forget(self, older_than: float) -> int:
        """Drop watches that ended more seconds ago than that; return how many."""
        return await self._db.change(delete(watches).where(watches.c.ended < NOW - older_than))

    async def _update(
        self,
        watch: Columns,
        names: Iterable[str],
        tx: Transaction,
        only: ColumnElement[bool] = true(),  # noqa: B008 -- a constant
        bound: Columns | None = None,
    ) -> bool:
        new: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
        changed = update(watches).where(watches.c.id == bindparam("this"), only).values(new)
        values = {f"new_{name}": watch[name] for name in new} | {"this": watch["id"]}
        return await tx.change(changed, {**values, **(bound or {})}) == 1

    async def _all(
        self, where: ColumnElement[bool], value: str, tx: Transaction | None = None
    ) -> list[Record]:
        wanted = select(watches).where(where).order_by(watches.c.started, watches.c.id)
        return list(await self._db.fetch(wanted, {"value": value}, tx))


def slot_of(watch: Columns) -> str:
    """Name what an open watch takes: its person, SIM and place."""
    return f"{watch['person']}/{watch['sid']}/{watch['channel']}/{watch['thread'] or ''}"
