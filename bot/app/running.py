"""Starts the bot and stops it in order.

async with running(settings) as bot: ...        in a loop of one's own: tests, the demo
run(settings)                                   as a process: until SIGTERM or Ctrl-C
"""

import asyncio
import gc
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from starlette.applications import Starlette

from bot.app.assembly import assemble
from bot.app.bot import Bot
from bot.clock import Clock, SystemClock
from bot.diagnosis.engine import all_rules
from bot.errors import StartError
from bot.ops.http_server import http_server
from bot.ops.logging import configure_logging
from bot.ops.masking import Masker
from bot.settings import Settings
from bot.slack.client import open_session

log = logging.getLogger(__name__)

SIGNALS = (signal.SIGTERM, signal.SIGINT)
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


async def _listen(web: Starlette, settings: Settings, stack: AsyncExitStack) -> int:
    try:
        return await stack.enter_async_context(http_server(web, settings.host, settings.port))
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        why = str(error.strerror).partition(" (while ")[0]  # asyncio says the address once more
        fault = f"PORT: cannot listen on {where} ({why}); set another PORT or SIMSESSIONS_HOST"
        raise StartError(fault) from error
