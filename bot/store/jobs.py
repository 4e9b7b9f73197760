"""The jobs: rows claimed under a lease, and written back only by whoever still holds it.

A claim makes a job `running` until its lease ends; the heartbeat renews it, and who stops doing so
loses the job. The number of the claim is the fence: what comes from an earlier one is refused. The
database's clock alone decides what is due. Whoever locks several rows does so in the order of keys.
"""

import asyncio
import json
import math
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, NamedTuple
from uuid import uuid4

from sqlalchemy import Row, select

from bot.clock import Clock
from bot.store import job_statements as sql
from bot.store.database import Database, Transaction
from bot.store.errors import StoreError
from bot.store.schema import jobs
from bot.struct import Struct, field, replace

LISTEN_AGAIN_SECONDS = 1.0
Write = Callable[[Transaction], Awaitable[None]]
Ended = Sequence[tuple["Job", "Outcome"]]


class NewJob(Struct):
    """A job to be done once: its key is unique among all jobs, also those that have ended."""

    kind: str
    key: str
    args: dict[str, Any] = field(default_factory=dict)
    delay: float = 0.0


class Job(Struct):
    """A job as it stands: ready, running, waiting for its children, done, failed or cancelled.

    `attempt` counts the tries since it last got on, this one included; `due` is epoch seconds.
    """

    key: str
    kind: str
    state: str
    args: dict[str, Any]
    memo: dict[str, Any]
    attempt: int
    claim: int
    parent: str | None
    due: float
    result: Any
    error: str | None


class Outcome(Struct):
    """What is to become of a claimed job; a memo of None is kept as it is.

    `write` is part of the same transaction; it is called again where that had to be taken back.
    """

    state: str
    after: float = 0.0
    memo: dict[str, Any] | None = None
    result: Any = None
    error: str | None = None
    attempt: int = 0
    children: tuple[NewJob, ...] = ()
    write: Write | None = None

    @property
    def word(self) -> str:
        """Name it for metrics: done, failed, again, tried_again or fanned_out."""
        if self.state == "ready":
            return "tried_again" if self.error else "again"
        return "fanned_out" if self.state == "waiting" else self.state


class QueueSnapshot(NamedTuple):
    """What a look saw: the database's time, and when the next schedule and kinds are due."""

    now: float
    schedule: float | None
    kinds: dict[str, float]


JSON_FIELDS = ("args", "memo", "result")


class JobQueue:
    """All that is done to jobs. `news` is set when there may be something to claim."""

    def __init__(self, db: Database) -> None:
        self.news = asyncio.Event()
        self._db = db
        self._me = f"{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:8]}"
        self._mine = ("running", self._me)
        self._insert, self._insert_anew = sql.inserts(is_postgres=db.is_postgres)

    async def add(self, *new: NewJob, tx: Transaction | None = None, anew: bool = False) -> int:
        """Add jobs and count those that are new; one whose key is there is left alone.

        `anew`: one that has ended is begun from the start, as if it had never been there.
        """
        async with self._notifying(tx) as joined:
            if anew:
                await joined.execute(sql.LET_GO, {"keys": [each.key for each in new]})
            return await self._add(joined, ((each, None) for each in new), anew=anew)

    async def postpone(
        self, new: Sequence[NewJob], held: Collection[str], dropped: Collection[str], seconds: float
    ) -> None:
        """Put jobs off by so many seconds, those too that are new, and forget the `dropped` ones.

        Whoever does so again and again in time has them done only once it does so no longer.
        """
        async with self._db.write() as tx:
            await tx.execute(sql.DROP, {"keys": sorted(dropped)})
            await tx.execute(sql.POSTPONE, {"keys": sorted(held), "seconds": seconds})
            await self._add(tx, ((replace(each, delay=seconds), None) for each in new))

    async def run_now(self, key: str, tx: Transaction | None = None) -> None:
        """Make a job due now; one that runs is run again at once, for it may have looked before.

        Where it ends just then it is begun from the start; its result is kept.
        """
        async with self._notifying(tx) as joined:
            await joined.execute(sql.HASTEN, {"keys": [key]})

    async def cancel(self, key: str, tx: Transaction | None = None) -> None:
        """End a job with its children; what still runs of them finds its results refused."""
        async with self._notifying(tx) as joined:
            locked = await joined.execute(sql.LOCK_TREE, {"root": key})
            parents = [row.parent for row in locked if row.key == key]
            await joined.execute(sql.CANCEL_TREE, {"root": key})
            await joined.execute(sql.WAKE, {"keys": parents})

    async def lock(self, key: str, tx: Transaction) -> None:
        """Keep a job from being written until `tx` ends.

        An outcome is saved with its job locked already, so whoever writes what jobs write, and
        then adds one, locks that job before all else: on PostgreSQL it would be a deadlock.
        """
        if self._db.is_postgres:
            await tx.execute(sql.LOCK, {"keys": [key]})

    async def get(self, key: str, tx: Transaction | None = None) -> Job | None:
        """Return a job, or None."""
        row = (await self._db.fetch(sql.GET, {"this": key}, tx)).one_or_none()
        return _job(row) if row else None

    async def live(self, kind: str, prefix: str, tx: Transaction | None = None) -> tuple[str, ...]:
        """Return the keys of a kind that begin so and have not ended, in their order."""
        mine = jobs.c.kind == kind, jobs.c.key.startswith(prefix, autoescape=True)
        query = select(jobs.c.key).where(*mine, jobs.c.ended.is_(None))
        return tuple(sorted((await self._db.fetch(query, tx=tx)).scalars()))

    async def look(self, kinds: tuple[str, ...]) -> QueueSnapshot:
        """Return when the next of these kinds is due, without a lock."""
        now, schedule, *dues = tuple((await self._db.fetch(sql.look_at(kinds))).one())
        due = zip(kinds, dues, strict=True)
        return QueueSnapshot(now, schedule, {kind: at for kind, at in due if at is not None})

    async def listen(self, clock: Clock) -> None:
        """Let `news` be set by other replicas too, and after each gap, until cancelled."""
        while True:
            with suppress(StoreError):
                await self._db.listen(sql.CHANNEL, self.news.set)
            await clock.sleep(LISTEN_AGAIN_SECONDS)

    async def last_touched(self, lease: float) -> float:
        """Return when a live job was made or held last, by the clock of then; -inf without one."""
        made, held = tuple((await self._db.fetch(sql.LAST_TOUCHED)).one())
        return max(made or -math.inf, (held or -math.inf) - lease)

    async def realign(self, back: float) -> None:
        """Bring forward what a clock set that has been put back by so many seconds since.

        A row shows by its own times that this clock set it, so doing it twice changes nothing.
        """
        await self._db.change(sql.REALIGN, {"back": back})

    async def claim(self, kinds: Collection[str], most: int, lease: float) -> list[Job]:
        """Take what is due of these kinds, longest due first, for `lease` seconds."""
        wanted = {"kinds": list(kinds), "most": most, "me": self._me, "seconds": lease}
        async with self._db.write() as tx:
            taken = [_job(row) for row in await tx.execute(sql.CLAIM, wanted, last=True)]
        return sorted(taken, key=lambda job: (job.due, job.key))

    async def renew(self, held: Collection[str], lease: float) -> set[str]:
        """Keep what is held and return the keys that still are; free what others have let go."""
        keys = {"keys": list(held)}
        mine = keys | {"me": self._me, "seconds": lease}
        async with self._db.write() as tx:
            kept = set((await tx.execute(sql.RENEW, mine)).scalars()) if held else set()
            freed = await tx.change(sql.FREE, keys, last=True)
        if freed:
            self.news.set()
        return kept

    async def release(self) -> None:
        """Release all that this queue has claimed, as if it never had."""
        async with self._notifying(None) as tx:
            await tx.execute(sql.RELEASE, {"me": self._me})

    async def record(self, ended: Ended) -> set[str]:
        """Save what came of claimed jobs, all or nothing; return the keys whose claim held."""
        async with self._db.write() as tx:
            held = await self._held(tx, ended)
            for _, outcome in held:
                if outcome.write:
                    await outcome.write(tx)
            if held:
                await self._save(tx, held)
        return {job.key for job, _ in held}

    async def sweep(self, keep: float) -> None:
        """Forget jobs that ended longer ago than `keep` seconds, a thousand at a time."""
        await self._db.change(sql.SWEEP, {"keep": keep})

    async def depth(self) -> dict[str, int]:
        """Count what is due and not yet claimed, by kind."""
        return {row.kind: row.due for row in await self._db.fetch(sql.DEPTH)}

    async def _held(self, tx: Transaction, ended: Ended) -> Ended:
        """Lock the jobs, and the parents lest two last children miss each other."""
        keys = {key for job, _ in ended for key in (job.key, job.parent) if key}
        rows = await tx.execute(sql.LOCK, {"keys": sorted(keys)})
        running = {(row.key, row.claim) for row in rows if (row.state, row.owner) == self._mine}
        return [(job, outcome) for job, outcome in ended if (job.key, job.claim) in running]

    async def _save(self, tx: Transaction, ended: Ended) -> None:
        await tx.execute(sql.CHANGE, [_changed(*each) for each in ended])
        born = [(new, job.key) for job, outcome in ended for new in outcome.children]
        await self._add(tx, born)
        over = [job for job, outcome in ended if outcome.state != "ready"]
        on = {key for job in over for key in (job.key, job.parent) if key}
        woken = on and (await tx.execute(sql.WAKE, {"keys": sorted(on)})).all()
        if born or woken:
            await self._notify(tx)

    async def _add(
        self, tx: Transaction, new: Iterable[tuple[NewJob, str | None]], *, anew: bool = False
    ) -> int:
        rows = {each.key: _inserted(each, parent) for each, parent in new}
        ordered = _json([rows[key] for key in sorted(rows)])
        insert = self._insert_anew if anew else self._insert
        return await tx.change(insert, {"rows": ordered}) if rows else 0

    @asynccontextmanager
    async def _notifying(self, tx: Transaction | None) -> AsyncIterator[Transaction]:
        async with self._db.joining(tx) as joined:
            yield joined
            await self._notify(joined)
        self.news.set()

    async def _notify(self, tx: Transaction) -> None:
        """Wake the other replicas once this is saved."""
        if self._db.is_postgres:
            await tx.execute(sql.NOTIFY)


def _inserted(new: NewJob, parent: str | None) -> dict[str, object]:
    args = _json(new.args)
    return {"key": new.key, "kind": new.kind, "args": args, "parent": parent, "delay": new.delay}


def _changed(job: Job, outcome: Outcome) -> dict[str, object]:
    return {
        "this": job.key,
        "to": outcome.state,
        "after": outcome.after,
        "claimed_due": job.due,
        "tries": outcome.attempt,
        "new_memo": _json(outcome.memo),
        "new_result": _json(outcome.result),
        "new_error": outcome.error,
        "is_over": outcome.state in {"done", "failed"},
    }


def _json(value: object) -> str | None:
    return None if value is None else json.dumps(value, separators=(",", ":"))


def _job(row: Row[Any]) -> Job:
    values = row._asdict()
    return Job(**values | {name: json.loads(values[name] or "null") for name in JSON_FIELDS})
