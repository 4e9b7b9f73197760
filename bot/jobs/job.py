"""What a job does: a function from a job to what is to become of it.

To add a kind: write a function of its name under `@kind` in `bot/jobs/kinds/<theme>.py`; the
engine finds the file by itself. `JobQueue.add(NewJob(kind, …))` puts a job into the queue; a
process that does not know a kind leaves its jobs alone.

    @kind(lane="scan")
    async def scan_chunk(job: Job, services: JobServices) -> Outcome | None:

It is a small state machine: it looks at `job.args`, and at `job.memo`, which it wrote itself, does
one thing, and returns `finished()`, `run_again(…)` or `fan_out(…)`; None is `finished()`. Nothing
is replayed, so the code may change between two steps. What it raises has it tried again later, up
to `attempts`; it may be run twice, where a process is lost, but only one result counts.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Awaitable, Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from bot.store.jobs import Job, JobQueue, NewJob, Outcome, Write
from bot.struct import Struct

if TYPE_CHECKING:
    from bot.alerts.service import AlertWork
    from bot.alerts.webhook import Webhooks
    from bot.clock import Clock
    from bot.diagnosis.thresholds import Thresholds
    from bot.digests.fleet import Fleet
    from bot.digests.subscriptions import Subscriptions
    from bot.jobs.alert_posts import ForeignAlertWork, IncidentPosts
    from bot.jobs.posting import IdempotentPosts
    from bot.jobs.watch_posts import WatchWork
    from bot.kore.client import KoreClient
    from bot.ops.metrics import Metrics
    from bot.slack.access import Authorizer
    from bot.slack.client import SlackClient
    from bot.store.schedules import Schedules


class JobServices(Struct):
    """Each is ready for use; none opens or closes anything here.

    `kore` asks behind everybody else, so many requests at once as this process may scan with.
    """

    kore: KoreClient
    slack: SlackClient
    posts: IdempotentPosts
    watching: WatchWork
    foreign_alerts: ForeignAlertWork
    alerting: AlertWork
    incident_posts: IncidentPosts
    webhooks: Webhooks
    authorizer: Authorizer
    fleet: Fleet
    subscriptions: Subscriptions
    queue: JobQueue
    schedules: Schedules
    metrics: Metrics
    clock: Clock
    thresholds: Thresholds


__all__ = [
    "Job",
    "JobKind",
    "NewJob",
    "Outcome",
    "all_kinds",
    "fan_out",
    "finished",
    "kind",
    "run_again",
]

JobFunction = Callable[[Job, JobServices], Awaitable[Outcome | None]]


class JobKind(Struct):
    """How jobs of one name are done: in which lane, how often tried, how long at most (s)."""

    name: str
    run: JobFunction
    lane: str
    attempts: int
    longest: float


def kind(
    *, lane: str = "default", attempts: int = 10, longest: float = 900.0
) -> Callable[[JobFunction], JobKind]:
    """Make a kind of a function and name it after the function."""
    return lambda run: JobKind(run.__name__, run, lane, attempts, longest)


def finished(result: Any = None, write: Write | None = None) -> Outcome:  # noqa: ANN401 -- any JSON
    """End the job; `result` is kept with it."""
    return Outcome("done", result=result, write=write)


def run_again(
    after: float, memo: dict[str, Any] | None = None, write: Write | None = None
) -> Outcome:
    """Run the job again after so many seconds; a memo of None leaves the last one."""
    return Outcome("ready", after=after, memo=memo, write=write)


def fan_out(
    children: Iterable[NewJob], memo: dict[str, Any] | None = None, write: Write | None = None
) -> Outcome:
    """Run the job again once all these have ended, well or not; a key that is there is left."""
    return Outcome("waiting", children=tuple(children), memo=memo, write=write)


@cache
def all_kinds() -> tuple[JobKind, ...]:
    """Find the kinds of every file in `bot/jobs/kinds/`."""
    from bot.jobs import kinds  # noqa: PLC0415 -- their files import this one

    names = (each.name for each in pkgutil.iter_modules(kinds.__path__, f"{kinds.__name__}."))
    modules = [importlib.import_module(name) for name in names]
    return tuple(k for module in modules for k in vars(module).values() if isinstance(k, JobKind))
