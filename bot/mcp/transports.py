"""How agents reach the server: HTTP behind a guard of tokens and hosts, or standard input."""

import asyncio
import hmac
import json
import logging
import os
import threading
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Self, cast

import anyio
import mcp_types as types
from mcp import MCPError
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager
from mcp.shared.message import SessionMessage
from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.mcp.lookups import Caller
from bot.mcp.server import RequestContext, Who

log = logging.getLogger(__name__)

PATH = "/mcp"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
CHALLENGE = {"WWW-Authenticate": "Bearer"}
MOST_SESSIONS = 100
"""Of one token; the newest protocol needs none."""
SESSION = "mcp-session-id"
IDLE_SECONDS = 1800.0
LARGEST = 1 << 20
"""Bytes of a request; a pasted text has at most 20,000 characters."""


@dataclass(frozen=True, slots=True)
class HttpAccess:
    """Who is let in: by which tokens, which names of ours, from which web pages."""

    callers: Mapping[str, Caller] = field(repr=False)
    hosts: frozenset[str] = LOOPBACK
    origins: frozenset[str] = frozenset()


class HttpGuard:
    """Refuses requests before anything of them is read; each says in a sentence why."""

    def __init__(self, app: ASGIApp, access: HttpAccess) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through on behalf of its token's caller, or refuse it."""
        headers = Headers(scope=scope)
        caller = self._caller(headers.getlist("authorization"))
        if refusal := self._refusal(scope, headers, caller):
            log.warning("mcp-refused", extra={"status": refusal.status_code})
            await refusal(scope, receive, send)
            return
        assert caller is not None  # noqa: S101 -- `_refusal` has looked
        await until_disconnected(self._app, {**scope, "user": _user(caller)}, receive, send)

    def _refusal(
        self, scope: Scope, headers: Headers, caller: Caller | None
    ) -> JSONResponse | None:
        hosts, origins = map(headers.getlist, ("host", "origin"))
        if len(hosts) != 1 or _name(hosts[0]) not in self._access.hosts:
            return _refused(421, "That is no name of mine: set SIMSESSIONS_MCP_HOSTS.")
        if any(each.lower() not in self._access.origins for each in origins):
            return _refused(403, "Web pages may not ask: set SIMSESSIONS_MCP_ORIGINS.")
        if caller is None:
            return _refused(401, "Give a token: Authorization: Bearer …", CHALLENGE)
        if scope["path"] != PATH:
            return _refused(404, f"There is nothing but {PATH}.")
        return None

    def _caller(self, headers: Sequence[str]) -> Caller | None:
        """Return whose token it is. All are compared, each in a time that tells nothing."""
        scheme, _, token = headers[0].partition(" ") if len(headers) == 1 else ("", "", "")
        if scheme.lower() != "bearer":
            return None
        sent, found = token.strip().encode(), None
        for known, caller in self._access.callers.items():
            if hmac.compare_digest(known.encode(), sent):
                found = caller
        return found


class SessionLimit:
    """Ends the session that a token has not used for longest where it begins one too many."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._used: dict[str, dict[str, None]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, and note which session it used."""
        used = self._used.setdefault(scope["user"].display_name, {})

        async def said(message: Message) -> None:
            if message["type"] == "http.response.start":
                session = Headers(raw=message["headers"]).get(SESSION)
                used.pop(session or "", None)
                used.update({session: None} if session else {})
            await send(message)

        await self._app(scope, receive, said)
        while len(used) > MOST_SESSIONS:
            longest = next(iter(used))
            del used[longest]
            await self._end(scope, longest)

    async def _end(self, scope: Scope, session: str) -> None:
        async def receive() -> Message:
            return {"type": "http.request", "body": b""}

        async def send(_message: Message) -> None:
            return

        headers = [(SESSION.encode(), session.encode())]
        await self._app({**scope, "method": "DELETE", "headers": headers}, receive, send)


async def until_disconnected(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request, or end it where its client goes before anything of the answer.

    The SDK does that for streams only. What it does after an answer is left alone.
    """
    if scope["method"] != "POST":
        await app(scope, receive, send)
        return
    tasks: set[asyncio.Task[None]] = set()

    async def watch() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        working.cancel()

    async def heard() -> Message:
        message = await receive()
        if not message.get("more_body") and len(tasks) == 1:
            tasks.add(asyncio.create_task(watch(), name="mcp-client-gone"))
        return message

    async def said(message: Message) -> None:
        for task in tasks - {working}:
            task.cancel()
        await send(message)

    working = asyncio.create_task(_run(app, scope, heard, said), name="mcp-request")
    tasks.add(working)
    try:
        await asyncio.wait({working})
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    if not working.cancelled():
        working.result()


async def _run(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    await app(scope, receive, send)


def _name(host: str) -> str:
    """Return the name in a Host header, without its port."""
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdigit() else host).lower()


def _refused(status: int, why: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"error": why}, status, headers=headers)


@cache
def _user(caller: Caller) -> AuthenticatedUser:
    """Return the caller as the SDK knows it: a session is for its maker alone."""
    return AuthenticatedUser(AccessToken(token=caller.name, client_id=caller.name, scopes=[]))


def who_by_token(callers: Iterable[Caller]) -> Who:
    """Return what says on whose behalf a request is answered: the one that the guard let in."""
    by_name = {caller.name: caller for caller in callers}

    def who(context: RequestContext) -> Caller:
        user = context.request.scope.get("user") if context.request else None
        caller = by_name.get(user.access_token.client_id) if user else None
        if caller is None:
            raise MCPError(types.INVALID_REQUEST, "It is not known who asks.")
        return caller

    return who


@asynccontextmanager
async def http_app(server: Server[Any], access: HttpAccess) -> AsyncIterator[ASGIApp]:
    """Return the app while the block lasts; sessions end with it."""
    sessions = StreamableHTTPSessionManager(
        server,
        json_response=True,  # no tool tells how far it is, and a stream costs a third more
        session_idle_timeout=IDLE_SECONDS,
        max_sessions=None,  # `SessionLimit` counts them by token
        max_request_body_size=LARGEST,
    )
    up, leave = asyncio.Event(), asyncio.Event()
    holding = asyncio.create_task(_hold(sessions, up, leave), name="mcp-sessions")
    await up.wait()
    try:
        yield _for_pages(HttpGuard(SessionLimit(StreamableHTTPASGIApp(sessions)), access), access)
    finally:
        leave.set()
        await holding


def _for_pages(app: ASGIApp, access: HttpAccess) -> ASGIApp:
    """Let browsers ask beforehand, without a token, whether a page may ask; no page: no answer."""
    if not access.origins:
        return app
    return CORSMiddleware(
        app,
        allow_origins=sorted(access.origins),
        allow_methods=["GET", "POST", "DELETE"],
        allow_headers=["*"],
        expose_headers=[SESSION],
    )


async def _hold(
    sessions: StreamableHTTPSessionManager, up: asyncio.Event, leave: asyncio.Event
) -> None:
    """Run the sessions in a task of their own, so that no error around them becomes a group."""
    async with sessions.run():
        up.set()
        await leave.wait()


STDIN = 0
CHUNK = 1 << 16
LONGEST = 4 << 20
"""Bytes of one message; whoever sends a longer one is left."""
LAST_SECONDS = 5.0
"""So long are answers waited for where nothing more can be asked."""


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

    async def send(self, message: SessionMessage) -> None:
        """Send an answer."""
        await self.sent.send(message)
        self._asked.discard(getattr(message.message, "id", None))
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
        payload = json.loads(line)
    except (ValueError, RecursionError):
        return _fault(types.PARSE_ERROR, "That line is no JSON.")
    mended = json.dumps(payload, ensure_ascii=False).encode("utf-8", "replace").decode()
    if message := _message(mended):
        return mended, message
    asked = payload.get("id") if isinstance(payload, dict) else None
    known = asked if isinstance(asked, int | str) and not isinstance(asked, bool) else None
    return _fault(types.INVALID_REQUEST, "That is no message of JSON-RPC 2.0.", known)


def _message(line: str) -> types.JSONRPCMessage | None:
    try:
        return types.jsonrpc_message_adapter.validate_json(line, by_name=False)
    except ValueError:
        return None


def _fault(code: int, why: str, asked: int | str | None = None) -> types.JSONRPCError:
    error = types.ErrorData(code=code, message=why)
    return types.JSONRPCError(jsonrpc="2.0", id=asked, error=error)
