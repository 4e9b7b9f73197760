"""Serves an emulator on a local socket for as long as a `with` block lasts."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.utils import formatdate

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.ops.http import http_server

HOST = "127.0.0.1"


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.create_server((HOST, 0)) as listening:
        return int(listening.getsockname()[1])


@asynccontextmanager
async def serving(app: ASGIApp, *, port: int = 0, patience: int = 1) -> AsyncIterator[str]:
    """Serve `app`, WebSockets too, and yield its base URL, without a slash at the end.

    Port 0 takes a free one. Every answer carries its `Date`, as a real server's does. Requests that
    are still running at the end get `patience` seconds.
    Raises OSError where the port is taken.
    """
    async with http_server(dated(app), HOST, port, websockets=True, grace=patience) as bound:
        yield f"http://{HOST}:{bound}"


def dated(app: ASGIApp) -> ASGIApp:
    """Return the app with a `Date` on each of its HTTP answers."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        async def with_date(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault("Date", formatdate(usegmt=True))
            await send(message)

        await app(scope, receive, with_date)

    return answer
