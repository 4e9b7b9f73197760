"""The schedules of digests, cron lines with their next due time; and the digests, as rows.

Every due time becomes one job, `name@2026-01-05T08:00:00Z`, whoever looks and however often; its
args say `due`. What comes late by less than the grace is made up, the latest run only; the rest is
skipped, and `skipped_since` of the row, then of the next job, says since when. Pausing and taking
up again leave no backlog. A schedule that cannot be read is parked with its error.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Executable,
    Row,
    Table,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    select,
    update,
)

from bot.clock import due_times
from bot.store.database import Database, Record, Transaction, insert_into
from bot.store.jobs import JobQueue, NewJob
from bot.store.schema import NOW, subscriptions
from bot.store.schema import schedules as table
from bot.struct import Struct, field

log = logging.getLogger(__name__)

GRACE_SECONDS = 3600.0


class Schedule(Struct):
    """When jobs of a kind are made: any of the cron lines, five fields each, in an IANA zone.

    Times are epoch seconds; `next_due` is None while it is paused or parked with an `error`.
    """

    name: str
    kind: str
    cron: tuple[str, ...]
    zone: str
    args: dict[str, Any] = field(default_factory=dict)
    grace: float = GRACE_SECONDS
    paused: bool = False
    next_due: float | None = None
    skipped_since: float | None = None
    error: str | None = None


class Schedules:
    """Keeps them, and makes the jobs that are due."""

    def __init__(self, db: Database, queue: JobQueue) -> None:
        self._db = db
        self._queue = queue
        self._put = _put(is_postgres=db.is_postgres)

    async def put(self, schedule: Schedule, tx: Transaction | None = None) -> None:
        """Keep it as it is now; with the same lines and zone its due time stays.

        Raises ValueError, in words, for a line or zone that is none.
        """
        names = ("name", "kind", "zone", "grace", "paused")
        values = {name: getattr(schedule, name) for name in names}
        values |= {"args": json.dumps(schedule.args), "cron": "\n".join(schedule.cron)}
        async with self._db.joining(tx) as joined:
            now = await joined.scalar(_NOW)
            following = next(due_times(schedule.cron, schedule.zone, now), None)
            values["next_due"] = None if schedule.paused else following
            await joined.execute(self._put, values)
        self._queue.news.set()

    async def pause(self, name: str, tx: Transaction | None = None) -> None:
        """Let it rest."""
        await self._db.change(_PAUSE, {"this": name}, tx)

    async def resume(self, name: str, tx: Transaction | None = None) -> None:
        """Take it up again from now on."""
        async with self._db.joining(tx) as joined:
            now = await joined.scalar(_NOW)
            for row in (await joined.execute(_GET, {"this": name})).all():
                await joined.execute(_RESUME, {"this": name, "following": _due_after(row, now)})
        self._queue.news.set()

    async def drop(self, name: str, tx: Transaction | None = None) -> None:
        """Forget it; jobs that it made are left."""
        await self._db.change(_DROP, {"this": name}, tx)

    async def get(self, name: str) -> Schedule | None:
        """Return one, or None."""
        row = (await self._db.fetch(_GET, {"this": name})).one_or_none()
        return _schedule(row) if row else None

    async def all(self) -> tuple[Schedule, ...]:
        """Return all, by name."""
        return tuple(map(_schedule, await self._db.fetch(_ALL)))

    async def fire(self) -> None:
        """Make the jobs that are due, for a hundred schedules at a time."""
        async with self._db.write() as tx:
            rows = (await tx.execute(_DUE)).all()
            now = await tx.scalar(_NOW)
            fired = [_fired(row, now) for row in rows]
            await self._queue.add(*(job for job, _ in fired if job), tx=tx)
            await self._move(tx, [move for _, move in fired])

    async def realign(self) -> None:
        """Bring forward what a clock has set that was ahead, and has been put back since."""
        async with self._db.write() as tx:
            rows = (await tx.execute(_ALL)).all()
            now = await tx.scalar(_NOW)
            ahead = ((row, _due_after(row, now)) for row in rows if row.next_due)
            sooner = [(row, due) for row, due in ahead if due and due < row.next_due]
            await self._move(tx, [_move(row, due, row.skipped_since) for row, due in sooner])

    async def _move(self, tx: Transaction, moves: Sequence[dict[str, Any]]) -> None:
        if moves:
            await tx.execute(_MOVE, moves)


def _fired(row: Row[Any], now: float) -> tuple[NewJob | None, dict[str, Any]]:
    """Return the job that is due, if it is not too late, and what becomes of the schedule."""
    try:
        run, following = _run(row, now)
        args = json.loads(row.args)
    except Exception as error:  # noqa: BLE001 -- whatever is in that row, it stalls no other
        log.warning("schedule-parked", extra={"schedule": row.name, "why": str(error)})
        return None, _move(row, None, row.skipped_since, str(error))
    skipped = row.skipped_since if run == row.next_due else row.skipped_since or row.next_due
    over = None if following else "It never comes again."
    if run is None:
        return None, _move(row, following, skipped, over)
    key = f"{row.name}@{datetime.fromtimestamp(run, UTC):%Y-%m-%dT%H:%M:%SZ}"
    job = NewJob(row.kind, key, args | {"due": run, "skipped_since": skipped})
    return job, _move(row, following, None, over)


def _run(row: Row[Any], now: float) -> tuple[float | None, float | None]:
    """Return the latest due time that is not too late, and the first that is to come."""
    run = row.next_due if row.next_due >= now - row.grace else None
    for due in due_times(row.cron.split("\n"), row.zone, max(row.next_due, now - row.grace)):
        if due > now:
            return run, due
        run = due
    return run, None


def _move(
    row: Row[Any], following: float | None, skipped: float | None, error: str | None = None
) -> dict[str, Any]:
    due = {"this": row.name, "was": row.next_due, "following": following}
    return due | {"skipped": skipped, "fault": error}


def _due_after(row: Row[Any], after: float) -> float | None:
    return next(due_times(row.cron.split("\n"), row.zone, after), None)


def _schedule(row: Row[Any]) -> Schedule:
    read = {"cron": tuple(row.cron.split("\n")), "args": json.loads(row.args)}
    return Schedule(**row._asdict() | read)


FIRED_AT_ONCE = 100
_THIS = table.c.name == bindparam("this")
_following: BindParameter[float] = bindparam("following")
_NOW = select(NOW)
_ALL = select(table).order_by(table.c.name)
_GET = select(table).where(_THIS)
_DUE = (
    select(table)
    .where(table.c.next_due <= NOW)
    .order_by(table.c.next_due)
    .limit(FIRED_AT_ONCE)
    .with_for_update(skip_locked=True)
)
_DROP = delete(table).where(_THIS)
_PAUSE = update(table).where(_THIS).values(paused=True, next_due=None)
_RESUME = (
    update(table)
    .where(_THIS)
    .values(paused=False, next_due=_following, skipped_since=None, error=None)
)
_MOVE = (
    update(table)
    .where(_THIS, table.c.next_due == bindparam("was"))
    .values(next_due=_following, skipped_since=bindparam("skipped"), error=bindparam("fault"))
)


@cache
def _put(*, is_postgres: bool) -> Executable:
    new = insert_into(table, is_postgres=is_postgres)
    given, there = new.excluded, table.c
    is_same = [given[name] == there[name] for name in ("cron", "zone", "paused")]
    kept = case((and_(*is_same), there.next_due))
    changed = {name: given[name] for name in ("kind", "args", "cron", "zone", "grace", "paused")}
    return new.on_conflict_do_update(
        index_elements=[there.name],
        set_=changed | {"error": None, "next_due": func.coalesce(kept, given.next_due)},
    )


Columns = Mapping[str, Any]
"""The columns of one by name; `name_key` is unique in its channel, `details` is JSON."""


class NamedRows:
    """The digests, or the alerts, of all channels. Every method raises StoreErrors only."""

    def __init__(self, database: Database, table: Table) -> None:
        self._db = database
        self._table = table

    async def add(self, new: Columns, tx: Transaction | None = None) -> bool:
        """Add one, and return whether its name was free."""
        return await self._change(
            self._db.insert(self._table).values(new).on_conflict_do_nothing(), tx
        )

    async def change(self, new: Columns, tx: Transaction | None = None) -> bool:
        """Save it as it is now, and return whether it is there and its name free."""
        other = self._table.alias()
        taken = exists().where(
            *(other.c[name] == new[name] for name in ("team", "channel", "name_key")),
            other.c.id != new["id"],
        )
        statement = update(self._table).where(self._table.c.id == new["id"], ~taken)
        return await self._change(statement.values(new), tx)

    async def set_paused(self, id_: str, paused: str | None, tx: Transaction | None = None) -> bool:
        """Pause it with a reason, or resume it with None; return whether that changed anything."""
        stands = self._table.c.paused
        other = stands.is_(None) if paused else stands.is_not(None)
        statement = update(self._table).where(self._table.c.id == id_, other)
        return await self._change(statement.values(paused=paused), tx)

    async def remove(self, id_: str, tx: Transaction | None = None) -> bool:
        """Delete it, and return whether it was there."""
        return await self._change(delete(self._table).where(self._table.c.id == id_), tx)

    async def get(self, id_: str, tx: Transaction | None = None) -> Record | None:
        """Return one by its id; with a transaction nobody else changes it until that ends."""
        return next(iter(await self._where(self._table.c.id == id_, tx=tx)), None)

    async def in_channel(self, team: str, channel: str) -> tuple[Record, ...]:
        """Return a channel's, by name."""
        of_table = self._table.c
        return await self._where(of_table.team == team, of_table.channel == channel)

    async def made_by(self, team: str, person: str) -> tuple[Record, ...]:
        """Return those that a person made, by name."""
        of_table = self._table.c
        return await self._where(of_table.team == team, of_table.made_by == person)

    async def of_team(self, team: str) -> tuple[Record, ...]:
        """Return a workspace's, by name."""
        return await self._where(self._table.c.team == team)

    async def every(self) -> tuple[Record, ...]:
        """Return all, by name."""
        return await self._where()

    async def _change(self, statement: Executable, tx: Transaction | None) -> bool:
        return await self._db.change(statement, tx=tx) == 1

    async def _where(
        self, *which: ColumnElement[bool], tx: Transaction | None = None
    ) -> tuple[Record, ...]:
        of_table = self._table.c
        query = select(self._table).where(*which).order_by(of_table.name_key, of_table.id)
        return tuple(await self._db.fetch(query.with_for_update() if tx else query, tx=tx))


class SubscriptionRows(NamedRows):
    """The digests of all channels. Every method raises StoreErrors only."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, subscriptions)
