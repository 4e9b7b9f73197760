"""A process of ours from within: its loop, its logs, its port, and the signals that end it."""

import asyncio
import gc
import signal
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

from starlette.applications import Starlette

from bot.errors import StartError
from bot.ops.http_server import http_server
from bot.ops.logging import configure_logging
from bot.ops.masking import Masker
from bot.settings import Settings

SIGNALS = (signal.SIGTERM, signal.SIGINT)


def run_process(settings: Settings, serve: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Serve until `serve` returns, with logs to stderr; its event is the signal to stop."""
    import uvloop  # noqa: PLC0415 -- only a process of its own chooses its loop

    masker = Masker(settings.secrets)
    configure_logging(settings.log_level, form=settings.log_format, masker=masker)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_served(serve))


async def _served(serve: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    await serve(asyncio.Event())


def heed_signals(stopped: asyncio.Event) -> None:
    """Let the signals set it from now on; before that, they end a start that hangs."""
    # else each full collection walks all that the imports left, and holds the loop for 0.1 s
    gc.freeze()
    for each in SIGNALS:
        asyncio.get_running_loop().add_signal_handler(each, stopped.set)


async def listen(web: Starlette, settings: Settings, stack: AsyncExitStack) -> int:
    """Serve on the port that is set and give it. Raises StartError where it is taken."""
    try:
        return await stack.enter_async_context(http_server(web, settings.host, settings.port))
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        why = str(error.strerror).partition(" (while ")[0]  # asyncio says the address once more
        fault = f"PORT: cannot listen on {where} ({why}); set another PORT or SIMSESSIONS_HOST"
        raise StartError(fault) from error
