"""Closes a connection without answering, as a server does that dies at the worst moment."""

import asyncio

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

PATIENCE = 1.0


def transport_under(receive: Receive) -> asyncio.Transport:
    """Give the transport under an ASGI connection; uvicorn keeps it on what receives."""
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    if transport is None:
        msg = "only a connection over a socket has a transport"
        raise TypeError(msg)
    return transport  # type: ignore[no-any-return]  # uvicorn's attribute, or uvloop's class


class HangUp(Response):
    """A response that never comes: the connection is closed in its place."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 -- ASGI's shape
        """Close the connection and wait until it is gone."""
        transport_under(receive).close()
        async with asyncio.timeout(PATIENCE):
            while (await receive())["type"] != "http.disconnect":
                continue
