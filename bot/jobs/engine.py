"""The engine: claims what is due, has it carried out in lanes, saves what comes of it in batches.

Nothing that matters is kept here: whatever happens to the process, the rows say what is to be done.
While the store is away the engine waits; what has come out meanwhile is written when it is back.
"""

import asyncio
import itertools
import logging
import math
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from bot.clock import Backoff, Clock
from bot.errors import BotError, UserError
from bot.jobs.job import Job, JobKind, JobServices, Outcome, all_kinds, finished
from bot.ops.tasks import cancel_and_wait
from bot.store.errors import StoreError, StoreFault
from bot.store.jobs import JobQueue, QueueSnapshot
from bot.struct import Struct

BACKOFF = Backoff(first=2.0, longest=300.0)


async def execute(job: Job, kind: JobKind, services: JobServices) -> Outcome:
    """Execute a job once; whatever it raises is an outcome too."""
    if job.attempt > kind.attempts:
        return Outcome("failed", error="The process ended each time while it was at this.")
    try:
        async with asyncio.timeout(kind.longest):
            return await kind.run(job, services) or finished()
    except Exception as error:  # noqa: BLE001 -- the edge of a job: the others go on
        return failure_of(job, kind, error)


def failure_of(job: Job, kind: JobKind, error: Exception) -> Outcome:
    """Log it and return the next try, later each time, or the end after the last one."""
    words = error.sentence if isinstance(error, BotError) else type(error).__name__
    why = error.kind if isinstance(error, UserError) else words  # it may quote what was typed
    about = {"job": job.key, "kind": kind.name, "attempt": job.attempt, "why": why}
    unplanned = None if isinstance(error, BotError) else error
    if job.attempt >= kind.attempts:
        log.error("job-failed", extra=about, exc_info=unplanned)
        return Outcome("failed", error=words)
    log.warning("job-tried-again", extra=about, exc_info=unplanned)
    return Outcome("ready", after=BACKOFF.after(job.attempt), error=words, attempt=job.attempt)


STORE_BACKOFF = Backoff(first=0.5, longest=15.0)
GATHERING_SECONDS, SOON_SECONDS = 0.1, 1.0


@dataclass(slots=True, eq=False)
class _Result:
    job: Job
    kind: JobKind
    outcome: Outcome
    saved: asyncio.Future[bool]


class OutcomeWriter:
    """Saves one batch after the other; what cannot be saved now is kept and tried again."""

    def __init__(self, queue: JobQueue, clock: Clock) -> None:
        self._queue = queue
        self._clock = clock
        self._waiting: list[_Result] = []
        self._any, self._urgent = asyncio.Event(), asyncio.Event()

    async def record(self, job: Job, kind: JobKind, outcome: Outcome) -> Outcome | None:
        """Save an outcome and return what was saved; None where the claim no longer held."""
        saved = asyncio.get_running_loop().create_future()
        result = _Result(job, kind, outcome, saved)
        self._waiting.append(result)
        self._any.set()
        if outcome.state != "ready" or outcome.after < SOON_SECONDS:
            self._urgent.set()
        return result.outcome if await saved else None

    async def run(self) -> None:
        """Save what comes, until cancelled; what nobody waits for a little later, with more."""
        while True:
            await self._any.wait()
            with suppress(TimeoutError):
                async with asyncio.timeout(GATHERING_SECONDS):
                    await self._urgent.wait()
            self._any.clear()
            self._urgent.clear()
            batch, self._waiting = self._waiting, []
            await self._save(batch)

    async def _save(self, batch: list[_Result]) -> None:
        try:
            held = await self._held(batch)
        except Exception as error:  # noqa: BLE001 -- of the `write` of one of them, or of its JSON
            await self._save_apart(batch, error)
            return
        for each in batch:
            if not each.saved.done():
                each.saved.set_result(each.job.key in held)

    async def _held(self, batch: list[_Result]) -> set[str]:
        """Save them all, for as long as it takes, and return the keys whose claim still held."""
        tried = 0
        while True:
            tried += 1
            try:
                return await self._queue.record([(each.job, each.outcome) for each in batch])
            except StoreFault:
                raise
            except StoreError:
                await self._clock.sleep(STORE_BACKOFF.after(tried))

    async def _save_apart(self, batch: list[_Result], error: Exception) -> None:
        """Save each by itself; one that cannot be saved has failed."""
        if len(batch) > 1:
            for each in batch:
                await self._save([each])
        elif batch[0].outcome.error:
            log.error("job-not-recorded", extra={"job": batch[0].job.key}, exc_info=error)
            batch[0].saved.cancel()
        else:
            batch[0].outcome = failure_of(batch[0].job, batch[0].kind, error)
            await self._save(batch)


log = logging.getLogger(__name__)

LEAST_PAUSE, LONGEST_PAUSE = 0.1, 15.0
PUT_BACK_SECONDS = 5.0
TIDY_BEATS = 4
STUCK_SECONDS = 300.0


class Lane(Struct):
    """How many jobs of a lane this process does at once."""

    slots: int


class Timing(Struct):
    """Seconds: how long a claim holds, the longest between two looks, how long ended jobs stay."""

    lease: float = 15.0
    poll: float = 1.0
    keep: float = 7 * 86400.0


class _Run:
    """A job under way in this process; `is_over` once only its outcome is to be saved."""

    task: asyncio.Task[None]

    def __init__(self, job: Job, kind: JobKind) -> None:
        self.job, self.kind, self.is_over = job, kind, False


class Engine:
    """Serves some lanes with the kinds that this build knows."""

    def __init__(
        self,
        services: JobServices,
        lanes: Mapping[str, Lane],
        *,
        kinds: Iterable[JobKind] | None = None,
        timing: Timing | None = None,
    ) -> None:
        known = all_kinds() if kinds is None else kinds
        self._services = services
        self._queue = services.queue
        self._clock = services.clock
        self._lanes = {name: lane for name, lane in lanes.items() if lane.slots}
        self._kinds = {kind.name: kind for kind in known if kind.lane in self._lanes}
        self._timing = timing or Timing()
        self._writer = OutcomeWriter(self._queue, self._clock)
        self._health = EngineHealth(self._clock, self._lanes)
        self._runs: set[_Run] = set()
        self._side: list[asyncio.Task[None]] = []
        self._is_claiming = False  # and while it is not known what came of a claim
        self._last_seen: float | None = None
        self.why_stuck = self._health.why_stuck

    def start(self) -> None:
        """Begin to look for what is due."""
        work = (
            self._look(),
            self._heartbeat(),
            self._writer.run(),
            self._queue.listen(self._clock),
        )
        self._side = [asyncio.create_task(each, name="jobs") for each in work]

    async def stop(self, patience: float) -> None:
        """Claim nothing more, wait `patience` seconds for what is under way, give back the rest."""
        await cancel_and_wait(*self._side[:1])
        if self._runs:
            await asyncio.wait({run.task for run in self._runs}, timeout=patience)
        left = list(self._runs)
        await cancel_and_wait(*(run.task for run in left), *self._side)
        if not (left or self._is_claiming):
            return
        try:
            await self._queue.release()
        except StoreError:
            log.warning("jobs-not-given-back", extra={"jobs": len(left)})

    async def turn(self) -> float:
        """Look once and begin what is due; return the seconds until there may be more."""
        if self._last_seen is None:
            self._last_seen = await self._queue.last_touched(self._timing.lease)
        snapshot = await self._queue.look(tuple(self._kinds))
        if (back := self._last_seen - snapshot.now) > PUT_BACK_SECONDS:
            log.warning("clock-went-back", extra={"seconds": round(back)})
            await self._queue.realign(back)
            await self._services.schedules.realign()
            snapshot = await self._queue.look(tuple(self._kinds))
        self._last_seen = snapshot.now
        if snapshot.schedule is not None and snapshot.schedule <= snapshot.now:
            await self._services.schedules.fire()
            snapshot = await self._queue.look(tuple(self._kinds))
        coming = [] if snapshot.schedule is None else [snapshot.schedule - snapshot.now]
        pauses = [await self._serve(name, snapshot) for name in self._lanes]
        self._health.record_look()
        return max(LEAST_PAUSE, min(self._timing.poll, *coming, *pauses))

    async def _serve(self, lane: str, snapshot: QueueSnapshot) -> float:
        """Begin what is due in a lane; return the seconds until it is worth while to look again."""
        kinds = [kind.name for kind in self._kinds.values() if kind.lane == lane]
        due = min(
            (snapshot.kinds[name] for name in kinds if name in snapshot.kinds), default=math.inf
        )
        late = max(0.0, snapshot.now - due)
        self._health.record_wait(lane, late)
        self._services.metrics.job_lag(lane, late)
        free = self._lanes[lane].slots - self._busy(lane)
        if due > snapshot.now or not free:
            return due - snapshot.now if free else self._timing.poll
        self._is_claiming = True
        claimed = await self._queue.claim(kinds, free, self._timing.lease)
        self._is_claiming = False
        for job in claimed:
            self._services.metrics.job_began(job.kind, snapshot.now - job.due)
            self._begin(_Run(job, self._kinds[job.kind]))
        return LEAST_PAUSE

    def _begin(self, run: _Run) -> None:
        self._runs.add(run)
        self._health.record_progress(run.kind.lane)
        run.task = asyncio.create_task(self._execute(run), name=f"job {run.job.key}")

    async def _execute(self, run: _Run) -> None:
        saved = None
        try:
            outcome = await execute(run.job, run.kind, self._services)
            run.is_over = True
            saved = await self._writer.record(run.job, run.kind, outcome)
        finally:
            self._end(run, saved)

    def _end(self, run: _Run, saved: Outcome | None) -> None:
        was_full = self._busy(run.kind.lane) == self._lanes[run.kind.lane].slots
        self._runs.discard(run)
        self._health.record_progress(run.kind.lane)
        self._services.metrics.job_ended(run.kind.name, saved.word if saved else "let_go")
        if was_full or (saved and (saved.state != "ready" or saved.after < self._timing.poll)):
            self._queue.news.set()

    def _busy(self, lane: str) -> int:
        return sum(run.kind.lane == lane for run in self._runs)

    async def _look(self) -> None:
        """Look again and again, at once when there is news, until cancelled."""
        backoff, failures = Backoff(self._timing.poll, LONGEST_PAUSE), 0
        while True:
            self._queue.news.clear()
            try:
                pause, failures = await self.turn(), 0
                self._set_away(None)
            except Exception as error:  # noqa: BLE001 -- the edge of the loop: the next may go well
                failures += 1
                pause = backoff.after(failures)
                self._set_away(error)
            await self._rest(pause)

    async def _rest(self, seconds: float) -> None:
        ends = (self._queue.news.wait(), self._clock.sleep(seconds))
        tasks = [asyncio.ensure_future(end) for end in ends]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()

    def _set_away(self, error: Exception | None) -> None:
        """Say once that the store is away, and once that it is back."""
        away = isinstance(error, StoreError) and not isinstance(error, StoreFault)
        if error and not away:
            log.error("jobs-not-begun", exc_info=error)
        elif away != self._health.is_away:
            log.warning("jobs-wait-for-store" if away else "jobs-go-on")
        self._health.is_away = away

    async def _heartbeat(self) -> None:
        """Renew the claims, and now and then forget what ended long ago, until cancelled."""
        for beat in itertools.count():
            try:
                await self._renew()
                if beat % TIDY_BEATS == 0:
                    await self._queue.sweep(self._timing.keep)
                    metrics = self._services.metrics
                    metrics.jobs_due(await self._queue.depth())
                    metrics.incidents_open(len(await self._queue.live("incident", "incident:")))
            except StoreFault:
                log.exception("jobs-not-kept")
            except StoreError as error:
                log.debug("jobs-not-kept", exc_info=error)
            await self._clock.sleep(self._timing.lease / 3)

    async def _renew(self) -> None:
        runs = list(self._runs)
        kept = await self._queue.renew([run.job.key for run in runs], self._timing.lease)
        for run in runs:
            if run.job.key not in kept and not run.is_over:
                log.warning("job-lost", extra={"job": run.job.key})
                run.task.cancel()


class EngineHealth:
    """Remembers when each lane last began or ended a job, and how long its due work has waited."""

    def __init__(self, clock: Clock, lanes: Iterable[str]) -> None:
        self._clock = clock
        self._looked = clock.monotonic()
        self._moved = dict.fromkeys(lanes, self._looked)
        self._late = dict.fromkeys(lanes, 0.0)
        self.is_away = False

    def record_look(self) -> None:
        """Record that all was looked at, and all schedules fired."""
        self._looked = self._clock.monotonic()

    def record_progress(self, lane: str) -> None:
        """Record that a job of the lane has begun or ended."""
        self._moved[lane] = self._clock.monotonic()

    def record_wait(self, lane: str, seconds: float) -> None:
        """Record for how long the oldest due job of the lane has waited; 0 where there is none."""
        self._late[lane] = seconds

    def why_stuck(self) -> tuple[str, ...]:
        """Say what is due and makes no progress; nothing while all is well, or the store away."""
        now = self._clock.monotonic()
        if self.is_away:
            return ()
        if now - self._looked > STUCK_SECONDS:
            return (f"scheduler: has not looked for due work for {_minutes(now - self._looked)}",)
        stuck = (lane for lane, late in self._late.items() if late > STUCK_SECONDS)
        return tuple(
            f"scheduler: work of the lane {lane} is due since {_minutes(self._late[lane])}"
            for lane in stuck
            if now - self._moved[lane] > STUCK_SECONDS
        )


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} min"
