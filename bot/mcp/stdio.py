"""Serves one client over standard input and output, until it closes its end."""

import asyncio
import json
import logging
import os
import threading
from collections.abc import AsyncIterator
from typing import Any, Self, cast

import anyio
import mcp_types as types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage

STDIN = 0
CHUNK = 1 << 16
LONGEST = 4 << 20
"""Bytes of one message; whoever sends a longer one is left."""
LAST_SECONDS = 5.0
"""So long are answers waited for where nothing more can be asked."""
log = logging.getLogger(__name__)


async def serve_stdio(server: Server[Any]) -> None:
    """Serve until standard input ends, or nobody reads standard output any more."""
    client = _Client()
    try:
        async with stdio_server(stdin=cast("Any", client)) as (received, sent):
            client.sent = sent
            await server.run(received, cast("Any", client), server.create_initialization_options())
    except* (BrokenPipeError, ConnectionResetError, anyio.BrokenResourceError):
        log.info("client-gone")


class _Client:
    """The lines of standard input, and the stream of the answers to them.

    The SDK drops what is no message, and at the end of the input what is not answered yet. Its
    thread would hold the process until the client closes its end, signal or not.
    """

    sent: Any = None

    def __init__(self) -> None:
        self._found: asyncio.Queue[str | None] = asyncio.Queue()
        self._asked: set[object] = set()
        self._answered = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[str]:
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._read, args=(loop,), name="stdin", daemon=True).start()
        while (line := await self._found.get()) is not None:
            if isinstance(message := read_message(line), types.JSONRPCError) and line.strip():
                await self.sent.send(SessionMessage(message))
            elif isinstance(message, tuple):
                self._note(message[1])
                yield message[0]
        await self._last_answers()

    async def send(self, told: SessionMessage) -> None:
        """Send an answer."""
        await self.sent.send(told)
        self._asked.discard(getattr(told.message, "id", None))
        self._answered.set()

    def _note(self, message: types.JSONRPCMessage) -> None:
        if isinstance(message, types.JSONRPCRequest):
            self._asked.add(message.id)
        elif isinstance(message, types.JSONRPCNotification) and message.params:
            given_up = message.params.get("requestId")
            self._asked -= {given_up} if isinstance(given_up, int | str) else set()

    async def _last_answers(self) -> None:
        try:
            async with asyncio.timeout(LAST_SECONDS):
                while self._asked:
                    self._answered.clear()
                    await self._answered.wait()
        except TimeoutError:
            log.info("left-unanswered", extra={"requests": len(self._asked)})

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Send nothing more."""
        await self.sent.aclose()

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        rest = b""
        while len(rest) <= LONGEST and (chunk := os.read(STDIN, CHUNK)):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self._put(loop, line.decode("utf-8", "replace"))
        self._put(loop, rest.decode("utf-8", "replace") if len(rest) <= LONGEST else None)
        self._put(loop, None)

    def _put(self, loop: asyncio.AbstractEventLoop, line: str | None) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(self._found.put_nowait, line)


def read_message(line: str) -> tuple[str, types.JSONRPCMessage] | types.JSONRPCError:
    """Return a line as the SDK can read it and what it says, or what its sender is answered.

    Half a surrogate pair, which JSON can hold and UTF-8 cannot, becomes a question mark.
    """
    if message := _message(line):
        return line, message
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return _fault(types.PARSE_ERROR, "That line is no JSON.")
    mended = json.dumps(told, ensure_ascii=False).encode("utf-8", "replace").decode()
    if message := _message(mended):
        return mended, message
    asked = told.get("id") if isinstance(told, dict) else None
    known = asked if isinstance(asked, int | str) and not isinstance(asked, bool) else None
    return _fault(types.INVALID_REQUEST, "That is no message of JSON-RPC 2.0.", known)


def _message(line: str) -> types.JSONRPCMessage | None:
    try:
        return types.jsonrpc_message_adapter.validate_json(line, by_name=False)
    except ValueError:
        return None


def _fault(code: int, why: str, asked: int | str | None = None) -> types.JSONRPCError:
    told = types.ErrorData(code=code, message=why)
    return types.JSONRPCError(jsonrpc="2.0", id=asked, error=told)
