"""HTTP for the stand-in: reads requests, sends responses (faulty ones too), pages lists."""

import re
from base64 import b64decode
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias
from urllib.parse import quote, unquote, unquote_plus
from zlib import crc32

from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.clock import Clock
from bot.emulators.kore.faults import Fault
from bot.struct import Struct

Row = dict[str, Any]
Body: TypeAlias = bytes | memoryview
Value: TypeAlias = Any  # whatever a field of a payload may hold


class ApiError(Exception):
    """The request is wrong; reported in KORE's envelope (docs.korewireless.com/errors/{code})."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.response = JSONResponse(
            {
                "status": status,
                "message": message,
                "code": code,
                "more_info": f"https://docs.korewireless.com/errors/{code}",
            },
            status,
        )


def not_found(what: str, code: int = 20404) -> ApiError:
    """Return the 404 for a resource that is not there."""
    return ApiError(404, code, f"The requested resource {what} was not found")


_NEXT = re.compile(rb'("next_page_url":")https?://[^/"]+')


def faulty(response: Response, fault: Fault, clock: Clock) -> ASGIApp:
    """Return what sends a response as the fault has it; one that is cut or hangs has no end."""
    response = _bent(response, fault)

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if fault.hang:
            await _gone(receive)
        elif fault.cut is not None:
            await _begin(response, send)
            await _part(response.body[: fault.cut], send)
        elif fault.pause is not None:
            await _begin(response, send)
            await _in_parts(response.body, fault.parts, fault.pause, send, clock)
        else:
            await response(scope, receive, send)

    return answer


def replacement(fault: Fault) -> Response | None:
    """Return the response that replaces the real one, if the fault has one."""
    if fault.status is None:
        return None
    wait = {} if fault.retry_after is None else {"retry-after": fault.retry_after}
    headers = {"content-type": fault.content_type} | fault.headers | wait
    body = b64decode(fault.body) if fault.base64 else fault.body.encode()
    return Response(body, fault.status, headers)


def _bent(response: Response, fault: Fault) -> Response:
    if fault.next_page_origin is None:
        return response
    origin = fault.next_page_origin.encode()
    body = _NEXT.sub(lambda found: found[1] + origin, bytes(response.body))
    return Response(body, response.status_code, media_type=response.media_type)


async def _begin(response: Response, send: Send) -> None:
    status, headers = response.status_code, response.raw_headers
    await send({"type": "http.response.start", "status": status, "headers": headers})


async def _part(body: Body, send: Send) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _in_parts(body: Body, parts: int, pause: float, send: Send, clock: Clock) -> None:
    step = max(len(body) // parts, 1)
    for start in range(0, len(body), step):
        await clock.sleep(pause)
        await _part(body[start : start + step], send)
    await send({"type": "http.response.body", "body": b""})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue


class LoggedRequest(Struct):
    """A request as it is logged: path and query as they came, and whether it had a token."""

    method: str
    path: str
    query: str
    authorized: bool


class Request(Struct):
    """What is asked for, of which host, with which token, and the moment of the response."""

    method: str
    raw_path: str
    raw_query: str
    base: str
    authorization: str | None
    client: str | None
    now: datetime

    @property
    def logged(self) -> LoggedRequest:
        """What may be logged of it: all but the token."""
        return LoggedRequest(
            self.method, self.raw_path, self.raw_query, self.authorization is not None
        )

    @property
    def segments(self) -> tuple[str, ...]:
        """The path cut at its slashes first and decoded then: a name may hold a `%2F`."""
        return tuple(unquote(part) for part in self.raw_path[1:].split("/"))

    @property
    def raw(self) -> dict[str, str]:
        """The query as it came, not decoded; the last of several values holds."""
        pairs = (part.partition("=") for part in self.raw_query.split("&") if part)
        return {unquote_plus(name): value for name, _, value in pairs}

    @property
    def params(self) -> dict[str, str]:
        """The query, decoded."""
        return {name: unquote_plus(value) for name, value in self.raw.items()}

    def url(self, *, drop: frozenset[str], **more: object) -> str:
        """Return this request's own address with some parameters taken out and others put in.

        Values in `more` are taken as they are: they must be encoded already.
        """
        kept = (f"{n}={quote(v, safe='')}" for n, v in self.params.items() if n not in drop)
        query = "&".join([*kept, *(f"{name}={value}" for name, value in more.items())])
        return f"{self.base}{self.raw_path}?{query}"


def read_request(scope: Scope, now: datetime) -> Request:
    """Read an ASGI request; its body is left alone."""
    host = authorization = None
    for name, value in scope["headers"]:
        if name == b"host":
            host = value.decode("latin-1")
        elif name == b"authorization":
            authorization = value.decode("latin-1")
    raw_path = scope.get("raw_path") or quote(scope["path"]).encode()
    client = scope.get("client")
    return Request(
        method=scope["method"],
        raw_path=raw_path.decode("latin-1"),
        raw_query=scope["query_string"].decode("latin-1"),
        base=f"{scope['scheme']}://{host or ':'.join(map(str, scope['server']))}",
        authorization=authorization,
        client=client[0] if client else None,
        now=now,
    )


async def read_body(receive: Receive) -> bytes:
    """Read the whole body of an ASGI request."""
    parts, more = [], True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


DEFAULT_SIZE = 50
LARGEST_SIZE = 1000
_OURS = frozenset({"PageSize", "Page", "PageToken"})
_TOKEN = re.compile(r"PA%2F([0-9a-f]+)%2B([0-9a-f]+)%2B([0-9a-f]{8})%3D%3D")
Slice = Callable[[datetime, int, int], tuple[Sequence[Row], bool]]


class Cursor(Struct):
    """Where a page begins, and the moment for which the list is shown."""

    at: datetime
    offset: int
    size: int
    page: int


def cursor_of(request: Request) -> Cursor:
    """Read the paging parameters. Raises ApiError with 33101 or 33103."""
    size = _number(request, "PageSize", DEFAULT_SIZE, 1, LARGEST_SIZE)
    page = _number(request, "Page", 0, 0, 10**9)
    token = request.raw.get("PageToken")
    if token is None:
        return Cursor(request.now, 0, size, page)
    found = _TOKEN.fullmatch(token)
    if not found or found[3] != _check(request.raw_path, found[1], found[2]):
        raise ApiError(400, 33103, "Paging information in the request is invalid")
    at = datetime.fromtimestamp(int(found[1], 16), tz=UTC)
    return Cursor(at, int(found[2], 16), size, page)


def list_page(request: Request, key: str, cut: Slice) -> Row:
    """Return one page: `cut(now, first, last)` gives the rows and whether there are more."""
    cursor = cursor_of(request)
    rows, more = cut(cursor.at, cursor.offset, cursor.offset + cursor.size)
    return {"meta": _meta(request, cursor, key, more=more), key: rows}


def usage_page(request: Request, key: str, cut: Slice) -> Row:
    """Return one page of usage, whose `meta` differs: no null, and two more keys."""
    page = list_page(request, key, cut)
    meta = {name: value for name, value in page["meta"].items() if value is not None}
    page["meta"] = meta | {"list_key": key, "direct_token": "PageToken" in request.raw}
    return page


def _meta(request: Request, cursor: Cursor, key: str, *, more: bool) -> Row:
    size, page, offset = cursor.size, cursor.page, cursor.offset

    def at(number: int, start: int) -> str:
        token = {"PageToken": _token(request.raw_path, cursor.at, start)} if start > 0 else {}
        return request.url(drop=_OURS, PageSize=size, Page=number, **token)

    return {
        "page": page,
        "page_size": size,
        "first_page_url": at(0, 0),
        "previous_page_url": at(max(page - 1, 0), max(offset - size, 0)) if offset else None,
        "url": at(page, offset),
        "next_page_url": at(page + 1, offset + size) if more else None,
        "key": key,
    }


def _number(request: Request, name: str, default: int, least: int, most: int) -> int:
    text = request.params.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"-?\d{1,9}", text, re.ASCII) or not least <= int(text) <= most:
        raise ApiError(400, 33101, f"Invalid parameter value: {name}")
    return int(text)


def _token(path: str, at: datetime, offset: int) -> str:
    moment, start = f"{int(at.timestamp()):x}", f"{offset:x}"
    return f"PA%2F{moment}%2B{start}%2B{_check(path, moment, start)}%3D%3D"


def _check(path: str, moment: str, start: str) -> str:
    return f"{crc32(f'{path} {moment} {start}'.encode()):08x}"
