"""Serving until somebody presses Ctrl-C or sends SIGTERM."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@asynccontextmanager
async def until_stopped() -> AsyncIterator[asyncio.Event]:
    """Give an event that is set by the first signal; a second one acts as it always does."""
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()

    def stop() -> None:
        stopped.set()
        restore()

    def restore() -> None:
        for each in SIGNALS:
            loop.remove_signal_handler(each)

    for each in SIGNALS:
        loop.add_signal_handler(each, stop)
    try:
        yield stopped
    finally:
        restore()
