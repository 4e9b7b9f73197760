"""Serves one client over standard input and output, until it closes its end."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator
from typing import Any, cast

from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

STDIN = 0
CHUNK = 1 << 16
LONGEST = 4 << 20
"""Bytes of one message; whoever sends a longer one is left."""


async def serve_stdio(server: Server[Any]) -> None:
    """Serve until standard input ends."""
    lines = cast("Any", _Lines())
    async with stdio_server(stdin=lines) as (received, sent):
        await server.run(received, sent, server.create_initialization_options())


class _Lines:
    """The lines of standard input, read by a thread that keeps nobody from leaving.

    The SDK's own thread would hold the process until the client closes its end, signal or not.
    """

    def __init__(self) -> None:
        self._found: asyncio.Queue[str | None] = asyncio.Queue()

    async def __aiter__(self) -> AsyncIterator[str]:
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._read, args=(loop,), name="stdin", daemon=True).start()
        while (line := await self._found.get()) is not None:
            yield line

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        rest = b""
        while len(rest) <= LONGEST and (chunk := os.read(STDIN, CHUNK)):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self._put(loop, line.decode("utf-8", "replace"))
        self._put(loop, None)

    def _put(self, loop: asyncio.AbstractEventLoop, line: str | None) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(self._found.put_nowait, line)
