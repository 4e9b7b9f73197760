"""/healthz, /readyz and /metrics: alive, fit to be asked, and what was counted."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from bot.ops.metrics import Metrics

Reasons = Callable[[], Awaitable[tuple[str, ...]]]
Notes = Callable[[], tuple[str, ...]]
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def health_routes(why_not_ready: Reasons, notes: Notes, metrics: Metrics) -> list[Route]:
    """Return the three routes; `why_not_ready` is empty while the bot is fit to be asked.

    `notes` say what is amiss though it is fit.
    """

    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok")

    async def readyz(_request: Request) -> Response:
        reasons = await why_not_ready()
        body = {"ready": not reasons, "reasons": list(reasons), "notes": list(notes())}
        return JSONResponse(body, 503 if reasons else 200)

    async def counted(_request: Request) -> Response:
        return Response(metrics.text(), headers={"content-type": METRICS_TYPE})

    return [
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/metrics", counted),
    ]


GRACE_SECONDS = 1


class _Quiet(uvicorn.Server):
    """Uvicorn told when to stop instead of looking ten times a second; signals are not its own."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()
        self.leave = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    async def main_loop(self) -> None:
        await self.leave.wait()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def http_server(
    app: ASGIApp, host: str, port: int, *, websockets: bool = False, grace: int = GRACE_SECONDS
) -> AsyncIterator[int]:
    """Serve `app` while the block runs; give the port, a free one for 0.

    Requests that still run at the end get `grace` seconds. Raises OSError where the port is taken.
    """
    logging.getLogger("uvicorn.error").addFilter(_is_news)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, port), family=family, backlog=2048)
    server = _Quiet(_config(app, websockets=websockets, grace=grace))
    running = asyncio.create_task(server.serve([listening]), name="http-server")
    running.add_done_callback(lambda _: server.up.set())
    try:
        await server.up.wait()
        if running.done():
            running.result()
        yield listening.getsockname()[1]
    finally:
        server.leave.set()
        await running
        listening.close()


def _is_news(record: logging.LogRecord) -> bool:
    """Drop uvicorn's traceback of each request that was cut because the server stops."""
    was_cut = record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError)
    return not was_cut and not str(record.msg).startswith("Cancel %s running task")


def _config(app: ASGIApp, *, websockets: bool, grace: int) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        interface="asgi3",
        log_config=None,
        log_level="warning",
        access_log=False,
        lifespan="off",
        ws="auto" if websockets else "none",
        proxy_headers=False,
        server_header=False,
        date_header=False,  # the loop that keeps it up to date is the one left out
        timeout_graceful_shutdown=grace,
    )
