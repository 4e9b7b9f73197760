"""What is kept of each SIM's days, a row a month, packed by bot/digests/months.py."""

from collections.abc import Mapping, Sequence

from sqlalchemy import bindparam, delete, select, tuple_

from bot.store.database import Database
from bot.store.schema import sim_days
from bot.store.transaction import Transaction

Months = Mapping[int, bytes]


class SimDays:
    """The months of all SIMs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, sid: str) -> Months:
        """Give all months of a SIM, by number."""
        async with self._database.read() as tx:
            return {row.month: row.days for row in await tx.execute(_ALL, {"of": sid})}

    async def since(self, sids: Sequence[str], month: int) -> dict[str, dict[int, bytes]]:
        """Give the months of several SIMs from one month on; a SIM without any is not there."""
        found: dict[str, dict[int, bytes]] = {}
        async with self._database.read() as tx:
            rows = await tx.execute(_SINCE, {"sids": list(sids), "least": month})
            for row in rows:
                found.setdefault(row.sid, {})[row.month] = row.days
        return found

    async def put(self, changed: Mapping[str, Months], tx: Transaction) -> None:
        """Keep months of several SIMs in place of what was there."""
        values = [
            {"sid": sid, "month": month, "days": changed[sid][month]}
            for sid in sorted(changed)  # all in one order, so that two writers never wait crosswise
            for month in sorted(changed[sid])
        ]
        if values:
            new = self._database.insert(sim_days)
            kept = new.on_conflict_do_update(
                index_elements=["sid", "month"], set_={"days": new.excluded.days}
            )
            await tx.execute(kept, values)

    async def forget(self, before: int, most: int) -> int:
        """Drop at most so many rows of months before one; give how many went."""
        async with self._database.write() as tx:
            return (await tx.execute(_FORGET, {"before": before, "most": most})).rowcount


_ALL = select(sim_days.c.month, sim_days.c.days).where(sim_days.c.sid == bindparam("of"))
_SINCE = select(sim_days.c.sid, sim_days.c.month, sim_days.c.days).where(
    sim_days.c.sid.in_(bindparam("sids", expanding=True)), sim_days.c.month >= bindparam("least")
)
_KEY = (sim_days.c.sid, sim_days.c.month)
_FORGET = delete(sim_days).where(
    tuple_(*_KEY).in_(
        select(*_KEY).where(sim_days.c.month < bindparam("before")).limit(bindparam("most"))
    )
)
