"""Starts the bot and stops it in order.

async with running(settings) as bot: ...        in a loop of one's own: tests, the demo
run(settings)                                   as a process: until SIGTERM or Ctrl-C
"""

import asyncio
import gc
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any

from starlette.applications import Starlette

from bot.app.bot import Bot, assemble, wait_for_end
from bot.app.jobs import open_engine
from bot.app.resources import open_resources
from bot.clock import Clock, SystemClock
from bot.diagnosis.rule import all_rules
from bot.digests.schedule import all_zones
from bot.errors import StartError
from bot.ops.http import ConnectionGuard, health_routes, http_server
from bot.ops.logging import LogRedactor, configure_logging
from bot.ops.metrics import Metrics
from bot.ops.tasks import start_background
from bot.settings import Settings
from bot.slack.client import open_session
from bot.slack.identity import TokenWatch

log = logging.getLogger(__name__)

SIGNALS = (signal.SIGTERM, signal.SIGINT)
Serve = Callable[[asyncio.Event], Coroutine[Any, Any, None]]
LEAVE_SECONDS = 1.0  # of the drain's, for what is closed after the last answer is out


@asynccontextmanager
async def running_bot(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Bot]:
    """Run the bot in this loop while the block lasts, then stop it within `settings.drain`.

    Raises SettingsError (StartError for one fault) and SlackLost; a KORE that does not answer is
    no reason not to start.
    """
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(open_session())
        bot, web = await assemble(settings, clock, session, stack)
        bot.port = await serve_http(web, settings, bot.services.metrics, stack)
        stack.push_async_callback(bot.stop, max(0.0, settings.drain - LEAVE_SECONDS))
        await bot.start()
        log.info("ready", extra={"port": bot.port, "socket_mode": settings.socket_mode})
        # read while nobody waits yet: the rules' files, and the zones that a form offers
        for read in (all_rules, all_zones):
            asyncio.get_running_loop().call_soon(read)
        yield bot


def run(settings: Settings) -> None:
    """Run as a process: logs to stderr, until SIGTERM or Ctrl-C. Raises BotError."""

    async def serve(stopped: asyncio.Event) -> None:
        async with running_bot(settings) as bot:
            install_signal_handlers(stopped)
            await bot.until(stopped)

    run_process(settings, serve)


@asynccontextmanager
async def running_worker(settings: Settings) -> AsyncIterator["asyncio.Task[None]"]:
    """Serve the lanes while the block lasts, and /healthz, /readyz and /metrics.

    Yield what ends with StartError as soon as Slack refuses the token.

    At the end jobs get `settings.drain` to finish; the rest are released. Raises as `running_bot`.
    """
    clock, metrics = SystemClock(), Metrics()
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(open_session())
        resources = await open_resources(settings, clock, session, metrics, stack)
        engine = open_engine(resources, stack, scan_at_once=settings.worker_at_once)

        async def why_not_ready() -> tuple[str, ...]:
            return engine.why_stuck()

        web = Starlette(routes=health_routes(why_not_ready, resources.notes, metrics))
        port = await serve_http(web, settings, metrics, stack)
        stack.push_async_callback(engine.stop, max(0.0, settings.drain - LEAVE_SECONDS))
        engine.start()
        log.info("working", extra={"port": port})
        yield start_background(stack, TokenWatch(resources.slack).run(), "token-watch")


def run_worker(settings: Settings, *, until_stdin_ends: bool) -> None:
    """Run as a process: logs to stderr, until SIGTERM or Ctrl-C. Raises BotError."""

    async def serve(stopped: asyncio.Event) -> None:
        async with running_worker(settings) as watch:
            install_signal_handlers(stopped)
            if until_stdin_ends:
                os.set_blocking(sys.stdin.fileno(), False)
                asyncio.get_running_loop().add_reader(sys.stdin.fileno(), _ended, stopped)
            await wait_for_end(stopped, watch)

    run_process(settings, serve)


def _ended(stopped: asyncio.Event) -> None:
    """Stop when whoever held the other end is gone, however it went."""
    if not os.read(sys.stdin.fileno(), 1024):
        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
        stopped.set()


def run_process(
    settings: Settings, serve: Callable[[asyncio.Event], Coroutine[Any, Any, None]]
) -> None:
    """Serve until `serve` returns, with logs to stderr; its event is the signal to stop."""
    import uvloop  # noqa: PLC0415 -- only a process of its own chooses its loop

    redactor = LogRedactor(settings.secrets)
    configure_logging(settings.log_level, form=settings.log_format, redactor=redactor)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(asyncio.Event()))


def install_signal_handlers(stopped: asyncio.Event) -> None:
    """Set the event on a signal from now on; before that, a signal ends a start that hangs."""
    tune_garbage_collector()
    for each in SIGNALS:
        asyncio.get_running_loop().add_signal_handler(each, stopped.set)


def tune_garbage_collector() -> None:
    """Collect seldom, and nothing of what has been imported so far.

    Else each full collection walks all that the imports left, and holds the loop for 0.1 s; and
    the youngest objects are walked while one page of KORE's is read, which frees none of them.
    """
    gc.freeze()
    gc.set_threshold(10_000, 10, 20)


async def serve_http(
    web: Starlette, settings: Settings, metrics: Metrics, stack: AsyncExitStack
) -> int:
    """Serve on the port that is set; return it. Raises StartError where it is taken."""
    guard = ConnectionGuard(metrics.connection_cut)
    server = http_server(web, settings.host, settings.port, guard=guard)
    fault = f"PORT: cannot listen on {settings.host}:{settings.port}"
    return await open_server(server, stack, fault, "set another PORT or SIMSESSIONS_HOST")


async def open_server(
    server: AbstractAsyncContextManager[int], stack: AsyncExitStack, fault: str, mend: str
) -> int:
    """Open a server on the stack; return its port. Raises StartError, which says what to do."""
    try:
        return await stack.enter_async_context(server)
    except OSError as error:
        why = str(error.strerror).partition(" (while ")[0]  # asyncio says the address once more
        raise StartError(f"{fault} ({why}); {mend}") from error
