"""The engine of this process: its lanes, and what its jobs may use, put together."""

from contextlib import AsyncExitStack

from bot.app.digesting import subscriptions
from bot.app.ground import Ground, revealed
from bot.app.posting import open_posts
from bot.app.watching import watch_work
from bot.digests.fleet import open_fleet
from bot.jobs.engine import Engine, Lane, Timing
from bot.jobs.services import JobServices
from bot.sessions.verdict import Judge
from bot.watches.permission import Admitted

SCANS_AT_ONCE = 3  # chunks: one writes what it has read while the others ask
SLOTS = {"default": 10, "digest": 20, "watch": 50, "watch_card": 20, "watch_notice": 20}


def open_engine(ground: Ground, stack: AsyncExitStack, *, scan_at_once: int) -> Engine:
    """Give the engine, not yet started; with `scan_at_once` 0 it leaves scans to others."""
    slots = SLOTS | {"scan": min(SCANS_AT_ONCE, scan_at_once)}
    lanes = {name: Lane(count) for name, count in slots.items()}
    timing = Timing(keep=ground.settings.job_retention)
    return Engine(_services(ground, stack, max(1, scan_at_once)), lanes, timing=timing)


def _services(ground: Ground, stack: AsyncExitStack, at_once: int) -> JobServices:
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
            permission=Admitted(ground.lists, ground.admission),
            clock=ground.clock,
        ),
        admission=ground.admission,
        fleet=open_fleet(
            ground.store,
            kore,
            judge,
            ground.clock,
            ground.off_loop,
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
