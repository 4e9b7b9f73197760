"""What a scan comes to, worked out by the database: counts, the worst, the loudest, the lost."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from sqlalchemy import Select, bindparam, func, select, tuple_

from bot.store.database import Database
from bot.store.scan_rows import COLUMNS, FAILED, PAGE, ScanRow, row_of
from bot.store.schema import scan_rows


class ScanSums:
    """Asks about one run at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def counts(self, run: int) -> dict[str, int]:
        """Count the SIMs of each state."""
        return await self._counted(_COUNTS, run)

    async def faults(self, run: int) -> dict[str, int]:
        """Count the SIMs that could not be read, by why."""
        return await self._counted(_FAULTS, run)

    async def grave(self, run: int, least: int) -> int:
        """Count the SIMs of at least such gravity."""
        async with self._database.read() as tx:
            return int(await tx.scalar(_GRAVE, {"of": run, "least": least}))

    async def worst(self, run: int, least: int, most: int) -> tuple[ScanRow, ...]:
        """Give SIMs of at least such gravity, the gravest first."""
        return await self._rows(_WORST, {"of": run, "least": least, "most": most})

    async def talkers(self, run: int, most: int) -> tuple[ScanRow, ...]:
        """Give the SIMs with the most packets first, of those that tell of any."""
        return await self._rows(_TALKERS, {"of": run, "most": most})

    async def failed(self, run: int, most: int) -> tuple[ScanRow, ...]:
        """Give SIMs that could not be read."""
        return await self._rows(_FAILED, {"of": run, "most": most})

    async def lost_on(self, run: int, network: str, most: int) -> tuple[ScanRow, ...]:
        """Give SIMs that fell silent on a network, the newest first."""
        return await self._rows(_LOST_ON, {"of": run, "on": network, "most": most})

    async def lost(self, run: int) -> AsyncIterator[tuple[str, float]]:
        """Stream network and moment of each SIM that fell silent, by network and by time."""
        last, size = {"on": "", "since": 0.0, "sid": ""}, PAGE
        while size == PAGE:
            async with self._database.read() as tx:
                rows = (await tx.execute(_LOST, {"of": run, "most": PAGE, **last})).all()
            for row in rows:
                yield row.lost_on, row.lost_at
                last = {"on": row.lost_on, "since": row.lost_at, "sid": row.sid}
            size = len(rows)

    async def _counted(self, asked: Select[Any], run: int) -> dict[str, int]:
        async with self._database.read() as tx:
            return {row.what: row.sims for row in await tx.execute(asked, {"of": run})}

    async def _rows(self, asked: Select[Any], values: Mapping[str, Any]) -> tuple[ScanRow, ...]:
        async with self._database.read() as tx:
            return tuple(row_of(row) for row in await tx.execute(asked, values))


_AT = scan_rows.c
_OF = _AT.run == bindparam("of")
_SIMS = func.count().label("sims")
_IS_GRAVE = _AT.gravity >= bindparam("least")
_COUNTS = select(_AT.state.label("what"), _SIMS).where(_OF).group_by(_AT.state)
_FAULTS = select(_AT.fault.label("what"), _SIMS).where(_OF, _AT.state == FAILED).group_by(_AT.fault)
_GRAVE = select(func.count()).select_from(scan_rows).where(_OF, _IS_GRAVE)
_WORST = (
    select(*COLUMNS)
    .where(_OF, _IS_GRAVE)
    .order_by(_AT.gravity.desc(), _AT.sid)
    .limit(bindparam("most"))
)
_TALKERS = (
    select(*COLUMNS)
    .where(_OF, _AT.traffic > 0)
    .order_by(_AT.traffic.desc(), _AT.sid)
    .limit(bindparam("most"))
)
_FAILED = (
    select(*COLUMNS).where(_OF, _AT.state == FAILED).order_by(_AT.sid).limit(bindparam("most"))
)
_LOST_ON = (
    select(*COLUMNS)
    .where(_OF, _AT.lost_on == bindparam("on"))
    .order_by(_AT.lost_at.desc())
    .limit(bindparam("most"))
)
_LOSSES = (_AT.lost_on, _AT.lost_at, _AT.sid)
_LOST = (
    select(*_LOSSES)
    .where(
        _OF,
        _AT.lost_on.is_not(None),
        tuple_(*_LOSSES) > tuple_(bindparam("on"), bindparam("since"), bindparam("sid")),
    )
    .order_by(*_LOSSES)
    .limit(bindparam("most"))
)
