"""Serves an ASGI app on a local socket for as long as a `with` block lasts."""

import asyncio
import socket
from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager, contextmanager

from starlette.types import ASGIApp
from uvicorn import Config, Server


class _Server(Server):
    """Uvicorn, told when to stop instead of polling, and without its claim on signals."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()
        self.leaving = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave the process's signals to whoever runs this loop."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen and say so."""
        await super().startup(sockets=sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        """Serve until told to leave."""
        await self.leaving.wait()


@asynccontextmanager
async def serving(
    app: ASGIApp, *, port: int = 0, host: str = "127.0.0.1", patience: int = 1
) -> AsyncIterator[str]:
    """Serve `app` in a task of the running loop and give its base URL, without a slash at the end.

    Port 0 takes a free one. Requests that are still running at the end get `patience` seconds.
    Raises OSError where the port is taken.
    """
    listener = socket.create_server((host, port), backlog=2048)
    server = _Server(_config(app, patience))
    task = asyncio.create_task(server.serve(sockets=[listener]), name="serving")
    try:
        await _started(server, task)
        yield f"http://{host}:{listener.getsockname()[1]}"
    finally:
        server.leaving.set()
        await task
        listener.close()


async def _started(server: _Server, task: asyncio.Task[None]) -> None:
    """Wait until the server listens; a start that fails raises here."""
    ready = asyncio.create_task(server.ready.wait())
    await asyncio.wait({ready, task}, return_when=asyncio.FIRST_COMPLETED)
    ready.cancel()
    if task.done():
        task.result()


def _config(app: ASGIApp, patience: int) -> Config:
    return Config(
        app,
        interface="asgi3",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=patience,
    )
