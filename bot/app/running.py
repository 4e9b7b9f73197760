"""Starts the bot and stops it in order.

async with running(settings) as bot: ...        in a loop of one's own: tests, the demo
run(settings)                                   as a process: until SIGTERM or Ctrl-C
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from bot.app.assembly import assemble
from bot.app.bot import Bot
from bot.app.process import heed_signals, listen, run_process
from bot.clock import Clock, SystemClock
from bot.diagnosis.engine import all_rules
from bot.settings import Settings
from bot.slack.client import open_session

log = logging.getLogger(__name__)

LEAVE_SECONDS = 1.0  # of the drain's, for what is closed after the last answer is out


@asynccontextmanager
async def running(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Bot]:
    """Run the bot in this loop while the block lasts, then stop it within `settings.drain`.

    Raises SettingsError (StartError for one fault) and SlackLost; a KORE that does not answer is
    no reason not to start.
    """
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(open_session())
        bot, web = await assemble(settings, clock, session, stack)
        bot.port = await listen(web, settings, stack)
        stack.push_async_callback(bot.stop, max(0.0, settings.drain - LEAVE_SECONDS))
        await bot.start()
        log.info("ready", extra={"port": bot.port, "socket_mode": settings.socket_mode})
        # imports the rules' files while nobody waits yet
        asyncio.get_running_loop().call_soon(all_rules)
        yield bot


def run(settings: Settings) -> None:
    """Run as a process: logs to stderr, until SIGTERM or Ctrl-C. Raises BotError."""
    run_process(settings, partial(_run, settings))


async def _run(settings: Settings, stopped: asyncio.Event) -> None:
    async with running(settings) as bot:
        heed_signals(stopped)
        await bot.until(stopped)
