"""Digests and alerts for the terminal: listed, tried, made once; and the incidents of alerts."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from itertools import count

from bot.alerts.alert import Alert, AlertState
from bot.alerts.incident import Incident
from bot.alerts.reading import AlertFilter, ScanReader, ScanReading, read_all, with_outages
from bot.alerts.service import Alerts
from bot.alerts.transitions import observe
from bot.app.accounts import open_stacks
from bot.app.jobs import make_incidents, open_engine
from bot.app.resources import existing_store, open_resources
from bot.clock import Clock, SystemClock
from bot.diagnosis.rules.common_outage import outage_limits
from bot.digests.digest import Digest
from bot.digests.fleet import Fleet, OnStart, preview_digest, temporary_scan
from bot.digests.subscription import KIND, Subscription
from bot.digests.subscriptions import Subscriptions, run_key
from bot.ops.metrics import Metrics
from bot.ops.tasks import WorkerThread
from bot.sessions.lookup import Judge
from bot.sessions.news_ages import NewsAges
from bot.settings import Settings
from bot.slack.client import open_session
from bot.store.database import Database
from bot.store.digest_runs import DigestRuns, Run
from bot.store.jobs import JobQueue, NewJob
from bot.store.lookups import NewsAgeRows
from bot.struct import Struct, replace

LOOK_SECONDS = 0.2


class ListedDigest(Struct):
    """A digest, and how far it is where it is being made, in %."""

    one: Subscription
    percent: int | None


async def listed_digests(settings: Settings) -> tuple[ListedDigest, ...]:
    """Return all digests of the store, by name. Raises StartError and StoreError."""
    async with existing_store(settings) as store:
        progress = await DigestRuns(store).progress()
        every = await Subscriptions(store, JobQueue(store)).every()
    percents = {name: at.percent for name, at in progress.items()}
    return tuple(ListedDigest(one, percents.get(one.id)) for one in every)


async def preview(settings: Settings, which: str, began: OnStart) -> tuple[Subscription, Digest]:
    """Make one and keep nothing of it; Slack is not asked. Raises also KoreError, NoSuchDigest."""
    clock = SystemClock()
    async with existing_store(settings) as store:
        one = await Subscriptions(store, JobQueue(store)).chosen(which)
        async with temporary_fleet(settings, store, clock) as fleet:
            return one, await preview_digest(one, fleet, clock, began)


@asynccontextmanager
async def temporary_fleet(
    settings: Settings, store: Database, clock: Clock
) -> AsyncIterator[Fleet]:
    """Return what scans for one command of the terminal; Slack is not asked."""
    async with AsyncExitStack() as stack:
        stacks = open_stacks(settings, clock, store=store)
        stack.push_async_callback(stacks.aclose)
        background = stacks.client.in_background(at_once=settings.worker_at_once)
        stack.push_async_callback(background.aclose)
        executor = WorkerThread()
        stack.push_async_callback(executor.aclose)
        ages = NewsAges(NewsAgeRows(store))
        await ages.save()
        judge = Judge(settings.thresholds, ages=ages)
        at_once, names = settings.worker_at_once, stacks.names
        yield Fleet(store, background, judge, clock, executor, at_once=at_once, accounts=names)


async def run(settings: Settings, which: str) -> tuple[Subscription, Run | None]:
    """Make one and post it; return its run. Raises also SlackLost and NoSuchDigest.

    The job stands in the store, so whoever is there does it: a running bot or worker, else the
    engine that is started here until it is done.
    """
    clock, metrics = SystemClock(), Metrics()
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(open_session())
        resources = await open_resources(settings, clock, session, metrics, stack)
        one = await Subscriptions(resources.store, resources.queue).chosen(which)
        due = clock.now().replace(microsecond=0)
        args = {"subscription": one.id, "due": due.timestamp(), "now": True}
        job = NewJob(KIND, run_key(one, due), args)
        await resources.queue.add(job)
        engine = open_engine(resources, stack, scan_at_once=settings.worker_at_once)
        stack.push_async_callback(engine.stop, settings.drain)
        engine.start()
        await _ended(resources.queue, job.key, clock)
        return one, await DigestRuns(resources.store).find(one.id, due.timestamp())


async def _ended(queue: JobQueue, job: str, clock: Clock) -> None:
    """Look now and then: it may be another process that does it."""
    while (there := await queue.get(job)) and there.state not in {"done", "failed", "cancelled"}:
        await clock.sleep(LOOK_SECONDS)


class ListedAlert(Struct):
    """An alert, how many of its incidents are open, and when it was scanned last."""

    one: Alert
    open: int
    scanned_at: datetime | None
    sims: int


class TriedAlert(Struct):
    """What an alert would open if all that it sees were new to it."""

    one: Alert
    reading: ScanReading
    incidents: tuple[Incident, ...]


async def listed_alerts(settings: Settings) -> tuple[ListedAlert, ...]:
    """Return all alerts of the store, by name. Raises StartError and StoreError."""
    async with existing_store(settings) as store:
        alerts = _alerts(store)
        every = await alerts.every()
        looked = [await alerts.with_state(one.id) for one in every]
        now = SystemClock().now()
        found = await make_incidents(store, JobQueue(store)).between(None, now, now + _MINUTE)
    opened = Counter(incident.alert for incident in found if incident.is_open)
    states = [each[1] if each else AlertState({}) for each in looked]
    return tuple(
        ListedAlert(one, opened[one.id], state.scanned_at, state.sims)
        for one, state in zip(every, states, strict=True)
    )


async def incidents(
    settings: Settings, since: datetime, channel: str | None
) -> tuple[Incident, ...]:
    """Return those open at some time since then, the newest first. Raises as `listed_alerts`."""
    async with existing_store(settings) as store:
        now = SystemClock().now() + _MINUTE
        return await make_incidents(store, JobQueue(store)).between(None, since, now, channel)


async def try_alert(settings: Settings, which: str, began: OnStart) -> TriedAlert:
    """Scan an alert's SIMs and keep nothing of it; Slack is not asked.

    Raises also KoreError and NoSuchAlert.
    """
    clock = SystemClock()
    async with existing_store(settings) as store:
        one = await _alerts(store).chosen(which)
        async with (
            temporary_fleet(settings, store, clock) as fleet,
            temporary_scan(one.id, one.selection, fleet, clock, began) as (run, _),
        ):
            reader = ScanReader(AlertFilter(one.causes, one.least), (), fleet.accounts)
            await read_all(reader, fleet.rows, run.id)
            lines, reading = outage_limits(settings.thresholds), reader.reading(clock.now())
            state = AlertState({}, primed=True, accounts=tuple(fleet.accounts))
            begun = reading.causes_since(state)
            pages = fleet.rows.every(run.id)
            reading, ids = await with_outages(reading, pages, None, begun, lines), count(1)
    at_once = replace(one, hold=timedelta(0), maintenance=())
    step = observe(at_once, state, (), reading, lines=lines, new_id=lambda: str(next(ids)))
    return TriedAlert(one, reading, step.incidents)


_MINUTE = timedelta(minutes=1)


def _alerts(store: Database) -> Alerts:
    queue = JobQueue(store)
    return Alerts(store, make_incidents(store, queue), queue)
