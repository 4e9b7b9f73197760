"""One request to the API, taken apart once; the query's own bytes are kept beside their meaning."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeAlias
from urllib.parse import quote, unquote, unquote_plus
from zlib import crc32

from starlette.types import Receive, Scope, Send

from bot.clock import Clock
from bot.emulators.kore.faults import Fault

Row = dict[str, Any]
Value: TypeAlias = Any  # whatever a field of a payload may hold
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)


class Refusal(Exception):
    """The request is wrong; answered in KORE's envelope (docs.korewireless.com/errors/{code})."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.answer = answer_of(
            {
                "status": status,
                "message": message,
                "code": code,
                "more_info": f"https://docs.korewireless.com/errors/{code}",
            },
            status,
        )


def answer_of(payload: Value, status: int = 200, **headers: str) -> Answer:
    """Render a payload as compact JSON."""
    body = json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()
    return Answer(status, body, headers=headers)


def no_such(what: str, code: int = 20404) -> Refusal:
    """Return the 404 for a resource that is not there."""
    return Refusal(404, code, f"The requested resource {what} was not found")


_NEXT = re.compile(rb'("next_page_url":")https?://[^/"]+')


async def deliver(answer: Answer, send: Send) -> None:
    """Send an answer whole."""
    await _head(answer, send)
    await send({"type": "http.response.body", "body": answer.body})


async def deliver_badly(
    answer: Answer, fault: Fault, receive: Receive, send: Send, clock: Clock
) -> None:
    """Send an answer as the fault wants it; returns without an end where it is cut or hangs."""
    if fault.hang:
        await _gone(receive)
        return
    answer = _bent(answer, fault)
    await _head(answer, send)
    if fault.cut is not None:
        body = answer.body[: fault.cut]
        await send({"type": "http.response.body", "body": body, "more_body": True})
        return
    if fault.pause is not None:
        await _in_quarters(answer.body, fault.pause, send, clock)
        return
    await send({"type": "http.response.body", "body": answer.body})


def replacing(fault: Fault) -> Answer | None:
    """Return the answer that a fault puts in place of the real one, if it does."""
    if fault.status is None:
        return None
    headers = {} if fault.retry_after is None else {"retry-after": fault.retry_after}
    return Answer(fault.status, fault.body.encode(), fault.content_type, headers)


def _bent(answer: Answer, fault: Fault) -> Answer:
    if fault.next_page_origin is None:
        return answer
    origin = fault.next_page_origin.encode()
    body = _NEXT.sub(lambda found: found[1] + origin, answer.body)
    return Answer(answer.status, body, answer.content_type, answer.headers)


async def _head(answer: Answer, send: Send) -> None:
    more = [(n.encode(), v.encode("latin-1")) for n, v in answer.headers.items()]
    length = (b"content-length", b"%d" % len(answer.body))
    kind = (b"content-type", answer.content_type.encode())
    headers = [kind, length, *more]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})


async def _in_quarters(body: bytes, pause: float, send: Send, clock: Clock) -> None:
    step = max(len(body) // 4, 1)
    for start in range(0, len(body), step):
        await clock.sleep(pause)
        part = body[start : start + step]
        await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it is remembered: path and query as they came, and whether it had a key."""

    method: str
    path: str
    query: str
    authorized: bool


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, of which host, with which key, and the moment for which it is answered."""

    method: str
    raw_path: str
    raw_query: str
    base: str
    authorization: str | None
    client: str | None
    now: datetime

    @property
    def asked(self) -> Asked:
        """What may be remembered of it: all but the key."""
        return Asked(self.method, self.raw_path, self.raw_query, self.authorization is not None)

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
        """Return this question's own address with some parameters taken out and others put in.

        Values in `more` are taken as they are: they must be encoded already.
        """
        kept = (f"{n}={quote(v, safe='')}" for n, v in self.params.items() if n not in drop)
        query = "&".join([*kept, *(f"{name}={value}" for name, value in more.items())])
        return f"{self.base}{self.raw_path}?{query}"


def question_of(scope: Scope, now: datetime) -> Question:
    """Read an ASGI request; its body is left alone."""
    host = authorization = None
    for name, value in scope["headers"]:
        if name == b"host":
            host = value.decode("latin-1")
        elif name == b"authorization":
            authorization = value.decode("latin-1")
    raw_path = scope.get("raw_path") or quote(scope["path"]).encode()
    client = scope.get("client")
    return Question(
        method=scope["method"],
        raw_path=raw_path.decode("latin-1"),
        raw_query=scope["query_string"].decode("latin-1"),
        base=f"{scope['scheme']}://{host or ':'.join(map(str, scope['server']))}",
        authorization=authorization,
        client=client[0] if client else None,
        now=now,
    )


async def body_of(receive: Receive) -> bytes:
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
Cut = Callable[[datetime, int, int], tuple[Sequence[Row], bool]]


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins, and the moment for which the list is shown."""

    at: datetime
    offset: int
    size: int
    page: int


def cursor_of(question: Question) -> Cursor:
    """Read the paging parameters. Raises Refusal with 33101 or 33103."""
    size = _number(question, "PageSize", DEFAULT_SIZE, 1, LARGEST_SIZE)
    page = _number(question, "Page", 0, 0, 10**9)
    token = question.raw.get("PageToken")
    if token is None:
        return Cursor(question.now, 0, size, page)
    found = _TOKEN.fullmatch(token)
    if not found or found[3] != _check(question.raw_path, found[1], found[2]):
        raise Refusal(400, 33103, "Paging information in the request is invalid")
    at = datetime.fromtimestamp(int(found[1], 16), tz=UTC)
    return Cursor(at, int(found[2], 16), size, page)


def page_of(question: Question, key: str, cut: Cut) -> Row:
    """Return one page: `cut(now, first, last)` gives the rows and whether there are more."""
    cursor = cursor_of(question)
    rows, more = cut(cursor.at, cursor.offset, cursor.offset + cursor.size)
    return {"meta": _meta(question, cursor, key, more=more), key: rows}


def usage_page_of(question: Question, key: str, cut: Cut) -> Row:
    """Return one page of usage, whose `meta` differs: no null, and two more keys."""
    page = page_of(question, key, cut)
    told = {name: value for name, value in page["meta"].items() if value is not None}
    page["meta"] = told | {"list_key": key, "direct_token": "PageToken" in question.raw}
    return page


def _meta(question: Question, cursor: Cursor, key: str, *, more: bool) -> Row:
    size, page, offset = cursor.size, cursor.page, cursor.offset

    def at(number: int, start: int) -> str:
        token = {"PageToken": _token(question.raw_path, cursor.at, start)} if start > 0 else {}
        return question.url(drop=_OURS, PageSize=size, Page=number, **token)

    return {
        "page": page,
        "page_size": size,
        "first_page_url": at(0, 0),
        "previous_page_url": at(max(page - 1, 0), max(offset - size, 0)) if offset else None,
        "url": at(page, offset),
        "next_page_url": at(page + 1, offset + size) if more else None,
        "key": key,
    }


def _number(question: Question, name: str, default: int, least: int, most: int) -> int:
    text = question.params.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"-?\d{1,9}", text, re.ASCII) or not least <= int(text) <= most:
        raise Refusal(400, 33101, f"Invalid parameter value: {name}")
    return int(text)


def _token(path: str, at: datetime, offset: int) -> str:
    moment, start = f"{int(at.timestamp()):x}", f"{offset:x}"
    return f"PA%2F{moment}%2B{start}%2B{_check(path, moment, start)}%3D%3D"


def _check(path: str, moment: str, start: str) -> str:
    return f"{crc32(f'{path} {moment} {start}'.encode()):08x}"
