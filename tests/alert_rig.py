"""Alerts between both stand-ins on the database of a test, in a time that tests move.

The database's clock cannot be moved, so what is due is drawn nearer by as much as time moves on.
"""

from collections.abc import Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from bot.alerts.alert import Alert
from bot.alerts.incident import Incident
from bot.alerts.service import AlertWork
from bot.app.jobs import alert_work
from bot.blocks.format import NO_LINKS
from bot.demo.stories.story import Story
from bot.diagnosis.thresholds import Thresholds
from bot.digests.fleet import Fleet
from bot.digests.subscription import Selection, SelectionKind
from bot.digests.subscriptions import Subscriptions
from bot.emulators.kore.api import KoreApi
from bot.jobs.alert_posts import IncidentPosts
from bot.jobs.job import all_kinds
from bot.jobs.posting import IdempotentPosts
from bot.kore.accounts import AccountIndex, AccountsClient
from bot.kore.requester import RetryPolicy
from bot.ops.metrics import Metrics
from bot.ops.tasks import WorkerThread
from bot.sessions.lookup import Judge
from bot.slack.access import AccountRule, Authorizer
from bot.store.database import Database
from bot.store.jobs import JobQueue
from tests.digest_rig import slack_between
from tests.fakes import FakeClock
from tests.kore_rig import kore_client
from tests.slack_rig import SlackSide
from tests.watch_rig import Sleepless, TimedRig, now_clock

KINDS = {
    kind.name: kind for kind in all_kinds() if kind.lane in {"alert", "incident", "scan", "digest"}
}
ANA, BEN = "U0ANA0001", "U0BEN0002"
ONCE = RetryPolicy(tries=1)
FLEET_OPS = "C0FLEETOP"
ON_CALL, SECOND = "S0ONCALL1", "S0SECOND1"
MINUTE = 60.0


WELL = [f"well-{number}" for number in range(1, 6)]


def fall_silent(rig: Any, *wells: str) -> None:
    """Let wells be as they are in their story: silent for hours."""
    for well in wells:
        rig.kore.events.undo(well)


def come_back(rig: Any, *wells: str) -> None:
    """Let wells be online."""
    for well in wells:
        rig.kore.events.recover(well)


async def outage(rig: Any, minutes: float = 6, **changes: Any) -> Alert:
    """Add an alert, and let three wells fall silent and be scanned; return the alert."""
    alert = await rig.add(**changes)
    fall_silent(rig, *WELL[:3])
    await rig.move(minutes)
    return alert


@dataclass(frozen=True, slots=True)
class Parts:
    """What the kinds of alerts and digests use of the job services."""

    alerting: AlertWork
    incident_posts: IncidentPosts
    posts: IdempotentPosts
    authorizer: Authorizer
    fleet: Fleet
    subscriptions: Subscriptions
    queue: JobQueue
    metrics: Metrics
    clock: FakeClock
    thresholds: Thresholds


@dataclass(frozen=True)
class Rig(TimedRig):
    """The parts, and both stand-ins."""

    kinds = KINDS
    parts: Parts
    database: Database
    kore: KoreApi
    partner: KoreApi
    slack: SlackSide

    async def add(self, **changes: Any) -> Alert:
        """Add an alert, and let its first scan find what is wrong already."""
        alert = an_alert(made_at=self.parts.clock.now(), **changes)
        await self.parts.alerting.alerts.add(alert)
        await self.work()
        return alert

    async def move(self, minutes: float, step: float = 1.0) -> None:
        """Let minutes pass in steps, and do what comes due on the way."""
        await self.pass_by(minutes * MINUTE, step * MINUTE)

    async def due_in(self, seconds: float) -> None:
        """Bring nearer what is due."""
        await super().due_in(seconds)
        await self._runs_were(seconds)

    async def clock_goes_back(self, seconds: float) -> None:
        """Set the clock back: what was written down as of now is of later then.

        The engine has realigned the jobs already.
        """
        self.parts.clock.set_back(seconds)
        await self._runs_were(-seconds)

    async def _runs_were(self, seconds: float) -> None:
        moved = text("UPDATE digest_runs SET started = started - :s, ended = ended - :s")
        async with self.database.write() as tx:
            await tx.execute(moved, {"s": seconds})

    async def incidents(self) -> list[Incident]:
        """Return all incidents, the oldest first."""
        now = self.parts.clock.now()
        incidents = self.parts.alerting.incidents
        found = await incidents.between("T0ACMEIOT", now - timedelta(days=30), now + timedelta(1))
        return list(found[::-1])

    async def act(self, act, *args: Any, number: int = 0) -> None:
        """Have somebody do something with an incident, and let that be shown."""
        incident = (await self.incidents())[number]
        await self.parts.alerting.alerts.act(incident.id, lambda _, i: act(i, *args))
        await self.work()

    def cards(self, channel: str = "#fleet-ops") -> list[str]:
        """The messages that stand in the channel, without their threads."""
        return [each.text for each in self.seen(channel) if each.thread_ts is None]

    def story(self, channel: str = "#fleet-ops") -> list[str]:
        """The lines of all threads."""
        return [each.text for each in self.seen(channel) if each.thread_ts is not None]

    def mentions(self, group: str = ON_CALL) -> list[str]:
        """The messages that mention a group."""
        return [each.text for each in self.seen() if f"<!subteam^{group}>" in each.text]

    def counted(self) -> dict[str, float]:
        """Return what the metrics say of incidents."""
        metrics = {each.name: each for each in self.parts.metrics.registry.collect()}
        counts = metrics["simsessions_incidents"].samples
        return {s.labels["what"]: s.value for s in counts if s.name.endswith("_total")}

    def asked(self) -> int:
        """How often sessions were asked for."""
        return sum(each.path.endswith("/DataSessions") for each in self.kore.requests)


def an_alert(**changes: Any) -> Alert:
    """Return an alert of all SIMs for #fleet-ops that mentions a group on what is critical."""
    plain = {
        "id": "a1",
        "team": "T0ACMEIOT",
        "channel": FLEET_OPS,
        "name": "Wells",
        "made_by": ANA,
        "selection": Selection(SelectionKind.ALL),
        "mention_first": (ON_CALL,),
    }
    return Alert(**plain | changes)


@asynccontextmanager
async def alerting(
    database: Database,
    *,
    links: Any = NO_LINKS,
    accounts: Sequence[AccountRule] = (AccountRule(),),
    theirs: Sequence[Story] = (),
    **kore_options: Any,
):
    """Put everything together but the engine. `theirs` are the SIMs of the second account."""
    clock, metrics = now_clock(), Metrics()
    api, partner = KoreApi(clock, **kore_options), KoreApi(clock, name="partner", stories=theirs)
    async with AsyncExitStack() as stack:
        slack, posts, authorizer = await slack_between(
            stack, Sleepless(clock), clock, database, metrics, accounts
        )
        clients = {
            rule.name: kore_client(each, clock, retry=ONCE)
            for rule, each in zip(accounts, (api, partner), strict=False)
        }
        kore = (
            AccountsClient(clients, AccountIndex())
            if len(clients) > 1
            else kore_client(api, clock, retry=ONCE)
        )
        stack.push_async_callback(kore.aclose)
        behind = kore.in_background()
        stack.push_async_callback(behind.aclose)
        executor = WorkerThread()
        stack.push_async_callback(executor.aclose)
        queue = JobQueue(database)
        names = frozenset(rule.name for rule in accounts)
        judge = Judge(Thresholds())
        fleet = Fleet(database, behind, judge, clock, executor, accounts=names)
        digests = Subscriptions(database, queue)
        parts = Parts(
            alerting=alert_work(database, queue, fleet),
            incident_posts=IncidentPosts(posts, authorizer, links, clock),
            posts=posts,
            authorizer=authorizer,
            fleet=fleet,
            subscriptions=digests,
            queue=queue,
            metrics=metrics,
            clock=clock,
            thresholds=Thresholds(),
        )
        yield Rig(parts, database, api, partner, slack)
