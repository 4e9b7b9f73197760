"""Scans: chunks of SIMs to be read, a row for each that was, sums over rows, and days of SIMs.

All is written chunk by chunk and read page by page, never all at once.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Executable,
    Integer,
    Row,
    Select,
    bindparam,
    delete,
    exists,
    func,
    insert,
    select,
    tuple_,
)

from bot.store.database import Rows, Transaction
from bot.store.schema import scan_chunks, scan_rows, sim_days
from bot.struct import Struct, asdict

PAGE = 500
"""Rows that are in memory at once."""
FAILED = "failed"
"""The state of a SIM that could not be read."""
T = TypeVar("T")
Months = Mapping[int, bytes]
"""The packed days of a SIM by the number of their month."""


class ScanChunks(Rows):
    """The chunks of all runs."""

    async def add(self, run: int, number: int, sims: bytes, tx: Transaction) -> None:
        """Keep the packed SIMs of one chunk."""
        await tx.execute(_ADD, {"run": run, "number": number, "sims": sims})

    async def find(self, run: int, number: int) -> bytes | None:
        """Return the packed SIMs that are still to be asked; None where all are done."""
        found: bytes | None = (await self._db.fetch(_FIND, {"of": run, "at": number})).scalar()
        return found

    async def keep(self, run: int, number: int, sims: bytes | None, tx: Transaction) -> None:
        """Put what is left of a chunk in its place; None: nothing is."""
        await tx.execute(_DROP, {"of": run, "at": number})
        if sims is not None:
            await self.add(run, number, sims, tx)

    async def left(self, run: int) -> AsyncIterator[tuple[int, bytes]]:
        """Return the chunks that never came to an end, one after the other."""
        number = -1
        while True:
            row = (await self._db.fetch(_NEXT, {"of": run, "at": number})).first()
            if row is None:
                return
            number = row.number
            yield number, row.sims

    async def forget(self, run: int, tx: Transaction | None = None) -> None:
        """Drop all chunks of a run."""
        await self._db.change(_FORGET_CHUNKS, {"of": run}, tx)


_CHUNK_OF = scan_chunks.c.run == bindparam("of")
_THIS = scan_chunks.c.number == bindparam("at")
_ADD = insert(scan_chunks)
_FIND = select(scan_chunks.c.sims).where(_CHUNK_OF, _THIS)
_DROP = delete(scan_chunks).where(_CHUNK_OF, _THIS)
_FORGET_CHUNKS = delete(scan_chunks).where(_CHUNK_OF)
_NEXT = (
    select(scan_chunks.c.number, scan_chunks.c.sims)
    .where(_CHUNK_OF, scan_chunks.c.number > bindparam("at"))
    .order_by(scan_chunks.c.number)
    .limit(1)
)


class ScanRow(Struct):
    """One SIM in one run. `row` is its snapshot as JSON; that of the run before, where it failed.

    `gravity` orders the worst first; 0 is nothing wrong. `mark` differs where two snapshots may:
    equal marks, nothing changed. `traffic` is the packets of the last 24 h as far as known. Where
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


class BriefRow(NamedTuple):
    """As much of a row as a question about the fleet needs: ten thousand of them cost little."""

    sid: str
    state: str
    gravity: int
    traffic: int | None
    row: str


class RowPair(Struct):
    """The same SIM in two runs, as JSON of snapshots."""

    sid: str
    before: str
    after: str


class ScanRows(Rows):
    """The rows of all runs."""

    async def add(self, run: int, rows: Iterable[ScanRow], tx: Transaction) -> None:
        """Keep a row for each SIM; one that is there already is replaced."""
        values = [{"run": run, **asdict(row)} for row in rows]
        if values:
            await tx.execute(self._put, values)

    @cached_property
    def _put(self) -> Executable:
        """The statement that keeps rows; to build it takes as long as to keep twenty."""
        new = self._db.insert(scan_rows)
        excluded = {name: new.excluded[name] for name in _VALUES}
        return new.on_conflict_do_update(index_elements=_ROW_KEY, set_=excluded)

    async def known(self, run: int, sids: Sequence[str]) -> dict[str, ScanRow]:
        """Return the rows of some SIMs in a run, by SID."""
        rows = map(row_of, await self._db.fetch(_SOME, {"of": run, "sids": list(sids)}))
        return {row.sid: row for row in rows}

    def every(self, run: int) -> AsyncIterator[Sequence[ScanRow]]:
        """Stream all rows of a run, by SID, a page at a time."""
        return self._pages(_EVERY, {"of": run}, row_of)

    def brief(self, run: int) -> AsyncIterator[Sequence[BriefRow]]:
        """Stream all rows of a run in little, by SID, a page at a time."""
        return self._pages(_BRIEF, {"of": run}, BriefRow._make)

    def brief_of(self, run: int, states: Sequence[str]) -> AsyncIterator[Sequence[BriefRow]]:
        """Stream the rows of such states in little, by SID, a page at a time."""
        return self._pages(_BRIEF_OF, {"of": run, "states": list(states)}, BriefRow._make)

    def changed(self, before: int, after: int) -> AsyncIterator[Sequence[RowPair]]:
        """Stream the SIMs read in `after` whose marks differ from `before`, a page at a time."""
        return self._pages(_CHANGED, {"of": after, "other": before}, _pair)

    async def only_in(self, run: int, other: int, most: int) -> tuple[ScanRow, ...]:
        """Return the first SIMs of a run that are not in another, by SID."""
        values = {"of": run, "other": other, "last": "", "most": most}
        return tuple(row_of(row) for row in await self._db.fetch(_ONLY, values))

    async def count_only_in(self, run: int, other: int) -> int:
        """Count the SIMs of a run that are not in another."""
        counted = await self._db.fetch(_COUNT_ONLY, {"of": run, "other": other})
        return int(counted.scalar_one())

    async def sids(self, run: int) -> set[str]:
        """Return the SIMs of a run."""
        return set((await self._db.fetch(_SIDS, {"of": run})).scalars())

    async def drop(self, run: int, sids: Sequence[str], tx: Transaction) -> None:
        """Drop the rows of some SIMs."""
        for at in range(0, len(sids), PAGE):
            await tx.execute(_DROP_SOME, {"of": run, "sids": list(sids[at : at + PAGE])})

    async def copy(self, run: int, to: int, tx: Transaction) -> None:
        """Give a run that has no rows those of another."""
        await tx.execute(_COPY, {"of": run, "to": to})

    async def forget(self, run: int, most: int) -> int:
        """Drop at most so many rows of a run; return how many."""
        return await self._db.change(_FORGET_ROWS, {"of": run, "most": most})

    async def _pages(
        self, query: Select[Any], values: Mapping[str, Any], read: Callable[[Row[Any]], T]
    ) -> AsyncIterator[Sequence[T]]:
        last, size = "", PAGE
        while size == PAGE:
            page = {**values, "last": last, "most": PAGE}
            rows = (await self._db.fetch(query, page)).all()
            if rows:
                yield [read(row) for row in rows]
                last = rows[-1].sid
            size = len(rows)


def row_of(row: Row[Any]) -> ScanRow:
    """Read what a query for COLUMNS gave."""
    return ScanRow(*tuple(row))


def _pair(row: Row[Any]) -> RowPair:
    return RowPair(row.sid, row.before, row.after)


NAMES = ScanRow.__struct_fields__
COLUMNS = tuple(scan_rows.c[name] for name in NAMES)
_ROW_KEY = ["run", "sid"]
_VALUES = [name for name in NAMES if name not in _ROW_KEY]
_AT = scan_rows.c
_MOST: BindParameter[int] = bindparam("most")
_ROW_OF = _AT.run == bindparam("of")
_OF_SOME = _AT.sid.in_(bindparam("sids", expanding=True))


def _ordered(
    query: Select[Any], *which: ColumnElement[bool], by: Sequence[ColumnElement[Any]] = (_AT.sid,)
) -> Select[Any]:
    """Return a query of rows of one run, by their SIDs or otherwise; `most` of them at most."""
    return query.where(_ROW_OF, *which).order_by(*by).limit(_MOST)


_other = scan_rows.alias("other_run")
_IS_SAME = (_other.c.run == bindparam("other")) & (_other.c.sid == _AT.sid)
_ROWS = select(*COLUMNS)
_SOME = _ROWS.where(_ROW_OF, _OF_SOME)
_PAGE = _AT.sid > bindparam("last")
_EVERY = _ordered(_ROWS, _PAGE)
_BRIEF = _ordered(select(*(_AT[name] for name in BriefRow._fields)), _PAGE)
_BRIEF_OF = _BRIEF.where(_AT.state.in_(bindparam("states", expanding=True)))
_PAIRS = select(_AT.sid, _other.c.row.label("before"), _AT.row.label("after"))
_CHANGED = _ordered(
    _PAIRS.join(_other, _IS_SAME), _PAGE, _AT.mark != _other.c.mark, _AT.state != FAILED
)
_IS_ONLY = ~exists().where(_IS_SAME)
_ONLY = _EVERY.where(_IS_ONLY)
_COUNT = select(func.count()).select_from(scan_rows)
_COUNT_ONLY = _COUNT.where(_ROW_OF, _IS_ONLY)
_SIDS = select(_AT.sid).where(_ROW_OF)
_DROP_SOME = delete(scan_rows).where(_ROW_OF, _OF_SOME)
_COPY = insert(scan_rows).from_select(
    ["run", *NAMES], select(bindparam("to", type_=Integer), *COLUMNS).where(_ROW_OF)
)
_FORGET_ROWS = delete(scan_rows).where(_ROW_OF, _AT.sid.in_(_ordered(select(_AT.sid))))


class ScanSums(Rows):
    """Asks about one run at a time."""

    async def counts(self, run: int) -> dict[str, int]:
        """Count the SIMs of each state."""
        return await self._counted(_COUNTS, run)

    async def faults(self, run: int) -> dict[str, int]:
        """Count the SIMs that could not be read, by why."""
        return await self._counted(_FAULTS, run)

    async def grave(self, run: int, least: int) -> int:
        """Count the SIMs of at least such gravity."""
        return int((await self._db.fetch(_GRAVE, {"of": run, "least": least})).scalar_one())

    async def worst(self, run: int, least: int, most: int) -> tuple[ScanRow, ...]:
        """Return SIMs of at least such gravity, the gravest first."""
        return await self._rows(_WORST, {"of": run, "least": least, "most": most})

    async def talkers(self, run: int, most: int) -> tuple[ScanRow, ...]:
        """Return the SIMs with the most packets first, of those that have any."""
        return await self._rows(_TALKERS, {"of": run, "most": most})

    async def failed(self, run: int, most: int) -> tuple[ScanRow, ...]:
        """Return SIMs that could not be read."""
        return await self._rows(_FAILED, {"of": run, "most": most})

    async def lost_on(self, run: int, network: str, most: int) -> tuple[ScanRow, ...]:
        """Return SIMs that fell silent on a network, the newest first."""
        return await self._rows(_LOST_ON, {"of": run, "on": network, "most": most})

    async def lost(self, run: int) -> AsyncIterator[tuple[str, float]]:
        """Stream network and moment of each SIM that fell silent, by network and by time."""
        last, size = {"on": "", "since": 0.0, "sid": ""}, PAGE
        while size == PAGE:
            rows = (await self._db.fetch(_LOST, {"of": run, "most": PAGE, **last})).all()
            for row in rows:
                yield row.lost_on, row.lost_at
                last = {"on": row.lost_on, "since": row.lost_at, "sid": row.sid}
            size = len(rows)

    async def _counted(self, query: Select[Any], run: int) -> dict[str, int]:
        return {row.what: row.sims for row in await self._db.fetch(query, {"of": run})}

    async def _rows(self, query: Select[Any], values: Mapping[str, Any]) -> tuple[ScanRow, ...]:
        return tuple(row_of(row) for row in await self._db.fetch(query, values))


_SIMS = func.count().label("sims")
_IS_GRAVE = _AT.gravity >= bindparam("least")
_HAS_FAILED = _AT.state == FAILED
_COUNTS = select(_AT.state.label("what"), _SIMS).where(_ROW_OF).group_by(_AT.state)
_FAULTS = select(_AT.fault.label("what"), _SIMS).where(_ROW_OF, _HAS_FAILED).group_by(_AT.fault)
_GRAVE = _COUNT.where(_ROW_OF, _IS_GRAVE)
_WORST = _ordered(_ROWS, _IS_GRAVE, by=(_AT.gravity.desc(), _AT.sid))
_TALKERS = _ordered(_ROWS, _AT.traffic > 0, by=(_AT.traffic.desc(), _AT.sid))
_FAILED = _ordered(_ROWS, _HAS_FAILED)
_LOST_ON = _ordered(_ROWS, _AT.lost_on == bindparam("on"), by=[_AT.lost_at.desc()])
_LOSSES = (_AT.lost_on, _AT.lost_at, _AT.sid)
_LOST = _ordered(
    select(*_LOSSES),
    _AT.lost_on.is_not(None),
    tuple_(*_LOSSES) > tuple_(bindparam("on"), bindparam("since"), bindparam("sid")),
    by=_LOSSES,
)


class SimDays(Rows):
    """The months of all SIMs."""

    async def of(self, sid: str) -> Months:
        """Return all months of a SIM, by number."""
        return {row.month: row.days for row in await self._db.fetch(_ALL, {"of": sid})}

    async def since(self, sids: Sequence[str], month: int) -> dict[str, dict[int, bytes]]:
        """Return the months of several SIMs from one month on; a SIM without any is not there."""
        found: dict[str, dict[int, bytes]] = {}
        rows = await self._db.fetch(_SINCE, {"sids": list(sids), "least": month})
        for sid, number, days in map(tuple, rows):
            found.setdefault(sid, {})[number] = days
        return found

    async def put(self, changed: Mapping[str, Months], tx: Transaction) -> None:
        """Keep months of several SIMs in place of what was there."""
        values = [
            {"sid": sid, "month": month, "days": changed[sid][month]}
            for sid in sorted(changed)  # all in one order, so that two writers never wait crosswise
            for month in sorted(changed[sid])
        ]
        if values:
            await tx.execute(self._put, values)

    @cached_property
    def _put(self) -> Executable:
        """The statement that keeps months."""
        new = self._db.insert(sim_days)
        return new.on_conflict_do_update(
            index_elements=["sid", "month"], set_={"days": new.excluded.days}
        )

    async def forget(self, before: int, most: int) -> int:
        """Drop at most so many rows of months before one; return how many."""
        return await self._db.change(_FORGET_DAYS, {"before": before, "most": most})


_ALL = select(sim_days.c.month, sim_days.c.days).where(sim_days.c.sid == bindparam("of"))
_SINCE = select(sim_days.c.sid, sim_days.c.month, sim_days.c.days).where(
    sim_days.c.sid.in_(bindparam("sids", expanding=True)), sim_days.c.month >= bindparam("least")
)
_DAY_KEY = (sim_days.c.sid, sim_days.c.month)
_FORGET_DAYS = delete(sim_days).where(
    tuple_(*_DAY_KEY).in_(
        select(*_DAY_KEY).where(sim_days.c.month < bindparam("before")).limit(bindparam("most"))
    )
)
