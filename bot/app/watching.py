"""What watches are made with, and what their jobs work with, put together from the settings."""

from contextlib import AsyncExitStack
from datetime import timedelta

from bot.app.kore_side import KoreSide
from bot.clock import Clock
from bot.jobs.post_once import PostOnce
from bot.jobs.watch_posts import WatchPosts
from bot.jobs.watch_work import WatchWork
from bot.sessions.allowance import NoAllowances
from bot.sessions.lookup import SessionLookup
from bot.settings import Settings
from bot.sims.resolver import SimResolver
from bot.store.database import Database
from bot.store.jobs import JobQueue
from bot.store.posts import PostRows
from bot.store.watches import WatchRows
from bot.watches.desk import Limits, Watches
from bot.watches.ledger import Ledger
from bot.watches.permission import Permission
from bot.watches.polling import Polling
from bot.watches.rhythm import Rhythm

AT_ONCE = 5
"""Requests of watches in flight, behind all others."""


def watch_desk(settings: Settings, store: Database, queue: JobQueue, clock: Clock) -> Watches:
    """Give where watches are begun and stopped."""
    rows = WatchRows(store)
    limits = Limits(
        settings.watches_per_person,
        settings.watches_per_channel,
        timedelta(seconds=settings.watch_longest),
        settings.watch_interval,
    )
    return Watches(store, rows, Ledger(rows, queue), clock, limits)


def watch_work(  # noqa: PLR0913 -- what it is put together from
    settings: Settings,
    stack: AsyncExitStack,
    *,
    store: Database,
    queue: JobQueue,
    kore: KoreSide,
    posts: PostOnce,
    permission: Permission,
    clock: Clock,
) -> WatchWork:
    """Give what the jobs of watches work with."""
    rows = WatchRows(store)
    ledger = Ledger(rows, queue)
    behind = kore.client.in_background(at_once=AT_ONCE)
    stack.push_async_callback(behind.aclose)
    lookup = SessionLookup(
        behind,
        SimResolver(behind, kore.directory, clock),
        clock,
        settings.thresholds,
        allowances=NoAllowances(behind, clock),
    )
    rhythm = Rhythm(clock, shortest=settings.watch_interval)
    polling = Polling(lookup, rows, ledger, permission, rhythm=rhythm, clock=clock)
    cards = WatchPosts(rows, posts, permission, clock)
    return WatchWork(rows, ledger, polling, cards, PostRows(store), clock)
