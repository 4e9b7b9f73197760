"""/healthz, /readyz and /metrics: alive, fit to be asked, and what was counted."""

import asyncio
import logging
import resource
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from typing import ClassVar

import uvicorn
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from bot.ops.metrics import Metrics

Reasons = Callable[[], Awaitable[tuple[str, ...]]]
HealthNotes = Callable[[], tuple[str, ...]]
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def health_routes(why_not_ready: Reasons, notes: HealthNotes, metrics: Metrics) -> list[Route]:
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


REQUEST_SECONDS = 10.0
"""For a request to come whole; Slack's take milliseconds."""
MOST_WAITING = 512
MOST_BYTES = 32 << 20
"""Of all requests together that are not whole; Slack's have 1 MB at most."""
MOST_HEAD = 1 << 16
"""Bytes of a request before its body; Slack's are below 2 KB."""
SAY_AGAIN_SECONDS = 60.0
log = logging.getLogger(__name__)


class ConnectionGuard:
    """Cuts connections that wait for the other side too long, and the oldest of too many.

    It has not sent its request, or takes nothing of the answer: nobody is known to be Slack, and
    whoever opens enough of them would shut Slack out. `count` is told why each was cut: `slow`,
    `crowd` or `large`, or `malformed` where what came is no HTTP.
    """

    def __init__(
        self,
        count: Callable[[str], None] = lambda _why: None,
        *,
        seconds: float = REQUEST_SECONDS,
        most: int = 0,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        self._count = count
        self._seconds = seconds
        self._most = most or (max(1, min(MOST_WAITING, files // 2)) if files > 0 else MOST_WAITING)
        self._most_bytes = most_bytes
        self._bytes = 0
        self._waiting: dict[_GuardedProtocol, asyncio.TimerHandle] = {}
        self._said_at = float("-inf")

    def wait(self, connection: "_GuardedProtocol") -> None:
        """Begin to wait for the other side, unless that has begun already."""
        if connection in self._waiting:
            return
        if len(self._waiting) >= self._most:
            self.cut(next(iter(self._waiting)), "crowd")
        self._wait(connection)

    def end(self, connection: "_GuardedProtocol") -> None:
        """Stop waiting: the request is there, the answer is taken, or the connection is gone."""
        if timer := self._waiting.pop(connection, None):
            timer.cancel()
            self._bytes -= connection.held
            connection.held = 0

    def hold(self, connection: "_GuardedProtocol", size: int) -> None:
        """Count what came of a request that is not whole; cut the oldest where all is too much."""
        if connection in self._waiting:
            connection.held += size
            self._bytes += size
        while self._bytes > self._most_bytes and len(self._waiting) > 1:
            self.cut(next(iter(self._waiting)), "crowd")

    def _wait(self, connection: "_GuardedProtocol") -> None:
        unsent = connection.transport.get_write_buffer_size()
        timer = asyncio.get_running_loop().call_later(self._seconds, self._late, connection, unsent)
        self._waiting[connection] = timer

    def _late(self, connection: "_GuardedProtocol", unsent: int) -> None:
        """Cut it, unless it took some of its answer meanwhile."""
        if connection.transport.get_write_buffer_size() < unsent:
            self._wait(connection)
        else:
            self.cut(connection, "slow")

    def cut(self, connection: "_GuardedProtocol", why: str) -> None:
        """Cut it."""
        self.end(connection)
        connection.transport.abort()
        self.tell(why)

    def tell(self, why: str) -> None:
        """Count one that was cut, and say so now and then."""
        self._count(why)
        now = asyncio.get_running_loop().time()
        if now - self._said_at >= SAY_AGAIN_SECONDS:
            self._said_at = now
            log.warning("connections-cut", extra={"why": why, "waiting": len(self._waiting)})


class _GuardedProtocol(AutoHTTPProtocol):  # type: ignore[misc, valid-type]  # chosen at run time
    """A connection of uvicorn's that its guard knows of while it waits for the other side."""

    guard: ClassVar[ConnectionGuard]
    held = 0
    """Bytes of a request that is not whole."""
    _is_head = False
    _head = 0

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self.guard.wait(self)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._look()
        self.guard.hold(self, len(data))
        self._head = self._head + len(data) if self._is_head else 0
        if self._head > MOST_HEAD and not self.transport.is_closing():
            self.guard.cut(self, "large")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._is_head = True

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._is_head = False

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.cycle.response_complete:  # else another request came right behind
            self.guard.wait(self)

    def send_400_response(self, msg: str) -> None:
        super().send_400_response(msg)
        self.guard.tell("malformed")

    def pause_writing(self) -> None:
        super().pause_writing()
        self.guard.wait(self)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._look()

    def _look(self) -> None:
        """Wait for the other side where it is its turn."""
        cycle = self.cycle
        is_whole = cycle and not (cycle.more_body or cycle.response_complete)
        taken_over = self.transport.get_protocol() is not self
        if taken_over or (is_whole and not self.flow.write_paused):
            self.guard.end(self)
        elif not self.transport.is_closing():
            self.guard.wait(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.guard.end(self)
        super().connection_lost(exc)


GRACE_SECONDS = 1
SETTLE_SECONDS = 0.01
ACCEPT_TURNS = 3
"""Turns of the loop after which it has handed over what it accepted."""


class _QuietServer(uvicorn.Server):
    """Uvicorn that waits for an event to stop, not polling ten times a second; without signals."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()
        self.leave = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    async def main_loop(self) -> None:
        await self.leave.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop as uvicorn does, but for its tenth of a second that is slept in any case."""
        await self._accept_no_more(sockets or ())
        for listening in (*self.servers, *(sockets or ())):
            listening.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        try:
            async with asyncio.timeout(self.config.timeout_graceful_shutdown):
                await self._settled()
        except TimeoutError:
            for task in self.server_state.tasks:
                task.cancel(msg="Task cancelled, timeout graceful shutdown exceeded")

    async def _accept_no_more(self, sockets: Iterable[socket.socket]) -> None:
        """Let what was accepted be known: asyncio forgets it, still open, as its server closes."""
        for listening in sockets:
            asyncio.get_running_loop().remove_reader(listening)
        for _ in range(ACCEPT_TURNS):
            await asyncio.sleep(0)

    async def _settled(self) -> None:
        pause = 0.0
        while self.server_state.connections or self.server_state.tasks:
            await asyncio.sleep(pause)
            pause = SETTLE_SECONDS
        for server in self.servers:
            await server.wait_closed()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def http_server(  # noqa: PLR0913 -- what is served, where, and how
    app: ASGIApp,
    host: str,
    port: int,
    *,
    websockets: bool = False,
    grace: int = GRACE_SECONDS,
    guard: ConnectionGuard | None = None,
) -> AsyncIterator[int]:
    """Serve `app` while the block runs; give the port, a free one for 0.

    Requests that still run at the end get `grace` seconds. Raises OSError where the port is taken.
    """
    _quiet_uvicorn()
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, port), family=family, backlog=2048)
    # asyncio leaves that to whoever made the socket: an answer's body would wait 40 ms for the
    # acknowledgement of its head
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    config = _config(app, guard or ConnectionGuard(), websockets=websockets, grace=grace)
    server = _QuietServer(config)
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


_NO_NEWS = (
    "Cancel %s running task",
    "Invalid HTTP request",
    "Unsupported upgrade request",
    "No supported WebSocket library",
)
"""What uvicorn says at a stop, and each time that somebody sends nonsense."""


@cache
def _quiet_uvicorn() -> None:
    """Let it say what is wrong and is news: once, as each time all loggers there are forget it."""
    logger = logging.getLogger("uvicorn.error")
    logger.setLevel(logging.WARNING)
    logger.addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    """Drop those, and uvicorn's traceback of each request that was cut because the server stops."""
    was_cut = record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError)
    return not was_cut and not str(record.msg).startswith(_NO_NEWS)


def _config(
    app: ASGIApp, guard: ConnectionGuard, *, websockets: bool, grace: int
) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=type("Guarded", (_GuardedProtocol,), {"guard": guard}),
        interface="asgi3",
        log_config=None,
        log_level=None,
        access_log=False,
        lifespan="off",
        ws="auto" if websockets else "none",
        proxy_headers=False,
        server_header=False,
        date_header=False,  # the loop that keeps it up to date is the one left out
        timeout_graceful_shutdown=grace,
    )
