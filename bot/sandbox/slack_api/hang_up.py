"""Closes a connection without answering, as a server does that dies at the worst moment."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

_PATIENCE = 1.0


class HangUp(Response):
    """A response that never comes: the connection is closed in its place."""

    def __init__(self, request: Request) -> None:
        super().__init__()
        self._request = request

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 -- ASGI's shape
        """Close the transport under the request; uvicorn keeps it on the cycle that receives."""
        cycle = getattr(receive, "__self__", None)
        transport = getattr(cycle, "transport", None)
        if not isinstance(transport, asyncio.BaseTransport):
            msg = "only a server over sockets can hang up"
            raise TypeError(msg)
        transport.close()
        async with asyncio.timeout(_PATIENCE):
            while (await receive())["type"] != "http.disconnect":
                continue
