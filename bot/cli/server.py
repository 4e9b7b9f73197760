"""What commands that serve need: a port, a stop signal, and the settings that lead to them."""

import asyncio
import errno
import shlex
import signal
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager

from bot.errors import StartError

SIGNALS = (signal.SIGINT, signal.SIGTERM)
UNAVAILABLE = {errno.EADDRINUSE: "is taken", errno.EACCES: "may not be used by this account"}


def port_or_free(asked: int | None, usual: int) -> int:
    """Return the port that was asked for; else the usual one if it is free, else 0 for any."""
    if asked is not None:
        return asked
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", usual))
        except OSError:
            return 0
    return usual


@contextmanager
def port_errors(port: int) -> Iterator[None]:
    """Turn an OSError about the port into a sentence. Raises StartError."""
    try:
        yield
    except OSError as error:
        if error.errno not in UNAVAILABLE:
            raise
        why = UNAVAILABLE[error.errno]
        msg = f"port {port} {why}: choose another with --port, or 0 for any"
        raise StartError(msg) from error


@asynccontextmanager
async def until_stopped() -> AsyncIterator[asyncio.Event]:
    """Return an event that is set by the first signal; a second one acts as it always does."""
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


def exports(settings: Mapping[str, str]) -> Iterator[str]:
    """Return shell lines that set what leads to KORE, of these settings."""
    yield from (
        f"export {name}={shlex.quote(v)}"
        for name, v in settings.items()
        if name.startswith("KORE_")
    )
