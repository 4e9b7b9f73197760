"""Reads a SIM, its sessions and its allowance from KORE, side by side as far as that goes."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any, Protocol, TypeVar

from cachetools import LRUCache

from bot.clock import Clock
from bot.diagnosis.evidence import MAY_CONNECT, status_of
from bot.diagnosis.fields import month_start
from bot.diagnosis.rhythm import KNOWN_GAPS, Contact, start_of
from bot.errors import BotError, without_traceback
from bot.kore.cache import Fetched
from bot.kore.client import KoreClient
from bot.kore.errors import KoreError
from bot.kore.models import DataSession, RatePlan, Sim, UsageRecord, read_once
from bot.kore.pages import question_budget
from bot.sims.identifier import identify
from bot.sims.resolver import SimResolver
from bot.struct import Struct, replace

T = TypeVar("T")


class TaskScope:
    """Begins tasks; made by `task_scope()`."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def begin(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Start it now; whoever needs it awaits it."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        """Drop it, for its result may be large; a failure that nobody awaited is retrieved."""
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()

    async def end(self) -> None:
        """Cancel what still runs, and wait until it has ended."""
        running = tuple(self._tasks)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


@asynccontextmanager
async def task_scope(sims: int = 1) -> AsyncIterator[TaskScope]:
    """Open a scope of tasks.

    Unlike a TaskGroup it raises what the block itself raises, so that the order of awaiting says
    whose failure wins, and it does not wait for tasks that nobody needs any more. What they read of
    KORE's lists is limited for all together, by the number of SIMs that are asked for.
    """
    opened = TaskScope()
    try:
        with question_budget(sims):
            yield opened
    finally:
        await opened.end()


PATIENCE = 0.3
REMEMBERED = 2_000

LOOKS_BACK, _A_DAY = timedelta(days=180), timedelta(days=1, hours=1)
Usage = tuple[UsageRecord, ...]
Earlier = tuple[Contact, ...]
log = logging.getLogger(__name__)


class Allowance(Struct):
    """A SIM's plan and usage; None is unknown: not given, not readable, or not there in time.

    `earlier` are its contacts before KORE's window, for a SIM of which that shows few or none;
    `waits` is whether they were asked for and are still to come.
    """

    rate_plan: RatePlan | None = None
    usage: Usage | None = None
    earlier: Earlier | None = None
    waits: bool = False

    def is_known(self, sim: Sim) -> bool:
        """Return whether all is there that this SIM, and its plan, need to be judged."""
        if self.waits:
            return False
        if self.rate_plan is None:
            return sim.rate_plan_sid is None
        return self.rate_plan.data_limit is None or self.usage is not None


class PendingAllowance(Struct):
    """An allowance under way for the SIM as it was last known."""

    sim: Sim
    rate_plan: asyncio.Task[RatePlan | None]
    usage: asyncio.Task[Usage | None]
    earlier: asyncio.Task[Earlier | None] | None = None

    def still_holds(self, sim: Sim) -> bool:
        """Return whether it is of the SIM's present plan and month."""
        mine = (self.sim.rate_plan_sid, self.sim.date_created)
        return mine == (sim.rate_plan_sid, sim.date_created)


class KeptDays(Protocol):
    """Where the days stand that scans keep of each SIM."""

    async def earlier(self, sid: str) -> Earlier:
        """Return a contact for each time that it connected, by the kept days. Raises StoreError."""


class AllowanceReader:
    """Asks KORE for rate plan and usage; a failure is unknown, never an error.

    An answer that comes too late is not lost: the client finishes it and keeps it for next time.
    """

    def __init__(
        self,
        kore: KoreClient,
        clock: Clock,
        patience: float = PATIENCE,
        kept_days: KeptDays | None = None,
    ) -> None:
        self._kore = kore
        self._clock = clock
        self._kept_days = kept_days
        self.patience = patience
        self._seen: LRUCache[str, Sim] = LRUCache(REMEMBERED)
        self._unlimited: LRUCache[str, bool] = LRUCache(REMEMBERED)

    def begin_early(
        self, sid: str, task_scope: TaskScope, *, fresh: bool
    ) -> PendingAllowance | None:
        """Ask before the SIM is read, if its plan is known from an earlier look-up."""
        sim = self._seen.get(sid)
        return self.begin(sim, task_scope, fresh=fresh) if sim else None

    def begin(self, sim: Sim, task_scope: TaskScope, *, fresh: bool) -> PendingAllowance | None:
        """Ask for the plan, and for the usage unless the plan is known to have no limit."""
        self._seen[sim.sid] = sim
        if sim.rate_plan_sid is None:
            return None
        plan = task_scope.begin(self._rate_plan(sim.rate_plan_sid, fresh=fresh))
        return PendingAllowance(sim, plan, task_scope.begin(self._usage(sim, fresh=fresh)))

    def look_back(
        self, pending: PendingAllowance, rows: int, task_scope: TaskScope, *, fresh: bool
    ) -> PendingAllowance:
        """Ask what was before KORE's window, where that shows too few sessions for a rhythm."""
        if rows > KNOWN_GAPS or (rows and not self._kept_days):
            return pending
        asks = status_of(pending.sim) in MAY_CONNECT and not rows
        earlier = self._earlier(pending.sim, asks_kore=asks, fresh=fresh)
        return replace(pending, earlier=task_scope.begin(earlier))

    async def in_time(
        self, pending: PendingAllowance | None, patience: float | None = None
    ) -> Allowance:
        """Return what is there after so many seconds at most, by default the reader's patience."""
        if pending is None:
            return Allowance()
        with suppress(TimeoutError):
            async with asyncio.timeout(patience or self.patience):
                return await self.whole(pending)
        return self.so_far(pending)

    async def whole(self, pending: PendingAllowance | None) -> Allowance:
        """Wait for the plan, and for the usage where the plan has a limit to compare it with."""
        plan = await asyncio.shield(pending.rate_plan) if pending else None
        if pending and plan and plan.data_limit is not None:
            await asyncio.shield(pending.usage)
        if pending and pending.earlier:
            await asyncio.shield(pending.earlier)
        return self.so_far(pending)

    def so_far(self, pending: PendingAllowance | None) -> Allowance:
        """Return what is there now."""
        if pending is None:
            return Allowance()
        plan, usage = _if_done(pending.rate_plan), _if_done(pending.usage)
        if pending.earlier is None:
            return Allowance(plan, usage)
        return Allowance(plan, usage, _if_done(pending.earlier), waits=not pending.earlier.done())

    async def _rate_plan(self, sid: str, *, fresh: bool) -> RatePlan | None:
        plan = await _or_unknown(_value(self._kore.rate_plan(sid, fresh=fresh)))
        if plan:
            self._unlimited[sid] = plan.data_limit is None
        return plan

    async def _usage(self, sim: Sim, *, fresh: bool) -> Usage | None:
        if self._unlimited.get(sim.rate_plan_sid or ""):
            return None
        start = month_start(sim, self._clock.now())
        asked = self._kore.usage_records(sim.sid, start=start, granularity="all", fresh=fresh)
        return await _or_unknown(_value(asked))

    async def _earlier(self, sim: Sim, *, asks_kore: bool, fresh: bool) -> Earlier | None:
        """Return the contacts of the kept days; where there are none, those that usage tells."""
        kept = await _or_unknown(self._kept_days.earlier(sim.sid)) if self._kept_days else None
        if kept or not asks_kore:
            return kept
        today = self._clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
        start = today - LOOKS_BACK
        asked = self._kore.usage_records(sim.sid, start=start, granularity="daily", fresh=fresh)
        usage = await _or_unknown(_value(asked))
        return None if usage is None else contacts_by_day(usage)


class NoAllowances(AllowanceReader):
    """Asks for none: for looks in which plan and usage are of no interest."""

    def begin(self, sim: Sim, task_scope: TaskScope, *, fresh: bool) -> PendingAllowance | None:  # noqa: ARG002 -- the name is the caller's
        """Ask nothing."""
        return None


def contacts_by_day(usage: Usage) -> Earlier | None:
    """Return a contact for each day on which data was used; None where no day is known."""
    used_in = [(each.period, used) for each in usage if (used := each.total_bytes) is not None]
    if usage and not used_in:
        return None
    found = list[Contact]()
    for period, used in used_in:
        start, end = (period.start, period.end) if period else (None, None)
        if used and (start is None or end is None or end - start > _A_DAY):
            return None  # it was used, and nobody knows when
        if used and start and end:
            at = (start + (end - start) / 2).timestamp()
            found.append(Contact(at, at, is_open=False, up=None, down=None))
    return tuple(sorted(found, key=start_of))


async def _value(fetch: Coroutine[Any, Any, Fetched[T]]) -> T:
    return (await fetch).value


async def _or_unknown(fetch: Coroutine[Any, Any, T]) -> T | None:
    try:
        return await fetch
    except BotError:
        return None
    except Exception:  # what is an extra must not cost the answer
        log.exception("allowance-broke")
        return None


def _if_done(task: asyncio.Task[T]) -> T | None:
    return task.result() if task.done() else None


Sessions = Fetched[tuple[DataSession, ...]]


class SimData(Struct):
    """What KORE said of one SIM. `asked` is its allowance, which may still be under way."""

    query: str
    sim: Fetched[Sim]
    sessions: Sessions | KoreError
    pending: PendingAllowance | None

    @property
    def rows(self) -> tuple[DataSession, ...] | None:
        """The rows as they came; None where none could be read, also where all were odd."""
        if isinstance(self.sessions, KoreError):
            return None
        all_odd = self.sessions.skipped_rows and not self.sessions.value
        return None if all_odd else self.sessions.value

    @property
    def problem(self) -> str | None:
        """Why the sessions could not be read, in a sentence."""
        if isinstance(self.sessions, KoreError):
            return self.sessions.sentence
        if self.rows is None:
            return f"None of the {self.sessions.skipped_rows} rows that KORE sent could be read."
        return None

    @property
    def parts(self) -> tuple[Fetched[Sim] | Sessions, ...]:
        """What there is, with its age."""
        if isinstance(self.sessions, KoreError):
            return (self.sim,)
        return (self.sim, self.sessions)


def _named_sids(sessions: Iterable[DataSession]) -> set[str | None]:
    return {row.sim_sid for row in sessions}


def own_rows(found: Sessions, sid: str, account: str | None) -> Sessions:
    """Return a SIM's own rows; those of another are left out and counted."""
    if read_once(found.value, _named_sids) <= {sid, None}:
        return found
    own = tuple(row for row in found.value if (row.sim_sid or sid).lower() == sid.lower())
    if not (foreign := len(found.value) - len(own)):
        return found
    whose = {"account": account} if account else {}
    log.warning("kore-rows-of-another-sim", extra=whose | {"rows": foreign})
    return replace(found, value=own, skipped_rows=found.skipped_rows + foreign)


class SimReader:
    """Finds and reads SIMs. Tasks are begun in the task_scope of whoever asks."""

    def __init__(
        self, kore: KoreClient, resolver: SimResolver, allowances: AllowanceReader
    ) -> None:
        self._kore = kore
        self._resolver = resolver
        self._allowances = allowances

    async def read(self, text: str, task_scope: TaskScope, *, fresh: bool) -> SimData:
        """Read the SIM that `text` names, all side by side where its SID is known beforehand.

        Raises what `identify`, the resolver and KORE raise about the SIM, whatever becomes of its
        sessions; a failure of the sessions is a value.
        """
        identifier = identify(text)
        sid = self._resolver.known_sid(identifier)
        sessions = task_scope.begin(self._sessions(sid, fresh=fresh)) if sid else None
        pending = self._allowances.begin_early(sid, task_scope, fresh=fresh) if sid else None
        sim = await self._resolver.resolve(identifier, fresh=fresh)
        if sessions is None or sid != sim.value.sid:
            sessions = task_scope.begin(self._sessions(sim.value.sid, fresh=fresh))
        if pending is None or not pending.still_holds(sim.value):
            pending = self._allowances.begin(sim.value, task_scope, fresh=fresh)
        rows = await sessions
        if pending and isinstance(rows, Fetched) and not rows.skipped_rows:
            count = len(rows.value)
            pending = self._allowances.look_back(pending, count, task_scope, fresh=fresh)
        read = SimData(text, sim, rows, pending)
        self._resolver.note(sim.value, read.rows or ())
        return read

    def knows(self, text: str) -> bool:
        """Return whether the SIM that `text` names is known without asking KORE."""
        return self._resolver.known_sid(identify(text)) is not None

    async def _sessions(self, sid: str, *, fresh: bool) -> Sessions | KoreError:
        """Return the SIM's own rows, or why there are none."""
        try:
            found = await self._kore.data_sessions(sid, fresh=fresh)
            return own_rows(found, sid, self._kore.account_of(sid))
        except KoreError as error:
            return without_traceback(error)
