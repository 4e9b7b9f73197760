"""Puts the bot together from its settings; the one place that knows every part."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial

import aiohttp
from slack_bolt.async_app import AsyncApp
from starlette.applications import Starlette
from starlette.routing import Route

import handlers
from bot.app.auditing import open_audit
from bot.app.bot import Bot, Intake
from bot.app.digesting import digest_desk
from bot.app.ground import open_ground, revealed
from bot.app.homes import open_homes
from bot.app.job_side import open_engine
from bot.app.watching import watch_desk
from bot.app.workers import Workers
from bot.blocks.ladder import retreat
from bot.clock import Clock
from bot.digests.archive import Archive
from bot.ops.health import health_routes
from bot.ops.metrics import Metrics
from bot.ops.personal_rate import PersonalRate
from bot.ops.standing import Standing
from bot.ops.tasks import Tasks
from bot.pictures.studio import Studio
from bot.services import Services
from bot.settings import Settings
from bot.sims.spotter import SimSpotter
from bot.slack.bolt import make_bolt_app
from bot.slack.delivery import Delivery
from bot.slack.drawing import Drawing
from bot.slack.endpoint import SlackEndpoint
from bot.slack.files import Files
from bot.slack.hearing import QUIET_SECONDS, Hearing
from bot.slack.live import LiveMessages
from bot.slack.seen import Seen
from bot.slack.signature import Signature
from bot.slack.socket_link import SocketLink
from bot.slack.threads import Threads
from bot.slack.windows import Windows
from bot.store.seen_events import SeenEvents

EVENTS_PATH = "/slack/events"


async def assemble(
    settings: Settings, clock: Clock, session: aiohttp.ClientSession, stack: AsyncExitStack
) -> tuple[Bot, Starlette]:
    """Put the parts together; what must be closed is put on the stack."""
    tasks, token = Tasks(), revealed(settings.slack_bot_token)
    standing = Standing(clock)
    metrics = Metrics(in_flight=lambda: len(tasks), standing=standing)
    ground = await open_ground(settings, clock, session, metrics, stack)
    kore, slack, store, off_loop = ground.kore, ground.slack, ground.store, ground.off_loop
    identity, queue = ground.identity, ground.queue
    drawing = Drawing(retreat, metrics)
    delivery = Delivery(slack, drawing, metrics)
    services = Services(
        sessions=kore.sessions,
        delivery=delivery,
        slack=slack,
        files=Files(slack, clock),
        homes=open_homes(slack, clock, stack),
        standing=standing,
        windows=Windows(slack),
        studio=Studio(off_loop, settings.thresholds),
        off_loop=off_loop,
        access=ground.lists,
        admission=ground.admission,
        rate=PersonalRate(settings.lookups_per_minute, clock),
        store=store,
        digests=digest_desk(
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
        seen=Seen(clock),
        claims=SeenEvents(store),
        linked=Seen(clock, QUIET_SECONDS),
        hearing=Hearing(identity.user, settings.prefix_channels, unfurls=settings.unfurl_links),
        spotter=SimSpotter(kore.directory, kore.resolver.known_sid),
        live=LiveMessages(slack, drawing, delivery),
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
        link = SocketLink(app, app_token, services.slack, clock, metrics)
        bot, routes = bot_with(link), []
    else:
        signature = Signature(revealed(settings.slack_signing_secret), clock)
        endpoint = SlackEndpoint(app, signature, clock, metrics)
        bot = bot_with(endpoint)
        routes = [Route(EVENTS_PATH, endpoint, methods=["POST"])]
    return bot, Starlette(routes=[*routes, *health_routes(bot.why_not_ready, bot.notes, metrics)])
