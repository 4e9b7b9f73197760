"""Who asked for which SIM: one row a look-up, for the audit and for handing an incident over."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, or_, select

from bot.store.database import Database
from bot.store.schema import lookups as table
from bot.store.transaction import Transaction

OK = "ok"
MOST = 1000


@dataclass(frozen=True, slots=True)
class Lookup:
    """One look-up; `at` is epoch seconds, `id` makes keeping it twice harmless.

    `person` is a Slack id, `entry` says by what (`command sessions`, `click refresh`), `request` is
    the reference in the log. `sim` is the SID, where one was found; `outcome` is `ok` or the
    error's kind. `snapshot` is JSON of how it stood, without ICCID, IMEI and cell; `account` names
    the KORE account that has the SIM.
    """

    id: str
    at: float
    request: str
    team: str
    person: str
    channel: str
    thread: str | None
    entry: str
    outcome: str
    sim: str | None = None
    name: str | None = None
    snapshot: str | None = None
    account: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which look-ups to list; what is None does not matter. `sim` is a SID or a name."""

    since: float | None = None
    person: str | None = None
    sim: str | None = None
    channel: str | None = None
    limit: int = MOST


def _columns(row: Lookup) -> dict[str, object]:
    return {name: getattr(row, name) for name in row.__slots__}


class Lookups:
    """The look-ups of all replicas. Every method raises StoreErrors only."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def add(self, rows: Sequence[Lookup], tx: Transaction | None = None) -> None:
        """Keep them; those that are there already are left alone."""
        if not rows:
            return
        statement = self._db.insert(table).on_conflict_do_nothing()
        async with self._db.joining(tx) as joined:
            await joined.execute(statement, [_columns(row) for row in rows])

    async def find(self, wanted: Wanted) -> tuple[Lookup, ...]:
        """Return those that are wanted, newest first, at most `limit`."""
        statement = (
            select(table)
            .where(*_which(wanted))
            .order_by(table.c.at.desc(), table.c.id)
            .limit(wanted.limit)
        )
        async with self._db.read() as tx:
            return tuple(Lookup(**row) for row in (await tx.execute(statement)).mappings())

    async def in_thread(self, channel: str, thread: str) -> tuple[Lookup, ...]:
        """Return those of a thread that found their SIM, oldest first; at most a thousand."""
        statement = (
            select(table)
            .where(table.c.channel == channel, table.c.thread == thread, table.c.outcome == OK)
            .order_by(table.c.at, table.c.id)
            .limit(MOST)
        )
        async with self._db.read() as tx:
            return tuple(Lookup(**row) for row in (await tx.execute(statement)).mappings())

    async def forget(self, before: float, tx: Transaction | None = None) -> int:
        """Delete what is older than `before`; return how many."""
        async with self._db.joining(tx) as joined:
            return await joined.change(delete(table).where(table.c.at < before))


def _which(wanted: Wanted) -> Iterable[ColumnElement[bool]]:
    if wanted.since is not None:
        yield table.c.at >= wanted.since
    if wanted.person is not None:
        yield table.c.person == wanted.person
    if wanted.sim is not None:
        yield or_(table.c.sim == wanted.sim, table.c.name == wanted.sim)
    if wanted.channel is not None:
        yield table.c.channel == wanted.channel
