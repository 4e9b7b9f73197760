"""WatchService between both stand-ins on the database of a test, in a time that tests move.

The database's clock cannot be moved, so what is due is drawn nearer by as much as time moves on.
"""

import asyncio
import math
from collections.abc import Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest
from sqlalchemy import text

from bot.app.jobs import open_posts
from bot.demo.stories.story import all_stories
from bot.diagnosis.thresholds import Thresholds
from bot.emulators.kore.api import KoreApi
from bot.emulators.kore.faults import Fault
from bot.emulators.slack.messages import Message
from bot.jobs.engine import execute
from bot.jobs.job import JobKind, all_kinds
from bot.jobs.watch_posts import WatchPosts, WatchWork
from bot.kore.client import KoreClient
from bot.kore.requester import RetryPolicy
from bot.ops.metrics import Metrics
from bot.sessions.fetch import NoAllowances
from bot.sessions.lookup import SessionLookup
from bot.sims.directory import SimDirectory
from bot.sims.resolver import SimResolver
from bot.slack.client import SlackClient, open_session
from bot.slack.directory import ChannelAccess
from bot.slack.identity import identify
from bot.store.database import Database
from bot.store.idempotency import PostRows
from bot.store.jobs import Job, JobQueue
from bot.store.watches import WatchRows
from bot.watches.polling import PollInterval, WatchPoller
from bot.watches.repository import WatchRepository, from_row
from bot.watches.service import BegunWatch, WatchLimits, WatchService
from bot.watches.watch import Condition, Watch, WatchOwner
from tests.bot.jobs.engines import make_due
from tests.databases import idle_for
from tests.fakes import FakeClock
from tests.kore_rig import kore_client
from tests.slack_rig import BOT_TOKEN, SlackSide, slack_side

ANA, BEN = "U0ANA0001", "U0BEN0002"
FLEET_OPS, ONCALL = "C0FLEETOP", "G0ONCALL1"
SCOPES = {"chat:write", "channels:history", "groups:history", "im:history", "im:write"}
KINDS = {kind.name: kind for kind in all_kinds() if kind.name.startswith("watch")}


class Gate:
    """Lets in whoever is not refused; what is left out is said to all."""

    def __init__(self) -> None:
        self.refused: dict[str, Exception] = {}
        self.leaves_out: str | None = None

    async def redaction(self, watch: Watch) -> str | None:
        if watch.owner.person in self.refused:
            raise self.refused[watch.owner.person]
        return self.leaves_out


class TimedRig:
    """What rigs have in common whose jobs are done in a time that tests move."""

    kinds: ClassVar[dict[str, JobKind]]

    async def pass_by(self, seconds: float, step: float) -> None:
        """Let time pass in steps, and do what comes due on the way; idle steps are one."""
        await self.work()
        while seconds > 0:
            idle = min(seconds, await idle_for(self.database))
            passed = min(step * max(1, math.ceil(idle / step)), seconds)
            self.parts.clock.move(passed)
            await self.due_in(passed)
            await self.work()
            seconds -= passed

    async def due_in(self, seconds: float) -> None:
        """Bring nearer what is due."""
        async with self.database.write() as tx:
            await tx.execute(text("UPDATE jobs SET due = due - :s"), {"s": seconds})

    async def work(self) -> None:
        """Do all that is due, and what comes of it."""
        while jobs := await self.parts.queue.claim(list(self.kinds), 100, 60.0):
            await self.do(jobs)

    async def do(self, jobs: Iterable[Job]) -> None:
        """Do some jobs that were claimed."""
        for job in jobs:
            outcome = await execute(job, self.kinds[job.kind], self.parts)
            await self.parts.queue.record([(job, outcome)])

    def seen(self, channel: str = "#fleet-ops") -> list[Message]:
        """What Ana sees of the bot's, oldest first."""
        return list(self.slack.seen_by("ana", channel))

    def edits(self) -> list[float]:
        """When cards were changed, in seconds."""
        return [call.time.timestamp() for call in self.slack.api.calls.of("chat.update")]

    def kore_fails(self) -> None:
        """Let KORE answer 503 until it is well again."""
        self.kore.faults.add(Fault(path="/v1/", status=503, times=None))


@dataclass(frozen=True, slots=True)
class JobParts:
    """What the kinds of watches use of the job services."""

    watching: WatchWork
    queue: JobQueue
    clock: FakeClock


@dataclass(frozen=True)
class Rig(TimedRig):
    """The parts, both stand-ins, and the gate."""

    kinds = KINDS
    parts: JobParts
    service: WatchService
    lookup: SessionLookup
    database: Database
    kore: KoreApi
    slack: SlackSide
    gate: Gate
    news: list[str]

    @property
    def clock(self) -> FakeClock:
        return self.parts.clock

    async def begin(
        self, name: str = "pump-7", condition: Condition | None = None, **about: Any
    ) -> BegunWatch:
        """Look a SIM up and watch it; `about`: person, channel, thread, duration."""
        duration = about.pop("duration", None)
        owner = WatchOwner(**{"person": ANA, "channel": FLEET_OPS, "team": "T0ACMEIOT"} | about)
        return await self.service.begin(owner, await self.lookup.look_up(name), condition, duration)

    async def watch(self, begun: BegunWatch) -> Watch:
        """Return a watch as it stands in the store."""
        row = await self.parts.watching.rows.get(begun.watch.id)
        assert row is not None
        return from_row(row)

    async def move(self, seconds: float, step: float = 20.0) -> None:
        """Let time pass in steps, and do what comes due on the way."""
        await self.pass_by(seconds, step)

    async def recover_after_a_minute(self, name: str = "pump-7") -> None:
        """Let a SIM come back online, and five minutes more pass."""
        await self.move(60)
        self.kore.events.recover(name)
        await self.move(300)

    async def work_on(self, kind: str, *keys: str) -> None:
        """Do jobs of one kind, due or not, and nothing that comes of them."""
        await make_due(self.parts.queue, *keys)
        await self.do(await self.parts.queue.claim([kind], len(keys), 60.0))

    def texts(self, channel: str = "#fleet-ops") -> list[str]:
        """The words of it."""
        return [message.text for message in self.seen(channel)]

    def notices(self, channel: str = "#fleet-ops") -> list[str]:
        """What was told, without the cards."""
        return [words for words in self.texts(channel) if not words.startswith("👁")]

    def card(self, channel: str = "#fleet-ops") -> Message:
        """The newest card."""
        return [m for m in self.seen(channel) if m.text.startswith("👁")][-1]

    def asked(self) -> list[str]:
        """The paths that KORE was asked for."""
        return [each.path for each in self.kore.requests if "token" not in each.path]


class Sleepless:
    """The same time for a stand-in; what it waits for by itself never comes, and moves no time."""

    def __init__(self, clock: FakeClock) -> None:
        self.now = clock.now
        self.monotonic = clock.monotonic

    async def sleep(self, seconds: float) -> None:
        await asyncio.Event().wait()


def now_clock() -> FakeClock:
    """Return a clock that stands at the time of day, as the database's does."""
    clock = FakeClock()
    clock.time = datetime.now(UTC).replace(microsecond=0)
    return clock


@asynccontextmanager
async def watching(
    database: Database,
    *,
    limits: WatchLimits | None = None,
    clock: FakeClock | None = None,
    **kore: Any,
):
    """Put everything together but the engine."""
    clock, metrics, gate = clock or now_clock(), Metrics(), Gate()
    news: list[str] = []
    api = KoreApi(clock, **({"stories": all_stories()} | kore))
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(slack_side(Sleepless(clock)))
        slack.api.scopes = frozenset(SCOPES)
        session = await stack.enter_async_context(open_session())
        client = SlackClient(session, clock, token=BOT_TOKEN, api_url=slack.api_url)
        posts = open_posts(
            session,
            token=BOT_TOKEN,
            api_url=slack.api_url,
            identity=await identify(client),
            store=database,
            metrics=metrics,
            clock=clock,
        )
        front = kore_client(api, clock, retry=RetryPolicy(tries=1))
        stack.push_async_callback(front.aclose)
        behind = front.in_background()
        stack.push_async_callback(behind.aclose)
        rows, queue = WatchRows(database), JobQueue(database)
        repository = WatchRepository(rows, queue)
        poller = WatchPoller(
            _lookup(behind, clock),
            rows,
            repository,
            gate,
            interval=PollInterval(clock),
            clock=clock,
        )
        work = WatchWork(
            rows,
            repository,
            poller,
            WatchPosts(rows, posts, gate, ChannelAccess(client), clock, on_news=news.append),
            PostRows(database),
            clock,
        )
        service = WatchService(database, rows, repository, clock, limits or WatchLimits())
        parts = JobParts(work, queue, clock)
        yield Rig(parts, service, _lookup(front, clock), database, api, slack, gate, news)


def _lookup(kore: KoreClient, clock: FakeClock) -> SessionLookup:
    resolver = SimResolver(kore, SimDirectory(kore, clock), clock)
    return SessionLookup(kore, resolver, clock, Thresholds(), allowances=NoAllowances(kore, clock))


@pytest.fixture
async def watch_rig(database):
    """Watches between both stand-ins."""
    async with watching(database) as made:
        yield made
