"""Streamable HTTP behind a guard: nothing without a token, from a foreign host or web page."""

import asyncio
import hmac
import logging
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import mcp_types as types
from mcp import MCPError
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager
from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.mcp.lookups import Caller
from bot.mcp.server import Context, Who

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
class Door:
    """Who is let in: by which tokens, which names of ours, from which web pages."""

    callers: Mapping[str, Caller] = field(repr=False)
    hosts: frozenset[str] = LOOPBACK
    origins: frozenset[str] = frozenset()


class Guard:
    """Refuses requests before anything of them is read; each says in a sentence why."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app = app
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through on behalf of its token's caller, or refuse it."""
        headers = Headers(scope=scope)
        caller = self._caller(headers.getlist("authorization"))
        if refusal := self._refusal(scope, headers, caller):
            log.warning("mcp-refused", extra={"status": refusal.status_code})
            await refusal(scope, receive, send)
            return
        assert caller is not None  # noqa: S101 -- `_refusal` has looked
        await until_gone(self._app, {**scope, "user": _user(caller)}, receive, send)

    def _refusal(
        self, scope: Scope, headers: Headers, caller: Caller | None
    ) -> JSONResponse | None:
        hosts, origins = map(headers.getlist, ("host", "origin"))
        if len(hosts) != 1 or _name(hosts[0]) not in self._door.hosts:
            return _refused(421, "That is no name of mine: set SIMSESSIONS_MCP_HOSTS.")
        if any(each.lower() not in self._door.origins for each in origins):
            return _refused(403, "Web pages may not ask: set SIMSESSIONS_MCP_ORIGINS.")
        if caller is None:
            return _refused(401, "Give a token: Authorization: Bearer …", CHALLENGE)
        if scope["path"] != PATH:
            return _refused(404, f"There is nothing but {PATH}.")
        return None

    def _caller(self, told: Sequence[str]) -> Caller | None:
        """Return whose token it is. All are compared, each in a time that tells nothing."""
        scheme, _, token = told[0].partition(" ") if len(told) == 1 else ("", "", "")
        if scheme.lower() != "bearer":
            return None
        sent, found = token.strip().encode(), None
        for known, caller in self._door.callers.items():
            if hmac.compare_digest(known.encode(), sent):
                found = caller
        return found


class Sessions:
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


async def until_gone(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
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

    def who(context: Context) -> Caller:
        user = context.request.scope.get("user") if context.request else None
        caller = by_name.get(user.access_token.client_id) if user else None
        if caller is None:
            raise MCPError(types.INVALID_REQUEST, "It is not known who asks.")
        return caller

    return who


@asynccontextmanager
async def http_app(server: Server[Any], door: Door) -> AsyncIterator[ASGIApp]:
    """Return the app while the block lasts; sessions end with it."""
    sessions = StreamableHTTPSessionManager(
        server,
        json_response=True,  # no tool tells how far it is, and a stream costs a third more
        session_idle_timeout=IDLE_SECONDS,
        max_sessions=None,  # `Sessions` counts them by token
        max_request_body_size=LARGEST,
    )
    up, leave = asyncio.Event(), asyncio.Event()
    holding = asyncio.create_task(_hold(sessions, up, leave), name="mcp-sessions")
    await up.wait()
    try:
        yield _for_pages(Guard(Sessions(StreamableHTTPASGIApp(sessions)), door), door)
    finally:
        leave.set()
        await holding


def _for_pages(app: ASGIApp, door: Door) -> ASGIApp:
    """Let browsers ask beforehand, without a token, whether a page may ask; no page: no answer."""
    if not door.origins:
        return app
    return CORSMiddleware(
        app,
        allow_origins=sorted(door.origins),
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
