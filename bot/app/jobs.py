"""Puts together the engine of this process, and what digests and watches work with."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import lru_cache, partial

import aiohttp

from bot.alerts.incident_repository import Incidents
from bot.alerts.service import Alerts, AlertService, AlertWork
from bot.alerts.webhook import queue_webhook
from bot.app.resources import Resources
from bot.clock import Clock
from bot.digests.archive import Archive
from bot.digests.fleet import Fleet
from bot.digests.subscriptions import DigestService, Subscriptions
from bot.jobs.alert_posts import SECONDS_PER_SIM, SIMS_AT_ONCE, ForeignAlertWork, IncidentPosts
from bot.jobs.engine import Engine, Lane, Timing
from bot.jobs.job import JobServices
from bot.jobs.posting import IdempotentPosts
from bot.jobs.watch_posts import WatchPosts, WatchWork, ignore_person
from bot.ops.metrics import Metrics
from bot.sessions.fetch import AllowanceReader, NoAllowances
from bot.sessions.fleet import MOST_VIEWS
from bot.sessions.lookup import Judge, SessionLookup
from bot.sessions.owners import Owners
from bot.setting_entries import revealed
from bot.slack.client import RetryPolicy, SlackClient
from bot.slack.directory import ChannelAccess
from bot.slack.identity import Identity
from bot.slack.posting import BlockFallback, PostFinder, PostingLimiter
from bot.store.channels import ListeningRows, OwnerRows
from bot.store.database import Database
from bot.store.digest_runs import DigestRuns
from bot.store.idempotency import PostRows
from bot.store.jobs import JobQueue
from bot.store.lookups import Lookups
from bot.store.rate_limit import TokenBucket
from bot.store.watches import WatchRows
from bot.watches.polling import AccessPermission, PollInterval, WatchPoller
from bot.watches.repository import WatchRepository
from bot.watches.service import WatchLimits, WatchService

SCANS_AT_ONCE = 3  # chunks: one writes what it has read while the others ask
SLOTS = {
    "default": 10,
    "digest": 20,
    "foreign_alert": 5,
    "watch": 50,
    "webhook": 5,
    "watch_card": 20,
    "watch_notice": 20,
    "alert": 10,
    "incident": 20,
}
WATCHES_AT_ONCE = 5
"""Requests of watches in flight, behind all others."""
ALERTS_AT_ONCE = 5
"""The same for what other apps' alerts name."""
ALLOWANCE_SECONDS = 10.0
"""How long their plans and usages are waited for: nobody has asked."""


def open_engine(
    resources: Resources,
    stack: AsyncExitStack,
    *,
    scan_at_once: int,
    on_news: Callable[[str], None] = ignore_person,
) -> Engine:
    """Return the engine, not yet started; with `scan_at_once` 0 it leaves scans to others.

    `on_news` is told of whom there is news of a watch.
    """
    slots = SLOTS | {"scan": min(SCANS_AT_ONCE, scan_at_once)}
    lanes = {name: Lane(count) for name, count in slots.items()}
    timing = Timing(keep=resources.settings.job_retention)
    services = _services(resources, stack, max(1, scan_at_once), on_news)
    return Engine(services, lanes, timing=timing)


def _services(
    resources: Resources, stack: AsyncExitStack, at_once: int, on_news: Callable[[str], None]
) -> JobServices:
    settings, store, clock = resources.settings, resources.store, resources.clock
    kore = resources.kore.client.in_background(at_once=at_once)
    stack.push_async_callback(kore.aclose)
    judge = Judge(settings.thresholds, resources.metrics.rule_broke, resources.ages)
    posts = open_posts(
        resources.session,
        token=revealed(settings.slack_bot_token) or "",
        api_url=settings.slack_api_url,
        identity=resources.identity,
        store=store,
        metrics=resources.metrics,
        clock=clock,
        refused=resources.slack.refused,
    )
    keep, executor = settings.history_retention, resources.executor
    fleet = Fleet(store, kore, judge, clock, executor, at_once=at_once, keep=keep)
    return JobServices(
        kore=kore,
        slack=resources.slack,
        posts=posts,
        watching=_watch_work(resources, posts, stack, on_news),
        webhooks=resources.webhooks,
        foreign_alerts=_foreign_alert_work(resources, stack),
        alerting=alert_work(store, resources.queue, fleet, settings.kore_per_second),
        incident_posts=IncidentPosts(posts, resources.authorizer, settings.web_links, clock),
        authorizer=resources.authorizer,
        fleet=fleet,
        subscriptions=Subscriptions(store, resources.queue),
        queue=resources.queue,
        schedules=resources.schedules,
        metrics=resources.metrics,
        clock=clock,
        thresholds=settings.thresholds,
    )


def alert_work(
    store: Database, queue: JobQueue, fleet: Fleet, per_second: float | None = None
) -> AlertWork:
    """Return what the jobs of alerts work with."""
    incidents = make_incidents(store, queue)
    alerts, digests = Alerts(store, incidents, queue), Subscriptions(store, queue)
    return AlertWork(alerts, incidents, fleet, digests, per_second)


def make_incidents(store: Database, queue: JobQueue) -> Incidents:
    """Return the incidents, whose news the webhooks of their alerts get."""
    return Incidents(store, queue, partial(queue_webhook, queue))


def open_posts(  # noqa: PLR0913 -- what it is put together from
    session: aiohttp.ClientSession,
    *,
    token: str,
    api_url: str,
    identity: Identity,
    store: Database,
    metrics: Metrics,
    clock: Clock,
    refused: asyncio.Event | None = None,
) -> IdempotentPosts:
    """Return what posts exactly once."""
    client = SlackClient(
        session,
        clock,
        token=token,
        api_url=api_url,
        observer=metrics,
        retry=RetryPolicy(attempts=1),
        refused=refused,
    )
    return IdempotentPosts(
        PostRows(store),
        client,
        BlockFallback(metrics),
        PostFinder(client, identity),
        limiter=PostingLimiter(clock),
        clock=clock,
        team=identity.team,
    )


def digest_service(resources: Resources) -> DigestService:
    """Return where digests are made, changed and posted by people."""
    settings = resources.settings
    return DigestService(
        subscriptions=Subscriptions(resources.store, resources.queue),
        channels=ChannelAccess(resources.slack),
        runs=DigestRuns(resources.store),
        queue=resources.queue,
        clock=resources.clock,
        team=resources.identity.team,
        min_interval=timedelta(seconds=settings.digest_least),
        grace=timedelta(seconds=settings.digest_grace),
    )


def alert_service(resources: Resources) -> AlertService:
    """Return where alerts are made and changed, and incidents acted on, by people."""
    settings, store = resources.settings, resources.store
    incidents = make_incidents(store, resources.queue)
    return AlertService(
        alerts=Alerts(store, incidents, resources.queue),
        incidents=incidents,
        channels=ChannelAccess(resources.slack),
        clock=resources.clock,
        team=resources.identity.team,
        per_second=settings.kore_per_second,
    )


def watch_service(resources: Resources) -> WatchService:
    """Return where watches are begun and stopped by people."""
    settings, rows = resources.settings, WatchRows(resources.store)
    limits = WatchLimits(
        settings.watches_per_person,
        settings.watches_per_channel,
        timedelta(seconds=settings.watch_longest),
        settings.watch_interval,
    )
    repository, account = WatchRepository(rows, resources.queue), resources.kore.views.unnamed
    return WatchService(resources.store, rows, repository, resources.clock, limits, account=account)


def _watch_work(
    resources: Resources,
    posts: IdempotentPosts,
    stack: AsyncExitStack,
    on_news: Callable[[str], None],
) -> WatchWork:
    """Return what the jobs of watches work with."""
    settings, clock, rows = resources.settings, resources.clock, WatchRows(resources.store)
    repository = WatchRepository(rows, resources.queue)
    permission = AccessPermission(resources.authorizer)
    kore = resources.kore.client.in_background(at_once=WATCHES_AT_ONCE)
    stack.push_async_callback(kore.aclose)
    views = resources.kore.views
    lookup = SessionLookup(
        kore,
        resources.kore.resolver(kore),
        clock,
        settings.thresholds,
        allowances=NoAllowances(kore, clock),
        ages=resources.ages,
        peers=lambda account: views.of({account or views.unnamed}).peers,
    )
    interval = PollInterval(clock, shortest=settings.watch_interval)
    poller = WatchPoller(lookup, rows, repository, permission, interval=interval, clock=clock)
    cards = WatchPosts(
        rows, posts, permission, ChannelAccess(resources.slack), clock, on_news=on_news
    )
    return WatchWork(rows, repository, poller, cards, PostRows(resources.store), clock)


def _foreign_alert_work(resources: Resources, stack: AsyncExitStack) -> ForeignAlertWork:
    """Return what answers alerts of other apps: with all that a person is answered with."""
    settings, clock, store = resources.settings, resources.clock, resources.store
    kore = resources.kore.client.in_background(at_once=ALERTS_AT_ONCE)
    stack.push_async_callback(kore.aclose)

    @lru_cache(maxsize=MOST_VIEWS)
    def lookup(accounts: frozenset[str]) -> SessionLookup:
        behind = kore.only(accounts)
        return SessionLookup(
            behind,
            resources.kore.resolver(behind),
            clock,
            settings.thresholds,
            allowances=AllowanceReader(
                behind,
                clock,
                patience=ALLOWANCE_SECONDS,
                kept_days=Archive(store, settings.thresholds),
            ),
            rule_broke=resources.metrics.rule_broke,
            ages=resources.ages,
            peers=lambda _: resources.kore.views.of(accounts).peers,
        )

    return ForeignAlertWork(
        rows=ListeningRows(store),
        token_bucket=TokenBucket(store, "alerts", at_once=SIMS_AT_ONCE, interval=SECONDS_PER_SIM),
        lookup=lookup,
        account=resources.kore.views.unnamed,
        lookups=Lookups(store),
        owners=Owners(OwnerRows(store), clock),
        authorizer=resources.authorizer,
        executor=resources.executor,
        links=settings.web_links,
        clock=clock,
    )
