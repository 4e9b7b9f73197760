"""Puts the bot together from its settings, and is it while it runs: intake, health, orderly end.

The one place that knows every part.
"""

import asyncio
import logging
import os
import sys
from asyncio.subprocess import PIPE
from contextlib import AsyncExitStack, suppress
from functools import partial

import aiohttp
from slack_bolt.async_app import AsyncApp
from starlette.applications import Starlette
from starlette.routing import Route

import handlers
from bot.alerts.listening import ForeignAlerts, ListeningChannels
from bot.app.jobs import alert_service, digest_service, open_engine, watch_service
from bot.app.resources import Resources, data_folder, open_audit, open_resources, store_url
from bot.clock import Backoff, Clock
from bot.digests.archive import Archive, FleetScans
from bot.jobs.engine import Engine
from bot.ops.http import health_routes
from bot.ops.metrics import DependencyStatus, Metrics
from bot.ops.tasks import Tasks, cancel_and_wait, start_background
from bot.services import SHARED_SECONDS, Renderer, ReplyServices, Services
from bot.sessions.fleet import DefaultAccounts
from bot.sessions.owners import Owners
from bot.sessions.questions import OpenQuestions
from bot.setting_entries import revealed
from bot.settings import Settings
from bot.slack.access import UserRateLimit
from bot.slack.bolt_app import SignatureVerifier, SlackEndpoint, Taking, make_bolt_app
from bot.slack.directory import Threads
from bot.slack.errors import is_outage
from bot.slack.files import Files
from bot.slack.identity import QUIET_SECONDS, ListeningConfig, TokenWatch
from bot.slack.messages import Delivery, NewestAnswers, ProgressMessages
from bot.slack.posting import BlockFallback, PostFinder, SurePosts
from bot.slack.socket_mode import SocketModeConnection
from bot.slack.views import HomeTabs, Modals, WorkObjects
from bot.store.channels import AccountRows, ListeningRows, OwnerRows
from bot.store.idempotency import Deduplication, Journal, RecentIds, SeenEvents
from bot.store.location import without_password
from bot.store.lookups import Feedback
from handlers.commands import holding_question

log = logging.getLogger(__name__)

COMMAND = (sys.executable, "-m", "bot", "worker", "--until-stdin-ends")
BACKOFF = Backoff(first=1.0, longest=60.0)
LIVED_SECONDS = 60.0
CLOSE_SECONDS = 3.0


class Workers:
    """So many processes; each holds a pipe to us, so that it ends even where we are killed."""

    def __init__(self, count: int, clock: Clock, token: TokenWatch, *, drain: float) -> None:
        self._count = count
        self._clock = clock
        self._token = token
        # a port of their own, and time to give back what they do before we lose our patience
        self._env = os.environ | {"PORT": "0", "SIMSESSIONS_DRAIN": f"{drain / 2:g}"}
        self._supervising: list[asyncio.Task[None]] = []
        self._processes: set[asyncio.subprocess.Process] = set()

    def start(self) -> None:
        """Start them, beside the caller."""
        supervised = (self._supervise() for _ in range(self._count))
        self._supervising = [asyncio.create_task(each, name="worker") for each in supervised]

    async def stop(self, patience: float) -> None:
        """Tell them to stop; kill those that have not after `patience` seconds."""
        for task in self._supervising:
            task.cancel()
        await asyncio.gather(*self._supervising, return_exceptions=True)
        await asyncio.gather(*(_ended(process, patience) for process in self._processes))

    async def _supervise(self) -> None:
        """Start one, again and again, later each time unless it has lived for a while."""
        ended_early = 0
        while True:
            began = self._clock.monotonic()
            process = await asyncio.create_subprocess_exec(*COMMAND, stdin=PIPE, env=self._env)
            self._processes.add(process)
            code = await process.wait()
            self._processes.discard(process)
            lived = self._clock.monotonic() - began
            ended_early = 0 if lived > LIVED_SECONDS else ended_early + 1
            pause = BACKOFF.after(ended_early + 1)
            log.warning("worker-ended", extra={"code": code, "lived": lived, "again_in": pause})
            self._token.suspect()  # a worker may learn before us that Slack refuses it
            await self._clock.sleep(pause)


async def _ended(process: asyncio.subprocess.Process, patience: float) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
        try:
            async with asyncio.timeout(patience):
                await process.wait()
        except TimeoutError:
            process.kill()
    await process.wait()


Intake = SocketModeConnection | SlackEndpoint
"""The way by which Slack reaches us."""


class Bot:
    """The running bot: where it listens, what it is made of, and whether it is fit to be asked."""

    def __init__(
        self, services: Services, intake: Intake, engine: Engine, workers: Workers
    ) -> None:
        self.services = services
        self._engine = engine
        self._workers = workers
        self.port = 0
        self._intake = intake
        self._watches: list[asyncio.Task[None]] = []
        self._stopping = False

    async def why_not_ready(self) -> tuple[str, ...]:
        """Return what keeps it from answering; nothing while all is well."""
        if self._stopping:
            return ("stopping",)
        reached = await self._intake.is_open()
        return (*(() if reached else ("no connection with Slack",)), *self._engine.why_stuck())

    async def start(self) -> None:
        """Open the intake and watch it. Raises StartError or SlackLost."""
        await self._intake.open()
        watched = {"intake-watch": self._intake.watch(), "token-watch": self.services.token.run()}
        self._watches = [asyncio.create_task(each, name=name) for name, each in watched.items()]
        self._engine.start()
        self._workers.start()

    async def until(self, stopped: asyncio.Event) -> None:
        """Wait until `stopped` is set.

        Raises SlackLost where Slack cannot be had back, StartError where it refuses the token.
        """
        await wait_for_end(stopped, *self._watches)

    async def stop(self, patience: float) -> None:
        """Take nothing more in, and finish what is under way, in `patience` seconds."""
        started, self._stopping = self.services.clock.monotonic(), True
        await cancel_and_wait(*self._watches)
        await self._intake.close(min(CLOSE_SECONDS, patience))
        left = patience - (self.services.clock.monotonic() - started)
        cut, *_ = await asyncio.gather(
            self.services.tasks.drain(left), self._engine.stop(left), self._workers.stop(left)
        )
        log.info("stopped", extra={"answers_cut": cut})


async def wait_for_end(stopped: asyncio.Event, *watches: "asyncio.Task[None]") -> None:
    """Wait until `stopped` is set, or a watch ends. Raises what that one does."""
    waiting = asyncio.create_task(stopped.wait())
    done, _ = await asyncio.wait({waiting, *watches}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    for each in done:
        each.result()


EVENTS_PATH = "/slack/events"


async def assemble(
    settings: Settings, clock: Clock, session: aiohttp.ClientSession, stack: AsyncExitStack
) -> tuple[Bot, Starlette]:
    """Put the parts together; what must be closed is put on the stack."""
    tasks, dependencies = Tasks(), DependencyStatus(clock, is_outage)
    metrics = Metrics(in_flight=lambda: len(tasks), standing=dependencies)
    resources = await open_resources(settings, clock, session, metrics, stack)
    services = _services(resources, tasks, dependencies, stack)
    token = revealed(settings.slack_bot_token) or ""
    app = make_bolt_app(session, resources.identity, token=token, api_url=settings.slack_api_url)
    handlers.register(app, services)
    engine = open_engine(
        resources, stack, scan_at_once=settings.scan_at_once, on_news=services.home_tabs.changed
    )
    workers = Workers(settings.workers, clock, services.token, drain=settings.drain)
    intake, routes = _intake(resources, app, partial(holding_question, services.questions))
    bot = Bot(services, intake, engine, workers)
    routes += health_routes(bot.why_not_ready, resources.notes, metrics)
    return bot, Starlette(routes=routes)


def _services(
    resources: Resources, tasks: Tasks, dependencies: DependencyStatus, stack: AsyncExitStack
) -> Services:
    """Return what the handlers may use."""
    settings, clock, metrics = resources.settings, resources.clock, resources.metrics
    slack, store, executor = resources.slack, resources.store, resources.executor
    fallback = BlockFallback(metrics)
    sure = SurePosts(slack, PostFinder(slack, resources.identity), clock)
    delivery = Delivery(slack, fallback, sure, metrics)
    digests, seen = digest_service(resources), SeenEvents(store)
    home_tabs, channels = HomeTabs(slack, clock), ListeningChannels(ListeningRows(store), clock)
    start_background(stack, home_tabs.run(), "home-tabs")
    start_background(stack, channels.run(), "listening")
    return Services(
        views=resources.kore.views,
        defaults=DefaultAccounts(
            AccountRows(store), clock, several=len(resources.kore.views.names) > 1
        ),
        replying=ReplyServices(
            delivery, ProgressMessages(slack, fallback, delivery, clock), NewestAnswers(clock)
        ),
        files=Files(slack, clock, sure),
        home_tabs=home_tabs,
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
        scans=FleetScans(digests, store, settings.thresholds),
        archive=Archive(store, settings.thresholds),
        watches=watch_service(resources),
        owners=Owners(OwnerRows(store), clock),
        audit=open_audit(
            settings, clock, metrics, stack, store=store, account=resources.kore.views.unnamed
        ),
        feedback=Feedback(store, clock),
        deduplication=Deduplication(RecentIds(clock), seen),
        preview_deduplication=Deduplication(RecentIds(clock, QUIET_SECONDS), seen),
        shared=Deduplication(RecentIds(clock, SHARED_SECONDS), seen),
        listening=ListeningConfig(
            resources.identity.user,
            settings.prefix_channels,
            unfurls=settings.unfurl_links,
            work_objects=settings.work_objects,
            bot_id=resources.identity.bot,
        ),
        listening_channels=channels,
        webhooks=resources.webhooks,
        foreign_alerts=ForeignAlerts(store, resources.queue, clock),
        questions=_open_questions(resources, stack),
        tasks=tasks,
        metrics=metrics,
        clock=clock,
        thresholds=settings.thresholds,
        links=settings.web_links,
    )


def _open_questions(resources: Resources, stack: AsyncExitStack) -> OpenQuestions:
    """Return what takes care of questions; they are written down in the background."""
    settings = resources.settings
    journal = Journal(data_folder(settings), without_password(store_url(settings)))
    questions = OpenQuestions(resources.queue, resources.clock, journal)
    stack.push_async_callback(questions.aclose)
    start_background(stack, questions.run(), "open-questions")
    return questions


def _intake(resources: Resources, app: AsyncApp, taking: Taking) -> tuple[Intake, list[Route]]:
    """Let Slack reach the bot: by Socket Mode where there is an app token, else by signed HTTP."""
    settings, clock, metrics = resources.settings, resources.clock, resources.metrics
    if settings.slack_app_token:
        token = revealed(settings.slack_app_token) or ""
        return SocketModeConnection(app, token, resources.slack, clock, metrics), []
    signature = SignatureVerifier(revealed(settings.slack_signing_secret) or "", clock)
    endpoint = SlackEndpoint(app, signature, clock, metrics, taking)
    return endpoint, [Route(EVENTS_PATH, endpoint, methods=["POST"])]
