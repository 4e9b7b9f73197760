"""The engine of this process: its lanes, and what its jobs may use, put together."""

from contextlib import AsyncExitStack
from datetime import timedelta

import aiohttp

from bot.app.resources import KoreAccess, Resources, revealed
from bot.blocks.screen import degrade
from bot.clock import Clock
from bot.digests.fleet import open_fleet
from bot.digests.service import DigestService
from bot.digests.sim_selection import SimSelector
from bot.digests.subscriptions import Subscriptions
from bot.jobs.engine import Engine, Lane, Timing
from bot.jobs.posting import IdempotentPosts
from bot.jobs.services import JobServices
from bot.jobs.watch_posts import WatchPosts, WatchWork
from bot.ops.metrics import Metrics
from bot.sessions.fetch import NoAllowances
from bot.sessions.lookup import SessionLookup
from bot.sessions.verdict import Judge
from bot.settings import Settings
from bot.sims.resolver import SimResolver
from bot.slack.bolt_app import Identity
from bot.slack.client import RetryPolicy, SlackClient
from bot.slack.directory import ChannelAccess
from bot.slack.messages import BlockFallback
from bot.slack.posting import PostFinder, PostingLimiter
from bot.store.database import Database
from bot.store.digest_runs import DigestRuns
from bot.store.idempotency import PostRows
from bot.store.jobs import JobQueue
from bot.store.schedules import Schedules
from bot.store.subscriptions import SubscriptionRows
from bot.store.watches import WatchRows
from bot.watches.polling import AccessPermission, Permission, PollInterval, WatchPoller
from bot.watches.repository import WatchRepository
from bot.watches.service import WatchLimits, WatchService


def subscriptions(store: Database, queue: JobQueue) -> Subscriptions:
    """Return the digests that channels have asked for."""
    return Subscriptions(store, SubscriptionRows(store), Schedules(store, queue), queue)


def digest_service(  # noqa: PLR0913 -- what it is put together from
    settings: Settings,
    *,
    store: Database,
    queue: JobQueue,
    kore: KoreAccess,
    slack: SlackClient,
    clock: Clock,
    team: str,
) -> DigestService:
    """Put the desk together; `queue` is the one that the engine of this process hears."""
    return DigestService(
        subscriptions=subscriptions(store, queue),
        selector=SimSelector(kore.client, kore.directory, kore.resolver),
        channels=ChannelAccess(slack),
        runs=DigestRuns(store),
        queue=queue,
        clock=clock,
        team=team,
        min_interval=timedelta(seconds=settings.digest_least),
        grace=timedelta(seconds=settings.digest_grace),
    )


def open_posts(  # noqa: PLR0913 -- what it is put together from
    session: aiohttp.ClientSession,
    *,
    token: str,
    api_url: str,
    identity: Identity,
    store: Database,
    metrics: Metrics,
    clock: Clock,
) -> IdempotentPosts:
    """Return what posts exactly once."""
    client = SlackClient(
        session,
        clock,
        token=token,
        api_url=api_url,
        observer=metrics,
        retry=RetryPolicy(attempts=1),
    )
    return IdempotentPosts(
        PostRows(store),
        client,
        BlockFallback(degrade, metrics),
        PostFinder(client, identity),
        pace=PostingLimiter(clock),
        clock=clock,
        team=identity.team,
    )


AT_ONCE = 5
"""Requests of watches in flight, behind all others."""


def watch_desk(settings: Settings, store: Database, queue: JobQueue, clock: Clock) -> WatchService:
    """Return where watches are begun and stopped."""
    rows = WatchRows(store)
    limits = WatchLimits(
        settings.watches_per_person,
        settings.watches_per_channel,
        timedelta(seconds=settings.watch_longest),
        settings.watch_interval,
    )
    return WatchService(store, rows, WatchRepository(rows, queue), clock, limits)


def watch_work(  # noqa: PLR0913 -- what it is put together from
    settings: Settings,
    stack: AsyncExitStack,
    *,
    store: Database,
    queue: JobQueue,
    kore: KoreAccess,
    posts: IdempotentPosts,
    permission: Permission,
    clock: Clock,
) -> WatchWork:
    """Return what the jobs of watches work with."""
    rows = WatchRows(store)
    ledger = WatchRepository(rows, queue)
    behind = kore.client.in_background(at_once=AT_ONCE)
    stack.push_async_callback(behind.aclose)
    lookup = SessionLookup(
        behind,
        SimResolver(behind, kore.directory, clock),
        clock,
        settings.thresholds,
        allowances=NoAllowances(behind, clock),
    )
    interval = PollInterval(clock, shortest=settings.watch_interval)
    poller = WatchPoller(lookup, rows, ledger, permission, interval=interval, clock=clock)
    cards = WatchPosts(rows, posts, permission, clock)
    return WatchWork(rows, ledger, poller, cards, PostRows(store), clock)


SCANS_AT_ONCE = 3  # chunks: one writes what it has read while the others ask
SLOTS = {"default": 10, "digest": 20, "watch": 50, "watch_card": 20, "watch_notice": 20}


def open_engine(ground: Resources, stack: AsyncExitStack, *, scan_at_once: int) -> Engine:
    """Return the engine, not yet started; with `scan_at_once` 0 it leaves scans to others."""
    slots = SLOTS | {"scan": min(SCANS_AT_ONCE, scan_at_once)}
    lanes = {name: Lane(count) for name, count in slots.items()}
    timing = Timing(keep=ground.settings.job_retention)
    return Engine(_services(ground, stack, max(1, scan_at_once)), lanes, timing=timing)


def _services(ground: Resources, stack: AsyncExitStack, at_once: int) -> JobServices:
    kore = ground.kore.client.in_background(at_once=at_once)
    stack.push_async_callback(kore.aclose)
    posts = open_posts(
        ground.session,
        token=revealed(ground.settings.slack_bot_token),
        api_url=ground.settings.slack_api_url,
        identity=ground.identity,
        store=ground.store,
        metrics=ground.metrics,
        clock=ground.clock,
    )
    judge = Judge(ground.settings.thresholds, ground.metrics.rule_broke)
    return JobServices(
        sessions=ground.kore.sessions,
        kore=kore,
        slack=ground.slack,
        posts=posts,
        watching=watch_work(
            ground.settings,
            stack,
            store=ground.store,
            queue=ground.queue,
            kore=ground.kore,
            posts=posts,
            permission=AccessPermission(ground.lists, ground.admission),
            clock=ground.clock,
        ),
        admission=ground.admission,
        fleet=open_fleet(
            ground.store,
            kore,
            judge,
            ground.clock,
            ground.executor,
            at_once=at_once,
            keep=ground.settings.history_retention,
        ),
        subscriptions=subscriptions(ground.store, ground.queue),
        queue=ground.queue,
        schedules=ground.schedules,
        metrics=ground.metrics,
        clock=ground.clock,
        thresholds=ground.settings.thresholds,
    )
