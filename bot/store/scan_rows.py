"""A row for each SIM of a scan: written chunk by chunk, read page by page, never all at once."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any, TypeVar

from sqlalchemy import Row, Select, bindparam, delete, exists, func, select

from bot.store.database import Database
from bot.store.schema import scan_rows
from bot.store.transaction import Transaction

PAGE = 500
"""Rows that are in memory at once."""
FAILED = "failed"
"""The state of a SIM that could not be read."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ScanRow:
    """One SIM in one run. `row` is its snapshot as JSON; that of the run before, where it failed.

    `gravity` orders the worst first; 0 is nothing wrong. `mark` differs where two snapshots may:
    equal marks, nothing changed. `traffic` is the packets of the last 24 h as far as told. Where
    it fell silent, `lost_on` is the network and `lost_at` the moment. `fault` says why it failed.
    """

    sid: str
    state: str
    gravity: int
    mark: int
    row: str
    traffic: int | None = None
    lost_on: str | None = None
    lost_at: float | None = None
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """The same SIM in two runs, as JSON of snapshots."""

    sid: str
    before: str
    after: str


class ScanRows:
    """The rows of all runs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, run: int, rows: Iterable[ScanRow], tx: Transaction) -> None:
        """Keep a row for each SIM; one that is there already is replaced."""
        values = [{"run": run, **dict(zip(NAMES, _values(row), strict=True))} for row in rows]
        if not values:
            return
        new = self._database.insert(scan_rows)
        told = {name: new.excluded[name] for name in _TOLD}
        await tx.execute(new.on_conflict_do_update(index_elements=_KEY, set_=told), values)

    async def known(self, run: int, sids: Sequence[str]) -> dict[str, ScanRow]:
        """Give the rows of some SIMs in a run, by SID."""
        async with self._database.read() as tx:
            rows = await tx.execute(_SOME, {"of": run, "sids": list(sids)})
            return {row.sid: row_of(row) for row in rows}

    def every(self, run: int) -> AsyncIterator[Sequence[ScanRow]]:
        """Stream all rows of a run, by SID, a page at a time."""
        return self._pages(_EVERY, {"of": run}, row_of)

    def changed(self, before: int, after: int) -> AsyncIterator[Sequence[Pair]]:
        """Stream the SIMs read in `after` whose marks differ from `before`, a page at a time."""
        return self._pages(_CHANGED, {"of": after, "other": before}, _pair)

    async def only_in(self, run: int, other: int, most: int) -> tuple[ScanRow, ...]:
        """Give the first SIMs of a run that are not in another, by SID."""
        asked = {"of": run, "other": other, "last": "", "most": most}
        async with self._database.read() as tx:
            return tuple(row_of(row) for row in await tx.execute(_ONLY, asked))

    async def count_only_in(self, run: int, other: int) -> int:
        """Count the SIMs of a run that are not in another."""
        async with self._database.read() as tx:
            return int(await tx.scalar(_COUNT_ONLY, {"of": run, "other": other}))

    async def forget(self, run: int, most: int) -> int:
        """Drop at most so many rows of a run; give how many went."""
        async with self._database.write() as tx:
            return (await tx.execute(_FORGET, {"of": run, "most": most})).rowcount

    async def _pages(
        self, asked: Select[Any], values: Mapping[str, Any], read: Callable[[Row[Any]], T]
    ) -> AsyncIterator[Sequence[T]]:
        last, size = "", PAGE
        while size == PAGE:
            page = {**values, "last": last, "most": PAGE}
            async with self._database.read() as tx:
                rows = (await tx.execute(asked, page)).all()
            if rows:
                yield [read(row) for row in rows]
                last = rows[-1].sid
            size = len(rows)


def row_of(row: Row[Any]) -> ScanRow:
    """Read a row of the table."""
    return ScanRow(*(getattr(row, name) for name in NAMES))


def _pair(row: Row[Any]) -> Pair:
    return Pair(row.sid, row.before, row.after)


NAMES = tuple(each.name for each in fields(ScanRow))
_values = attrgetter(*NAMES)
COLUMNS = tuple(scan_rows.c[name] for name in NAMES)
_KEY = ["run", "sid"]
_TOLD = [name for name in NAMES if name not in _KEY]
_OF = scan_rows.c.run == bindparam("of")
_other = scan_rows.alias("other_run")
_IS_SAME = (_other.c.run == bindparam("other")) & (_other.c.sid == scan_rows.c.sid)
_SOME = select(*COLUMNS).where(_OF, scan_rows.c.sid.in_(bindparam("sids", expanding=True)))
_PAGE = (scan_rows.c.sid > bindparam("last"),)
_EVERY = select(*COLUMNS).where(_OF, *_PAGE).order_by(scan_rows.c.sid).limit(bindparam("most"))
_CHANGED = (
    select(scan_rows.c.sid, _other.c.row.label("before"), scan_rows.c.row.label("after"))
    .join(_other, _IS_SAME)
    .where(_OF, *_PAGE, scan_rows.c.mark != _other.c.mark, scan_rows.c.state != FAILED)
    .order_by(scan_rows.c.sid)
    .limit(bindparam("most"))
)
_IS_ONLY = ~exists().where(_IS_SAME)
_ONLY = _EVERY.where(_IS_ONLY)
_COUNT_ONLY = select(func.count()).select_from(scan_rows).where(_OF, _IS_ONLY)
_FORGET = delete(scan_rows).where(
    _OF,
    scan_rows.c.sid.in_(
        select(scan_rows.c.sid).where(_OF).order_by(scan_rows.c.sid).limit(bindparam("most"))
    ),
)
