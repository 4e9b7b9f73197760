"""Runs a worker: the bot's jobs without Slack's intake, with many SIMs asked for at once."""

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from starlette.applications import Starlette

from bot.app.ground import open_ground
from bot.app.job_side import open_engine
from bot.app.process import heed_signals, listen, run_process
from bot.app.running import LEAVE_SECONDS
from bot.clock import Clock, SystemClock
from bot.ops.health import health_routes
from bot.ops.metrics import Metrics
from bot.settings import Settings
from bot.slack.client import open_session

log = logging.getLogger(__name__)


@asynccontextmanager
async def working(settings: Settings, clock: Clock | None = None) -> AsyncIterator[int]:
    """Serve the lanes while the block lasts; give the port of /healthz, /readyz and /metrics.

    At the end jobs get `settings.drain` to finish, and are given back. Raises as `running` does.
    """
    clock, metrics = clock or SystemClock(), Metrics()
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(open_session())
        ground = await open_ground(settings, clock, session, metrics, stack)
        engine = open_engine(ground, stack, scan_at_once=settings.worker_at_once)

        async def why_not_ready() -> tuple[str, ...]:
            return engine.why_stuck()

        web = Starlette(routes=health_routes(why_not_ready, ground.notes, metrics))
        port = await listen(web, settings, stack)
        stack.push_async_callback(engine.stop, max(0.0, settings.drain - LEAVE_SECONDS))
        engine.start()
        log.info("working", extra={"port": port})
        yield port


def work(settings: Settings, *, until_stdin_ends: bool) -> None:
    """Run as a process: logs to stderr, until SIGTERM or Ctrl-C. Raises BotError."""
    run_process(settings, partial(_work, settings, until_stdin_ends))


async def _work(settings: Settings, until_stdin_ends: bool, stopped: asyncio.Event) -> None:  # noqa: FBT001 -- passed by `partial`
    async with working(settings):
        heed_signals(stopped)
        if until_stdin_ends:
            os.set_blocking(sys.stdin.fileno(), False)
            asyncio.get_running_loop().add_reader(sys.stdin.fileno(), _ended, stopped)
        await stopped.wait()


def _ended(stopped: asyncio.Event) -> None:
    """Stop when whoever held the other end is gone, however it went."""
    if not os.read(sys.stdin.fileno(), 1024):
        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
        stopped.set()
