"""The jobs: rows claimed under a lease, and written back only by whoever still holds it.

A claim makes a job `running` until its lease ends; the heartbeat renews it, and who stops doing so
loses the job. The number of the claim is the fence: what comes from an earlier one is refused. The
database's clock alone decides what is due. Whoever locks several rows does so in the order of keys.
"""

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple
from uuid import uuid4

from sqlalchemy import CursorResult, Row, Text, TextClause, bindparam, text

from bot.clock import Clock
from bot.store.database import Database
from bot.store.errors import StoreError
from bot.store.transaction import Transaction

CHANNEL = "simsessions_jobs"
HEAR_AGAIN_SECONDS = 1.0
Write = Callable[[Transaction], Awaitable[None]]
Ended = Sequence[tuple["Job", "Outcome"]]

SQL = {
    "add": "{insert} ON CONFLICT DO NOTHING",
    "add anew": """{insert} ON CONFLICT (key) DO UPDATE SET kind = excluded.kind,
        args = excluded.args, due = excluded.due, state = 'ready', memo = '{{}}', attempt = 0,
        parent = NULL, ended = NULL, result = NULL, error = NULL WHERE jobs.ended IS NOT NULL""",
    "tell": "SELECT pg_notify(:channel, '')",
    "get": "SELECT {job} FROM jobs WHERE key = :key",
    "children": "SELECT {job} FROM jobs WHERE parent = :key ORDER BY key",
    "hurry": "UPDATE jobs SET due = {now} WHERE key = :key AND state = 'ready' AND due > {now}",
    "let go": """UPDATE jobs SET parent = NULL WHERE parent IN
        (SELECT key FROM jobs WHERE key IN :keys AND ended IS NOT NULL)""",
    "lock tree": """{tree} SELECT key, parent FROM jobs WHERE key IN (SELECT key FROM tree)
        OR key = (SELECT parent FROM jobs WHERE key = :key) ORDER BY key {lock}""",
    "cancel tree": """{tree} UPDATE jobs SET state = 'cancelled', ended = {now}
        WHERE key IN (SELECT key FROM tree) AND ended IS NULL""",
    "claim": """WITH found AS (SELECT key FROM jobs WHERE state = 'ready' AND kind IN :kinds
        AND due <= {now} ORDER BY due, key LIMIT :most {skip})
        UPDATE jobs SET state = 'running', owner = :me, claim = claim + 1, attempt = attempt + 1,
        lease = {now} + :lease WHERE key IN (SELECT key FROM found) RETURNING {job}""",
    "renew": """UPDATE jobs SET lease = {now} + :lease WHERE key IN (SELECT key FROM jobs WHERE
        key IN :keys AND owner = :me AND state = 'running' ORDER BY key {lock}) RETURNING key""",
    "free": """UPDATE jobs SET state = 'ready' WHERE key IN (SELECT key FROM jobs
        WHERE state = 'running' AND lease <= {now} AND key NOT IN :keys {skip})""",
    "release": """UPDATE jobs SET state = 'ready', attempt = attempt - 1
        WHERE key IN :keys AND owner = :me AND state = 'running'""",
    "lock": "SELECT key, state, owner, claim FROM jobs WHERE key IN :keys ORDER BY key {lock}",
    "change": """UPDATE jobs SET state = :state, due = {now} + :after, attempt = :attempt,
        memo = COALESCE(:memo, memo), result = :result, error = :error,
        ended = CASE WHEN :state IN ('done', 'failed') THEN {now} END WHERE key = :key""",
    "wake": """UPDATE jobs SET state = 'ready', due = {now} WHERE key IN :keys
        AND state = 'waiting' AND NOT EXISTS (SELECT 1 FROM jobs AS child
        WHERE child.parent = jobs.key AND child.ended IS NULL) RETURNING key""",
    "sweep": """DELETE FROM jobs WHERE key IN (SELECT key FROM jobs WHERE ended < {now} - :keep
        AND NOT EXISTS (SELECT 1 FROM jobs AS up WHERE up.key = jobs.parent AND up.ended IS NULL)
        ORDER BY ended LIMIT 1000 {skip})""",
    "depth": """SELECT kind, COUNT(*) AS due FROM jobs
        WHERE state = 'ready' AND due <= {now} GROUP BY kind""",
}
INSERT = """INSERT INTO jobs (key, kind, args, parent, due, made, state, memo, attempt, claim)
    SELECT value ->> 'key', value ->> 'kind', value ->> 'args', value ->> 'parent',
    {now} + CAST(value ->> 'delay' AS DOUBLE PRECISION), {now}, 'ready', '{{}}', 0, 0
    FROM {rows} WHERE TRUE"""
TREE = """WITH RECURSIVE tree(key) AS (SELECT CAST(:key AS TEXT) UNION ALL
    SELECT jobs.key FROM jobs JOIN tree ON jobs.parent = tree.key)"""
SQLITE = {"lock": "", "skip": "", "rows": "json_each(:rows)"}
POSTGRES = {
    "lock": "FOR UPDATE",
    "skip": "FOR UPDATE SKIP LOCKED",
    "rows": "json_array_elements(CAST(:rows AS json)) AS value",
}
LOOK = "SELECT {now}, (SELECT MIN(next_due) FROM schedules WHERE next_due IS NOT NULL)"
LOOK_AT = ", (SELECT MIN(due) FROM jobs WHERE state = 'ready' AND kind = :kind{})"


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job to be done once: its key is unique among all jobs, also those that have ended."""

    kind: str
    key: str
    args: dict[str, Any] = field(default_factory=dict)
    delay: float = 0.0


@dataclass(frozen=True, slots=True)
class Job:
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


@dataclass(frozen=True, slots=True)
class Outcome:
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


JOB = ", ".join(each.name for each in fields(Job))
JSON_FIELDS = ("args", "memo", "result")


class JobQueue:
    """All that is done to jobs. `news` is set when there may be something to claim."""

    def __init__(self, db: Database) -> None:
        self.news = asyncio.Event()
        self._db = db
        self._me = f"{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:8]}"
        self._mine = ("running", self._me)
        self._sql = {name: statement(db, template) for name, template in SQL.items()}
        self._looks: dict[tuple[str, ...], TextClause] = {}

    async def add(self, *new: NewJob, tx: Transaction | None = None, anew: bool = False) -> int:
        """Add jobs and count those that are new; one whose key is there is left alone.

        `anew`: one that has ended is begun from the start, as if it had never been there.
        """
        async with self._telling(tx) as joined:
            if anew:
                await self._ask(joined, "let go", keys=[each.key for each in new])
            how = "add anew" if anew else "add"
            return await self._add(joined, ((each, None) for each in new), how)

    async def hurry(self, key: str, tx: Transaction | None = None) -> None:
        """Make a job due that waits for its time; to any other it does nothing."""
        async with self._telling(tx) as joined:
            await self._ask(joined, "hurry", key=key)

    async def cancel(self, key: str, tx: Transaction | None = None) -> None:
        """End a job with its children; what still runs of them finds its results refused."""
        async with self._telling(tx) as joined:
            locked = await self._ask(joined, "lock tree", key=key)
            parents = [row.parent for row in locked if row.key == key]
            await self._ask(joined, "cancel tree", key=key)
            await self._ask(joined, "wake", keys=parents)

    async def lock(self, key: str, tx: Transaction) -> None:
        """Keep a job from being written until `tx` ends.

        An outcome is saved with its job locked already, so whoever writes what jobs write, and
        then adds one, locks that job before all else: on PostgreSQL it would be a deadlock.
        """
        if self._db.is_postgres:
            await self._ask(tx, "lock", keys=[key])

    async def get(self, key: str) -> Job | None:
        """Return a job, or None."""
        async with self._db.read() as tx:
            row = (await self._ask(tx, "get", key=key)).one_or_none()
        return _job(row) if row else None

    async def children(self, key: str) -> tuple[Job, ...]:
        """Return the children of a job as they stand, by key."""
        async with self._db.read() as tx:
            return tuple(map(_job, await self._ask(tx, "children", key=key)))

    async def look(self, kinds: tuple[str, ...]) -> QueueSnapshot:
        """See when the next of these kinds is due, without a lock."""
        if kinds not in self._looks:
            each = "".join(LOOK_AT.format(n) for n in range(len(kinds)))
            self._looks[kinds] = statement(self._db, LOOK + each)
        values = {f"kind{n}": kind for n, kind in enumerate(kinds)}
        async with self._db.read() as tx:
            row = tuple((await tx.execute(self._looks[kinds], values)).one())
        dues = zip(kinds, row[2:], strict=True)
        return QueueSnapshot(row[0], row[1], {kind: due for kind, due in dues if due is not None})

    async def hear(self, clock: Clock) -> None:
        """Let `news` be set by other replicas too, and after each gap, until cancelled."""
        while True:
            with suppress(StoreError):
                await self._db.hear(CHANNEL, self.news.set)
            await clock.sleep(HEAR_AGAIN_SECONDS)

    async def claim(self, kinds: Collection[str], most: int, lease: float) -> list[Job]:
        """Take what is due of these kinds, longest due first, for `lease` seconds."""
        wanted = {"kinds": list(kinds), "most": most, "me": self._me, "lease": lease}
        async with self._db.write() as tx:
            taken = [_job(row) for row in await self._ask(tx, "claim", **wanted)]
        return sorted(taken, key=lambda job: (job.due, job.key))

    async def renew(self, held: Collection[str], lease: float) -> set[str]:
        """Keep what is held and give the keys that still are; free what others have let go."""
        mine = {"keys": list(held), "me": self._me, "lease": lease}
        async with self._db.write() as tx:
            kept = {row.key for row in await self._ask(tx, "renew", **mine)} if held else set()
            freed = (await self._ask(tx, "free", keys=list(held))).rowcount
        if freed:
            self.news.set()
        return kept

    async def release(self, held: Collection[str]) -> None:
        """Return back what is held, as if it had never been claimed."""
        async with self._telling(None) as tx:
            await self._ask(tx, "release", keys=list(held), me=self._me)

    async def record(self, ended: Ended) -> set[str]:
        """Save what came of claimed jobs, all or nothing; give the keys whose claim still held."""
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
        async with self._db.write() as tx:
            await self._ask(tx, "sweep", keep=keep)

    async def depth(self) -> dict[str, int]:
        """Count what is due and not yet claimed, by kind."""
        async with self._db.read() as tx:
            return {row.kind: row.due for row in await self._ask(tx, "depth")}

    async def _held(self, tx: Transaction, ended: Ended) -> Ended:
        """Lock the jobs, and the parents lest two last children miss each other."""
        keys = {key for job, _ in ended for key in (job.key, job.parent) if key}
        rows = await self._ask(tx, "lock", keys=sorted(keys))
        running = {(row.key, row.claim) for row in rows if (row.state, row.owner) == self._mine}
        return [(job, outcome) for job, outcome in ended if (job.key, job.claim) in running]

    async def _save(self, tx: Transaction, ended: Ended) -> None:
        await tx.execute(self._sql["change"], [_changed(*each) for each in ended])
        born = [(new, job.key) for job, outcome in ended for new in outcome.children]
        await self._add(tx, born)
        over = [job for job, outcome in ended if outcome.state != "ready"]
        on = {key for job in over for key in (job.key, job.parent) if key}
        woken = on and (await self._ask(tx, "wake", keys=sorted(on))).all()
        if born or woken:
            await self._tell(tx)

    async def _add(
        self, tx: Transaction, new: Iterable[tuple[NewJob, str | None]], how: str = "add"
    ) -> int:
        rows = {each.key: _inserted(each, parent) for each, parent in new}
        ordered = _json([rows[key] for key in sorted(rows)])
        return (await self._ask(tx, how, rows=ordered)).rowcount if rows else 0

    @asynccontextmanager
    async def _telling(self, tx: Transaction | None) -> AsyncIterator[Transaction]:
        async with self._db.joining(tx) as joined:
            yield joined
            await self._tell(joined)
        self.news.set()

    async def _tell(self, tx: Transaction) -> None:
        """Wake the other replicas once this is saved."""
        if self._db.is_postgres:
            await self._ask(tx, "tell", channel=CHANNEL)

    async def _ask(self, tx: Transaction, name: str, **values: object) -> CursorResult[Any]:
        return await tx.execute(self._sql[name], values)


def statement(db: Database, template: str) -> TextClause:
    """Fill in what the two databases say differently."""
    said = {"now": db.now, "job": JOB, "tree": TREE} | (POSTGRES if db.is_postgres else SQLITE)
    lists = [name for name in ("keys", "kinds") if f" :{name}" in template]
    filled = text(template.format(insert=INSERT.format(**said), **said))
    return filled.bindparams(*(bindparam(name, type_=Text, expanding=True) for name in lists))


def _inserted(new: NewJob, parent: str | None) -> dict[str, object]:
    args = _json(new.args)
    told = {"key": new.key, "kind": new.kind, "args": args}
    return {**told, "parent": parent, "delay": new.delay}


def _changed(job: Job, outcome: Outcome) -> dict[str, object]:
    plain = {name: getattr(outcome, name) for name in ("state", "after", "attempt", "error")}
    return plain | {"key": job.key, "memo": _json(outcome.memo), "result": _json(outcome.result)}


def _json(value: object) -> str | None:
    return None if value is None else json.dumps(value, separators=(",", ":"))


def _job(row: Row[Any]) -> Job:
    told = row._asdict()
    return Job(**told | {name: json.loads(told[name] or "null") for name in JSON_FIELDS})
