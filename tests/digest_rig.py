"""Digests made by the real engine between both stand-ins, on the database of a test."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.alerts.service import AlertWork
from bot.app.jobs import alert_work, open_posts
from bot.clock import Clock, SystemClock
from bot.demo.stories.story import all_stories
from bot.diagnosis.thresholds import Thresholds
from bot.digests.digest import Digest
from bot.digests.fleet import Fleet
from bot.digests.schedule import DigestSchedule, Frequency
from bot.digests.subscription import KIND, Selection, SelectionKind, Subscription
from bot.digests.subscriptions import Subscriptions
from bot.emulators.kore.api import KoreApi
from bot.emulators.slack.messages import Message
from bot.jobs.engine import Engine, Lane, Timing
from bot.jobs.posting import IdempotentPosts
from bot.kore.requester import RetryPolicy
from bot.ops.metrics import Metrics
from bot.ops.tasks import WorkerThread
from bot.sessions.lookup import Judge
from bot.slack.access import Access, AccountRule, Authorizer, Policies
from bot.slack.client import SlackClient, open_session
from bot.slack.directory import Channels, People, UserGroups
from bot.slack.identity import identify
from bot.store.database import Database
from bot.store.digest_runs import Run
from bot.store.jobs import Job, JobQueue, NewJob
from bot.store.schedules import Schedules
from tests.bot.jobs.engines import children, make_due
from tests.fakes import YEARLY, FakeClock
from tests.kore_rig import kore_client
from tests.slack_rig import BOT_TOKEN, SlackSide, slack_side

LANES = {"digest": Lane(2), "scan": Lane(3), "default": Lane(2)}
QUICK = Timing(poll=0.05)
SCOPES = {"channels:history", "groups:history", "channels:read", "groups:read", "chat:write"}
START = datetime(2026, 1, 5, 12, tzinfo=UTC)
FLEET_OPS = "C0FLEETOP"


@dataclass(frozen=True, slots=True)
class Parts:
    """What the kinds of digests use of the job services."""

    queue: JobQueue
    schedules: Schedules
    posts: IdempotentPosts
    authorizer: Authorizer
    fleet: Fleet
    subscriptions: Subscriptions
    alerting: AlertWork
    metrics: Metrics
    clock: SystemClock


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts, and the stand-ins on both sides of them."""

    parts: Parts
    kore: KoreApi
    slack: SlackSide
    engine: Engine

    async def made(self, about: Subscription, due: float | None = None, **args: Any) -> Run:
        """Have a digest made that was due then, or is now, and give its run."""
        job = await self.begun(about, due, **args)
        await self.ended(job)
        run = await self.parts.fleet.runs.find(about.id, (await self.job(job)).args["due"])
        assert run is not None
        return run

    async def begun(self, about: Subscription, due: float | None = None, **args: Any) -> str:
        """Make a digest due; give the key of its job."""
        due = self.now if due is None else due
        key = f"{about.schedule_name}@{datetime.fromtimestamp(due, UTC).isoformat()}"
        new = NewJob(KIND, key, {"subscription": about.id, "due": due} | args)
        await self.parts.queue.add(new)
        return key

    @property
    def now(self) -> float:
        """Epoch seconds."""
        return self.parts.clock.now().timestamp()

    async def ended(self, key: str, seconds: float = 30.0) -> Job:
        """Wait until a job has ended; whatever it waits for by itself comes at once."""
        async with asyncio.timeout(seconds):
            while (job := await self.job(key)).state not in {"done", "failed", "cancelled"}:
                await self.hurried(key)
                await self.pause()
        return job

    async def pause(self) -> None:
        """Let the engine work for a moment."""
        await asyncio.sleep(0.02)

    async def hurried(self, key: str) -> None:
        """Make a job and its children due."""
        queue = self.parts.queue
        await make_due(queue, key, *(child.key for child in await children(queue, key)))

    async def job(self, key: str) -> Job:
        """Return a job that is there."""
        job = await self.parts.queue.get(key)
        assert job is not None
        return job

    def parents(self, channel: str = "#fleet-ops") -> list[Message]:
        """The digests that stand in a channel, without their threads, oldest first."""
        return [each for each in self.slack.seen_by("ana", channel) if each.thread_ts is None]

    def texts(self) -> list[str]:
        """What the digests say first, oldest first."""
        return [message.text for message in self.parents()]


def pumps(**changes: Any) -> Subscription:
    """Return a digest of all SIMs for #fleet-ops; of itself it comes to no test."""
    plain = {
        "id": "0a1b2c3d",
        "team": "T0ACMEIOT",
        "channel": FLEET_OPS,
        "name": "Pumps",
        "made_by": "U0ANA0001",
        "made_at": START,
        "selection": Selection(SelectionKind.ALL),
        "schedule": DigestSchedule(Frequency.CRON, line=YEARLY),
        "grace": timedelta(hours=1),
    }
    return Subscription(**plain | changes)


def digest_of(run: Run) -> Digest:
    """Return what a run has made."""
    return Digest.from_json(run.digest or "")


async def slack_between(  # noqa: PLR0913, PLR0917 -- what such a side is made of
    stack: AsyncExitStack,
    outside: Clock,
    clock: Clock,
    database: Database,
    metrics: Metrics,
    accounts: Sequence[AccountRule] = (AccountRule(),),
) -> tuple[SlackSide, IdempotentPosts, Authorizer]:
    """Open the stand-in for Slack, in a time `outside`, with what posts there and who may ask."""
    slack = await stack.enter_async_context(slack_side(outside))
    slack.api.scopes = frozenset(SCOPES)
    session = await stack.enter_async_context(open_session())
    client = SlackClient(session, clock, token=BOT_TOKEN, api_url=slack.api_url)
    identity = await identify(client)
    people, channels = People(client, clock), Channels(client, clock)
    lists, groups = Access(identity.team), UserGroups(client, clock, frozenset())
    authorizer = Authorizer(lists, people, channels, groups, Policies(), accounts=accounts)
    stack.push_async_callback(authorizer.aclose)
    posts = open_posts(
        session,
        token=BOT_TOKEN,
        api_url=slack.api_url,
        identity=identity,
        store=database,
        metrics=metrics,
        clock=FakeClock(),  # the pace of a channel costs no time
    )
    return slack, posts, authorizer


@asynccontextmanager
async def digesting(database: Database, **kore_options: Any):
    """Run the engine while the block lasts."""
    clock, metrics = SystemClock(), Metrics()
    api = KoreApi(clock, **({"stories": all_stories()} | kore_options))
    async with AsyncExitStack() as stack:
        slack, posts, authorizer = await slack_between(stack, clock, clock, database, metrics)
        kore = kore_client(api, clock, retry=RetryPolicy(tries=1))
        stack.push_async_callback(kore.aclose)
        executor = WorkerThread()
        stack.push_async_callback(executor.aclose)
        queue = JobQueue(database)
        schedules = Schedules(database, queue)
        fleet = Fleet(database, kore.in_background(), Judge(Thresholds()), clock, executor)
        digests = Subscriptions(database, queue)
        parts = Parts(
            queue=queue,
            schedules=schedules,
            posts=posts,
            authorizer=authorizer,
            fleet=fleet,
            subscriptions=digests,
            alerting=alert_work(database, queue, fleet),
            metrics=metrics,
            clock=clock,
        )
        engine = Engine(parts, LANES, timing=QUICK)
        engine.start()
        stack.push_async_callback(engine.stop, 1.0)
        yield Desk(parts, api, slack, engine)
