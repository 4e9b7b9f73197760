"""Builds the bot from its settings, starts it and stops it in order; the one place that knows all.

async with running(settings) as bot: ...        in a loop of one's own: tests, the demo
run(settings)                                   as a process: until SIGTERM or Ctrl-C
"""

import asyncio
import gc
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Protocol

import aiohttp
from pydantic import SecretStr
from slack_bolt.async_app import AsyncApp
from starlette.applications import Starlette
from starlette.routing import Route

import handlers
from bot.blocks.ladder import retreat
from bot.clock import Clock, SystemClock
from bot.diagnosis.engine import all_rules
from bot.errors import StartError
from bot.kore.connect import open_kore
from bot.ops.health import health_routes
from bot.ops.http_server import http_server
from bot.ops.logging import configure_logging
from bot.ops.masking import Masker
from bot.ops.metrics import Metrics
from bot.ops.off_loop import OffLoop
from bot.ops.tasks import Tasks
from bot.pictures.studio import Studio
from bot.services import Services
from bot.sessions.lookup import SessionLookup
from bot.settings import Settings
from bot.sims.directory import SimDirectory
from bot.sims.resolver import SimResolver
from bot.slack.access import Access
from bot.slack.bolt import make_bolt_app
from bot.slack.client import SlackClient, open_session
from bot.slack.delivery import Delivery
from bot.slack.endpoint import SlackEndpoint
from bot.slack.files import Files
from bot.slack.identity import Identity, identify
from bot.slack.seen import Seen
from bot.slack.signature import Signature
from bot.slack.socket_link import SocketLink
from bot.slack.windows import Windows

log = logging.getLogger(__name__)

EVENTS_PATH = "/slack/events"
SIGNALS = (signal.SIGTERM, signal.SIGINT)
CLOSE_SECONDS = 3.0
LEAVE_SECONDS = 1.0  # of the drain's, for what is closed after the last answer is out


class Intake(Protocol):
    """The way by which Slack reaches us: Socket Mode or signed HTTP."""

    async def open(self) -> None:
        """Start to take in."""

    async def is_open(self) -> bool:
        """Tell whether Slack can reach us."""

    async def watch(self) -> None:
        """Keep it open; come back with SlackLost only."""

    async def close(self, patience: float) -> None:
        """Take nothing more in."""


class Bot:
    """The running bot: where it listens, what it is made of, and whether it is fit to be asked."""

    def __init__(self, services: Services, intake: Intake) -> None:
        self.services = services
        self.port = 0
        self._intake = intake
        self._watch: asyncio.Task[None] | None = None
        self._stopping = False

    async def why_not_ready(self) -> tuple[str, ...]:
        """Say what keeps it from being asked; nothing while all is well."""
        if self._stopping:
            return ("stopping",)
        return () if await self._intake.is_open() else ("no connection with Slack",)

    async def start(self) -> None:
        """Open the intake and watch it. Raises StartError or SlackLost."""
        await self._intake.open()
        self._watch = asyncio.create_task(self._intake.watch(), name="intake-watch")

    async def until(self, stopped: asyncio.Event) -> None:
        """Wait until `stopped` is set. Raises SlackLost where Slack cannot be had back."""
        waiting = asyncio.create_task(stopped.wait())
        awaited = {waiting, self._watch} if self._watch else {waiting}
        done, _ = await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        for each in done:
            each.result()

    async def stop(self, patience: float) -> None:
        """Say so, take nothing more in, and finish what is under way, in `patience` seconds."""
        started, self._stopping = self.services.clock.monotonic(), True
        if self._watch:
            await _cancelled(self._watch)
        await self._intake.close(min(CLOSE_SECONDS, patience))
        left = patience - (self.services.clock.monotonic() - started)
        cut = await self.services.tasks.drain(left)
        log.info("stopped", extra={"answers_cut": cut})


@asynccontextmanager
async def running(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Bot]:
    """Run the bot in this loop while the block lasts, then stop it within `settings.drain`.

    Raises SettingsError (StartError for one fault) and SlackLost; a KORE that does not answer is
    no reason not to start.
    """
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(open_session())
        bot, web = await _assemble(settings, clock, session, stack)
        bot.port = await _listen(web, settings, stack)
        stack.push_async_callback(bot.stop, max(0.0, settings.drain - LEAVE_SECONDS))
        await bot.start()
        log.info("ready", extra={"port": bot.port, "socket_mode": settings.socket_mode})
        # imports the rules' files while nobody waits yet
        asyncio.get_running_loop().call_soon(all_rules)
        yield bot


def run(settings: Settings) -> None:
    """Run as a process: logs to stderr, until SIGTERM or Ctrl-C. Raises BotError."""
    import uvloop  # noqa: PLC0415 -- only a process of its own chooses its loop

    masker = Masker(settings.secrets)
    configure_logging(settings.log_level, form=settings.log_format, masker=masker)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(settings))


async def _run(settings: Settings) -> None:
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    async with running(settings) as bot:
        # else each full collection walks all that the imports left, and holds the loop for 0.1 s
        gc.freeze()
        # not before: a start that hangs is ended by the signal itself
        for each in SIGNALS:
            loop.add_signal_handler(each, stopped.set)
        await bot.until(stopped)


async def _assemble(
    settings: Settings, clock: Clock, session: aiohttp.ClientSession, stack: AsyncExitStack
) -> tuple[Bot, Starlette]:
    """Put the parts together; what must be closed is put on the stack."""
    tasks, token = Tasks(), revealed(settings.slack_bot_token)
    metrics = Metrics(in_flight=lambda: len(tasks))
    slack = SlackClient(
        session, clock, token=token, api_url=settings.slack_api_url, observer=metrics
    )
    identity = await identify(slack)
    off_loop = OffLoop()
    stack.push_async_callback(off_loop.aclose)
    services = Services(
        sessions=await _lookup(settings, clock, metrics, stack),
        delivery=Delivery(slack, retreat, metrics),
        slack=slack,
        files=Files(slack, clock),
        windows=Windows(slack),
        studio=Studio(off_loop, settings.thresholds),
        off_loop=off_loop,
        access=access(settings, identity),
        seen=Seen(clock),
        tasks=tasks,
        metrics=metrics,
        clock=clock,
        thresholds=settings.thresholds,
    )
    app = make_bolt_app(session, identity, token=token, api_url=settings.slack_api_url)
    handlers.register(app, services)
    return _with_intake(settings, services, app)


async def _lookup(
    settings: Settings, clock: Clock, metrics: Metrics, stack: AsyncExitStack
) -> SessionLookup:
    """Open KORE's client and read the list of SIMs in the background."""
    kore = open_kore(settings.kore_config(), clock, observer=metrics)
    stack.push_async_callback(kore.aclose)
    directory = SimDirectory(kore, clock, refresh_every=settings.directory_refresh)
    reading = asyncio.create_task(directory.run(), name="sim-directory")
    stack.push_async_callback(_cancelled, reading)
    resolver = SimResolver(kore, directory, clock)
    return SessionLookup(kore, resolver, clock, settings.thresholds, rule_broke=metrics.rule_broke)


def _with_intake(settings: Settings, services: Services, app: AsyncApp) -> tuple[Bot, Starlette]:
    clock, metrics = services.clock, services.metrics
    if settings.slack_app_token:
        app_token = revealed(settings.slack_app_token)
        link = SocketLink(app, app_token, services.slack, clock, metrics)
        bot, routes = Bot(services, link), []
    else:
        signature = Signature(revealed(settings.slack_signing_secret), clock)
        endpoint = SlackEndpoint(app, signature, clock, metrics)
        bot = Bot(services, endpoint)
        routes = [Route(EVENTS_PATH, endpoint, methods=["POST"])]
    return bot, Starlette(routes=[*routes, *health_routes(bot.why_not_ready, metrics)])


async def _listen(web: Starlette, settings: Settings, stack: AsyncExitStack) -> int:
    try:
        return await stack.enter_async_context(http_server(web, settings.host, settings.port))
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        why = str(error.strerror).partition(" (while ")[0]  # asyncio says the address once more
        fault = f"PORT: cannot listen on {where} ({why}); set another PORT or SIMSESSIONS_HOST"
        raise StartError(fault) from error


def access(settings: Settings, identity: Identity) -> Access:
    """Give who may ask; without a list of workspaces, the one of the bot token."""
    return Access(
        home=identity.team,
        teams=settings.allowed_teams,
        users=settings.allowed_users,
        channels=settings.allowed_channels,
    )


def revealed(secret: SecretStr | None) -> str:
    """Give a secret's value; "" where there is none."""
    return secret.get_secret_value() if secret else ""


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait({task})
