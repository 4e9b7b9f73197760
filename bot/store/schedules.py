"""The schedules: cron lines in a time zone, each with its next due time stored.

Every due time becomes one job, `name@2026-01-05T08:00:00Z`, whoever looks and however often; its
args say `due`. What comes late by less than the grace is made up, the latest run only; the rest is
skipped, and `skipped_since` of the row, then of the next job, says since when. Pausing and taking
up again leave no backlog. A schedule that cannot be read is parked with its error.
"""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row

from bot.cron import dues
from bot.store.database import Database
from bot.store.jobs import JobQueue, NewJob, statement
from bot.store.transaction import Transaction

log = logging.getLogger(__name__)

GRACE_SECONDS = 3600.0
SQL = {
    "now": "SELECT {now}",
    "all": "SELECT * FROM schedules ORDER BY name",
    "get": "SELECT * FROM schedules WHERE name = :name",
    "due": "SELECT * FROM schedules WHERE next_due <= {now} ORDER BY next_due LIMIT 100 {skip}",
    "drop": "DELETE FROM schedules WHERE name = :name",
    "pause": "UPDATE schedules SET paused = TRUE, next_due = NULL WHERE name = :name",
    "resume": """UPDATE schedules SET paused = FALSE, next_due = :next_due, skipped_since = NULL,
        error = NULL WHERE name = :name""",
    "move": """UPDATE schedules SET next_due = :next_due, skipped_since = :skipped_since,
        error = :error WHERE name = :name AND next_due = :was""",
    "put": """INSERT INTO schedules (name, kind, args, cron, zone, grace, paused, next_due)
        VALUES (:name, :kind, :args, :cron, :zone, :grace, :paused, :next_due)
        ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, args = excluded.args, error = NULL,
        cron = excluded.cron, zone = excluded.zone, grace = excluded.grace,
        paused = excluded.paused, next_due = COALESCE(CASE WHEN schedules.cron = excluded.cron
        AND schedules.zone = excluded.zone AND schedules.paused = excluded.paused
        THEN schedules.next_due END, excluded.next_due)""",
}


@dataclass(frozen=True, slots=True)
class Schedule:
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
        self._sql = {name: statement(db, template) for name, template in SQL.items()}

    async def put(self, schedule: Schedule, tx: Transaction | None = None) -> None:
        """Keep it as it is now; with the same lines and zone its due time stays.

        Raises ValueError, in words, for a line or zone that is none.
        """
        names = ("name", "kind", "zone", "grace", "paused")
        told = {name: getattr(schedule, name) for name in names}
        told |= {"args": json.dumps(schedule.args), "cron": "\n".join(schedule.cron)}
        async with self._db.joining(tx) as joined:
            now = await joined.scalar(self._sql["now"])
            following = next(dues(schedule.cron, schedule.zone, now), None)
            told["next_due"] = None if schedule.paused else following
            await joined.execute(self._sql["put"], told)
        self._queue.news.set()

    async def pause(self, name: str, tx: Transaction | None = None) -> None:
        """Let it rest."""
        async with self._db.joining(tx) as joined:
            await joined.execute(self._sql["pause"], {"name": name})

    async def resume(self, name: str, tx: Transaction | None = None) -> None:
        """Take it up again from now on."""
        async with self._db.joining(tx) as joined:
            now = await joined.scalar(self._sql["now"])
            for row in (await joined.execute(self._sql["get"], {"name": name})).all():
                values = {"name": name, "next_due": _due_after(row, now)}
                await joined.execute(self._sql["resume"], values)
        self._queue.news.set()

    async def drop(self, name: str, tx: Transaction | None = None) -> None:
        """Forget it; jobs that it made are left."""
        async with self._db.joining(tx) as joined:
            await joined.execute(self._sql["drop"], {"name": name})

    async def get(self, name: str) -> Schedule | None:
        """Return one, or None."""
        async with self._db.read() as tx:
            row = (await tx.execute(self._sql["get"], {"name": name})).one_or_none()
        return _schedule(row) if row else None

    async def all(self) -> tuple[Schedule, ...]:
        """Return all, by name."""
        async with self._db.read() as tx:
            return tuple(map(_schedule, await tx.execute(self._sql["all"])))

    async def fire(self) -> None:
        """Make the jobs that are due, for a hundred schedules at a time."""
        async with self._db.write() as tx:
            rows = (await tx.execute(self._sql["due"])).all()
            now = await tx.scalar(self._sql["now"])
            fired = [_fired(row, now) for row in rows]
            await self._queue.add(*(job for job, _ in fired if job), tx=tx)
            await self._move(tx, [move for _, move in fired])

    async def realign(self) -> None:
        """Bring forward what a clock has set that was ahead, and has been put back since."""
        async with self._db.write() as tx:
            rows = (await tx.execute(self._sql["all"])).all()
            now = await tx.scalar(self._sql["now"])
            ahead = ((row, _due_after(row, now)) for row in rows if row.next_due)
            sooner = [(row, due) for row, due in ahead if due and due < row.next_due]
            await self._move(tx, [_move(row, due, row.skipped_since) for row, due in sooner])

    async def _move(self, tx: Transaction, moves: Sequence[dict[str, Any]]) -> None:
        if moves:
            await tx.execute(self._sql["move"], moves)


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
    for due in dues(row.cron.split("\n"), row.zone, max(row.next_due, now - row.grace)):
        if due > now:
            return run, due
        run = due
    return run, None


def _move(
    row: Row[Any], following: float | None, skipped: float | None, error: str | None = None
) -> dict[str, Any]:
    told = {"name": row.name, "was": row.next_due, "next_due": following}
    return told | {"skipped_since": skipped, "error": error}


def _due_after(row: Row[Any], after: float) -> float | None:
    return next(dues(row.cron.split("\n"), row.zone, after), None)


def _schedule(row: Row[Any]) -> Schedule:
    told = row._asdict() | {"cron": tuple(row.cron.split("\n")), "args": json.loads(row.args)}
    return Schedule(**told | {"paused": bool(row.paused)})
