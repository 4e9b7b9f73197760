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
from bot.alerts.listening import ForeignAlerts, ListeningChannels
from bot.app.bot import Bot, Intake, Workers, cancelled
from bot.app.jobs import alert_service, digest_service, open_engine, watch_service
from bot.app.resources import (
    Resources,
    data_folder,
    open_audit,
    open_resources,
    revealed,
    store_url,
)
from bot.blocks.kit import degrade
from bot.clock import Clock
from bot.digests.archive import Archive
from bot.digests.last_scan import FleetScans
from bot.ops.http import health_routes
from bot.ops.metrics import DependencyStatus, Metrics
from bot.ops.tasks import Tasks
from bot.services import Renderer, Replying, Services
from bot.sessions.fleet import DefaultAccounts
from bot.sessions.open_questions import OpenQuestions
from bot.sessions.owners import Owners
from bot.settings import Settings
from bot.slack.access import UserRateLimit
from bot.slack.bolt_app import QUIET_SECONDS, ListeningConfig, TokenWatch, make_bolt_app
from bot.slack.client import SlackClient
from bot.slack.errors import is_outage
from bot.slack.files import Files
from bot.slack.http_endpoint import SignatureVerifier, SlackEndpoint, Taking
from bot.slack.messages import Delivery, ProgressMessages
from bot.slack.posting import BlockFallback, PostFinder, SurePosts
from bot.slack.socket_mode import SocketModeConnection
from bot.slack.threads import Threads
from bot.slack.views import HomeTabs, Modals, WorkObjects
from bot.store.channels import AccountRows, ListeningRows, OwnerRows
from bot.store.idempotency import Deduplication, RecentIds, SeenEvents
from bot.store.journal import Journal
from bot.store.location import without_password
from bot.store.lookups import Feedback
from bot.store.scans import ScanRows, ScanSums
from handlers.commands import in_hand

EVENTS_PATH = "/slack/events"


async def assemble(
    settings: Settings, clock: Clock, session: aiohttp.ClientSession, stack: AsyncExitStack
) -> tuple[Bot, Starlette]:
    """Put the parts together; what must be closed is put on the stack."""
    tasks, dependencies = Tasks(), DependencyStatus(clock, is_outage)
    metrics = Metrics(in_flight=lambda: len(tasks), standing=dependencies)
    resources = await open_resources(settings, clock, session, metrics, stack)
    services = _services(resources, tasks, dependencies, stack)
    token = revealed(settings.slack_bot_token)
    app = make_bolt_app(session, resources.identity, token=token, api_url=settings.slack_api_url)
    handlers.register(app, services)
    engine = open_engine(
        resources,
        stack,
        scan_at_once=settings.scan_at_once,
        on_news=services.home_tabs.changed,
    )
    workers = Workers(settings.workers, clock, services.token, drain=settings.drain)
    bot = partial(Bot, services, engine=engine, workers=workers)
    return _with_intake(resources, app, partial(in_hand, services.questions), bot)


def _services(
    resources: Resources, tasks: Tasks, dependencies: DependencyStatus, stack: AsyncExitStack
) -> Services:
    """Return what the handlers may use."""
    settings, clock, metrics = resources.settings, resources.clock, resources.metrics
    slack, store, executor = resources.slack, resources.store, resources.executor
    fallback = BlockFallback(degrade, metrics)
    sure = SurePosts(slack, PostFinder(slack, resources.identity), clock)
    delivery = Delivery(slack, fallback, sure, metrics)
    digests, seen = digest_service(resources), SeenEvents(store)
    return Services(
        views=resources.kore.views,
        defaults=DefaultAccounts(
            AccountRows(store), clock, several=len(resources.kore.views.names) > 1
        ),
        replying=Replying(delivery, ProgressMessages(slack, fallback, delivery, clock)),
        files=Files(slack, clock, sure),
        home_tabs=_open_home_tabs(slack, clock, stack),
        modals=Modals(slack, clock),
        work_objects=WorkObjects(slack),
        token=TokenWatch(slack),
        threads=Threads(slack, resources.identity.user),
        dependencies=dependencies,
        renderer=Renderer(executor, settings.thresholds),
        executor=executor,
        access=resources.access,
        authorizer=resources.authorizer,
        rate_limit=UserRateLimit(settings.lookups_per_minute, clock),
        store=store,
        digests=digests,
        alerts=alert_service(resources),
        scans=FleetScans(digests, ScanRows(store), ScanSums(store)),
        archive=Archive(store),
        watches=watch_service(resources),
        owners=Owners(OwnerRows(store), clock),
        audit=open_audit(
            settings, clock, metrics, stack, store=store, account=resources.kore.views.unnamed
        ),
        feedback=Feedback(store, clock),
        deduplication=Deduplication(RecentIds(clock), seen),
        preview_deduplication=Deduplication(RecentIds(clock, QUIET_SECONDS), seen),
        listening=ListeningConfig(
            resources.identity.user,
            settings.prefix_channels,
            unfurls=settings.unfurl_links,
            work_objects=settings.work_objects,
            bot_id=resources.identity.bot,
        ),
        listening_channels=_open_listening(resources, stack),
        webhooks=resources.webhooks,
        foreign_alerts=ForeignAlerts(store, resources.queue, clock),
        questions=_open_questions(resources, stack),
        tasks=tasks,
        metrics=metrics,
        clock=clock,
        thresholds=settings.thresholds,
        links=settings.web_links,
    )


def _open_listening(resources: Resources, stack: AsyncExitStack) -> ListeningChannels:
    """Return the channels that listen; they are read again and again in the background."""
    channels = ListeningChannels(ListeningRows(resources.store), resources.clock)
    reading = asyncio.create_task(channels.run(), name="listening")
    stack.push_async_callback(cancelled, reading)
    return channels


def _open_questions(resources: Resources, stack: AsyncExitStack) -> OpenQuestions:
    """Return what takes care of questions; they are written down in the background."""
    settings = resources.settings
    journal = Journal(data_folder(settings), without_password(store_url(settings)))
    questions = OpenQuestions(resources.queue, resources.clock, journal)
    stack.push_async_callback(questions.aclose)
    writing = asyncio.create_task(questions.run(), name="open-questions")
    stack.push_async_callback(cancelled, writing)
    return questions


def _open_home_tabs(slack: SlackClient, clock: Clock, stack: AsyncExitStack) -> HomeTabs:
    """Return them; those that are open are drawn anew in the background."""
    home_tabs = HomeTabs(slack, clock)
    drawing = asyncio.create_task(home_tabs.run(), name="home-tabs")
    stack.push_async_callback(cancelled, drawing)
    return home_tabs


def _with_intake(
    resources: Resources, app: AsyncApp, taking: Taking, bot_with: Callable[[Intake], Bot]
) -> tuple[Bot, Starlette]:
    """Let Slack reach the bot: by Socket Mode where there is an app token, else by signed HTTP."""
    settings, clock, metrics = resources.settings, resources.clock, resources.metrics
    routes: list[Route] = []
    intake: Intake
    if settings.slack_app_token:
        app_token = revealed(settings.slack_app_token)
        intake = SocketModeConnection(app, app_token, resources.slack, clock, metrics)
    else:
        signature = SignatureVerifier(revealed(settings.slack_signing_secret), clock)
        intake = endpoint = SlackEndpoint(app, signature, clock, metrics, taking)
        routes = [Route(EVENTS_PATH, endpoint, methods=["POST"])]
    bot = bot_with(intake)
    return bot, Starlette(routes=[*routes, *health_routes(bot.why_not_ready, bot.notes, metrics)])
