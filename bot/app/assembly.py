"""Puts the bot together from its settings; the one place that knows every part."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial

import aiohttp
from slack_bolt.async_app import AsyncApp
from starlette.applications import Starlette
from starlette.routing import Route

import handlers
from bot.app.bot import Bot, Intake, Workers, cancelled
from bot.app.jobs import digest_service, open_engine, watch_desk
from bot.app.resources import open_resources, revealed
from bot.blocks.screen import degrade
from bot.clock import Clock
from bot.digests.archive import Archive
from bot.ops.http import health_routes
from bot.ops.metrics import DependencyStatus, Metrics
from bot.ops.rate_limit import UserRateLimit
from bot.ops.tasks import Tasks
from bot.pictures.renderer import Renderer
from bot.services import Services
from bot.sessions.audit import Audit
from bot.settings import Settings
from bot.sims.spotter import SimSpotter
from bot.slack.bolt_app import QUIET_SECONDS, ListeningConfig, make_bolt_app
from bot.slack.client import SlackClient
from bot.slack.dedupe import RecentIds
from bot.slack.files import Files
from bot.slack.home_tab import HomeTabs
from bot.slack.http_endpoint import SignatureVerifier, SlackEndpoint
from bot.slack.messages import BlockFallback, Delivery, ProgressMessages
from bot.slack.modals import Modals
from bot.slack.socket_mode import SocketModeConnection
from bot.slack.threads import Threads
from bot.store.database import Database
from bot.store.idempotency import SeenEvents
from bot.store.lookups import Lookups


def open_audit(
    store: Database, clock: Clock, metrics: Metrics, stack: AsyncExitStack, *, retention: float
) -> Audit:
    """Return the audit; what is noted is written in the background, and at the end."""
    audit = Audit(Lookups(store), clock, metrics, retention=retention)
    stack.push_async_callback(audit.aclose)
    keeping = asyncio.create_task(audit.run(), name="audit")
    stack.push_async_callback(cancelled, keeping)
    return audit


def open_homes(slack: SlackClient, clock: Clock, stack: AsyncExitStack) -> HomeTabs:
    """Return them; those that are open are drawn anew in the background."""
    homes = HomeTabs(slack, clock)
    drawing = asyncio.create_task(homes.run(), name="homes")
    stack.push_async_callback(cancelled, drawing)
    return homes


EVENTS_PATH = "/slack/events"


async def assemble(
    settings: Settings, clock: Clock, session: aiohttp.ClientSession, stack: AsyncExitStack
) -> tuple[Bot, Starlette]:
    """Put the parts together; what must be closed is put on the stack."""
    tasks, token = Tasks(), revealed(settings.slack_bot_token)
    standing = DependencyStatus(clock)
    metrics = Metrics(in_flight=lambda: len(tasks), standing=standing)
    ground = await open_resources(settings, clock, session, metrics, stack)
    kore, slack, store, executor = ground.kore, ground.slack, ground.store, ground.executor
    identity, queue = ground.identity, ground.queue
    fallback = BlockFallback(degrade, metrics)
    delivery = Delivery(slack, fallback, metrics)
    services = Services(
        sessions=kore.sessions,
        delivery=delivery,
        slack=slack,
        files=Files(slack, clock),
        homes=open_homes(slack, clock, stack),
        standing=standing,
        windows=Modals(slack),
        renderer=Renderer(executor, settings.thresholds),
        executor=executor,
        access=ground.lists,
        admission=ground.admission,
        rate=UserRateLimit(settings.lookups_per_minute, clock),
        store=store,
        digests=digest_service(
            settings,
            store=store,
            queue=queue,
            kore=kore,
            slack=slack,
            clock=clock,
            team=identity.team,
        ),
        archive=Archive(store),
        watches=watch_desk(settings, store, queue, clock),
        audit=open_audit(store, clock, metrics, stack, retention=settings.audit_retention),
        seen=RecentIds(clock),
        claims=SeenEvents(store),
        linked=RecentIds(clock, QUIET_SECONDS),
        hearing=ListeningConfig(
            identity.user, settings.prefix_channels, unfurls=settings.unfurl_links
        ),
        spotter=SimSpotter(kore.directory, kore.resolver.known_sid),
        live=ProgressMessages(slack, fallback, delivery),
        threads=Threads(slack),
        tasks=tasks,
        metrics=metrics,
        clock=clock,
        thresholds=settings.thresholds,
    )
    app = make_bolt_app(session, identity, token=token, api_url=settings.slack_api_url)
    handlers.register(app, services)
    engine = open_engine(ground, stack, scan_at_once=settings.scan_at_once)
    workers = Workers(settings.workers, clock, drain=settings.drain)
    bot_with = partial(Bot, services, engine=engine, workers=workers)
    return _with_intake(settings, services, app, bot_with)


def _with_intake(
    settings: Settings, services: Services, app: AsyncApp, bot_with: Callable[[Intake], Bot]
) -> tuple[Bot, Starlette]:
    clock, metrics = services.clock, services.metrics
    if settings.slack_app_token:
        app_token = revealed(settings.slack_app_token)
        link = SocketModeConnection(app, app_token, services.slack, clock, metrics)
        bot, routes = bot_with(link), []
    else:
        verifier = SignatureVerifier(revealed(settings.slack_signing_secret), clock)
        endpoint = SlackEndpoint(app, verifier, clock, metrics)
        bot = bot_with(endpoint)
        routes = [Route(EVENTS_PATH, endpoint, methods=["POST"])]
    return bot, Starlette(routes=[*routes, *health_routes(bot.why_not_ready, bot.notes, metrics)])
