"""Calls to Slack over one shared aiohttp session: the Web API, response_urls and uploads.

slack_sdk's own clients send a post twice when a connection breaks, open a session a call without
one given, and `respond()` cannot be given one; what the bot sends goes through here instead.
"""

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Protocol
from urllib.parse import urlencode

import aiohttp

from bot.clock import Backoff, Clock, read_retry_after
from bot.errors import without_traceback
from bot.proxies import CleanConnector, is_within, origin_of, proxy_for, why_no_answer
from bot.slack.errors import (
    NOT_DONE,
    Reason,
    SlackError,
    SlackOutcomeUnknown,
    SlackRateLimited,
    SlackRefused,
    SlackUnreachable,
    reason_of,
)
from bot.struct import Struct


class SlackObserver(Protocol):
    """Counts what goes to Slack and comes back; labels are few and bounded."""

    def slack_called(self, method: str, outcome: str, seconds: float) -> None:
        """Time one HTTP request: `outcome` is `ok` or the error's code."""

    def delivered(self, route: str, outcome: str) -> None:
        """Count one way by which an answer was sent, or failed to be."""

    def block_unknown(self, kind: str) -> None:
        """Count a kind of block that a workspace does not know."""

    def acknowledged(self, via: str, seconds: float) -> None:
        """Time an ack, over `http` or `socket`."""

    def slack_connections(self, count: int) -> None:
        """Record how many Socket Mode connections this app has."""


BACKOFF = Backoff(first=0.3, longest=5.0, jitter=0.4)


class RetryPolicy(Struct):
    """Decides whether a call is made again. `max_wait` is in seconds, for all waits of a call."""

    attempts: int = 4
    backoff: Backoff = BACKOFF
    max_wait: float = 60.0

    def wait(
        self, error: SlackError, attempt: int, waited: float, *, idempotent: bool
    ) -> float | None:
        """Return the seconds until the next attempt; None where there is none."""
        if attempt >= self.attempts or not _may_retry(error, idempotent=idempotent):
            return None
        seconds = self.backoff.after(attempt)
        if isinstance(error, SlackRateLimited):
            seconds = error.retry_after + self.backoff.after(1)
        return seconds if waited + seconds <= self.max_wait else None


def _may_retry(error: SlackError, *, idempotent: bool) -> bool:
    """Return whether Slack surely did nothing, or may do it twice."""
    if isinstance(error, SlackOutcomeUnknown):
        return idempotent
    return isinstance(error, NOT_DONE)


RESPONSE_URL = "response_url"
UPLOAD = "upload"
CONNECTIONS = 50
MOST_BYTES = 16 << 20
_JSON = {"Content-Type": "application/json; charset=utf-8"}
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_BYTES = {"Content-Type": "application/octet-stream"}
_OK = re.compile(r"(?i)ok\b")
_CODE = re.compile(r"[a-z][a-z0-9_]{1,79}")
NOT_SLACKS = "not in its words"
TOO_MANY, REDIRECT, BAD_REQUEST, PROXY_REFUSES, SERVER_ERROR = 429, 300, 400, 407, 500

_TIMEOUT = aiohttp.ClientTimeout(total=20, connect=10, sock_connect=5)
_NOT_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ClientHttpProxyError,
    aiohttp.ConnectionTimeoutError,
)
_FILE_TIMEOUT = aiohttp.ClientTimeout(total=300, connect=10, sock_connect=5)

Json = dict[str, Any]
Content = bytes | Path


class SlackResponse(Struct):
    """A yes of Slack's to `method`: the body read as JSON, and the headers."""

    method: str
    body: Json
    headers: Mapping[str, str]

    def text(self, name: str, inside: str | None = None) -> str:
        """Return a text of the body, or of the object `inside` it, that nothing works without.

        Raises SlackOutcomeUnknown where it is missing: what was asked for may be done.
        """
        found = text_in(part(self.body, inside) if inside else self.body, name)
        if not found:
            raise SlackOutcomeUnknown(self.method, "unreadable_answer")
        return found

    @property
    def next_cursor(self) -> str:
        """Return where the next page begins; "" after the last."""
        return text_in(part(self.body, "response_metadata"), "next_cursor")


def part(body: Mapping[str, Any], name: str) -> Json:
    """Return an object in what Slack sent; an empty one where it is missing or something else."""
    found = body.get(name)
    return found if isinstance(found, dict) else {}


def parts(body: Mapping[str, Any], name: str) -> tuple[Json, ...]:
    """Return the objects of a list in what Slack sent, and nothing else that is in it."""
    return tuple(each for each in items(body, name) if isinstance(each, dict))


def items(body: Mapping[str, Any], name: str) -> list[Any]:
    """Return a list in what Slack sent; an empty one where it is missing or something else."""
    found = body.get(name)
    return found if isinstance(found, list) else []


def text_in(body: Mapping[str, Any], name: str) -> str:
    """Return a text in what Slack sent; "" where it is missing or something else.

    Half a character, which JSON can write and nothing else can take, is replaced.
    """
    found = body.get(name)
    return found.encode("utf-8", "replace").decode() if isinstance(found, str) else ""


async def _refuse_redirect(
    _session: object, _context: object, about: aiohttp.TraceRequestRedirectParams
) -> None:
    about.response.close()
    raise aiohttp.ClientError("Slack sends nobody elsewhere")


def no_redirects() -> aiohttp.TraceConfig:
    """Let no redirect be followed, whoever asks: a body, or a socket, goes to Slack or nowhere."""
    trace = aiohttp.TraceConfig()
    trace.on_request_redirect.append(_refuse_redirect)
    return trace


def open_session() -> aiohttp.ClientSession:
    """Open the session that every call shares."""
    return aiohttp.ClientSession(
        connector=CleanConnector(limit=CONNECTIONS, ttl_dns_cache=300),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=_TIMEOUT,
        headers={"User-Agent": "simsessions", "Accept-Encoding": "identity"},
        trace_configs=[no_redirects()],
        auto_decompress=False,  # what comes packed unasked is unreadable, not a giant
    )


class SlackClient:
    """Calls Slack, waits out 429s and retries what surely was not done, or may be done twice.

    Never to be called before the ack: Slack may ask for a wait as long as the retry policy allows.
    """

    def __init__(  # noqa: PLR0913 -- collaborators and two values
        self,
        session: aiohttp.ClientSession,
        clock: Clock,
        *,
        token: str,
        api_url: str,
        observer: SlackObserver | None = None,
        retry: RetryPolicy | None = None,
        refused: asyncio.Event | None = None,
    ) -> None:
        self._session = session
        self._clock = clock
        self._token = token
        self._api_url = api_url.rstrip("/") + "/"
        self._observer = observer
        self._retry = retry or RetryPolicy()
        self.refused = refused or asyncio.Event()
        """Set as soon as Slack refuses the bot's token."""

    async def call(
        self,
        method: str,
        body: Json | None = None,
        *,
        token: str = "",
        idempotent: bool = False,
        form: bool = False,
    ) -> SlackResponse:
        """Call a method of the Web API with the bot's token, or another's.

        `idempotent` says that the call may be repeated without harm; `form` is for the methods that
        do not read JSON, such as files.info. Raises SlackError.
        """
        data = urlencode(body or {}) if form else json.dumps(body or {})
        headers = {"Authorization": f"Bearer {token or self._token}"} | (_FORM if form else _JSON)
        url = self._api_url + method
        try:
            return await self._send(method, url, data.encode(), headers, idempotent=idempotent)
        except SlackRefused as error:
            if error.reason is Reason.BAD_TOKEN and not token:
                self.refused.set()
            raise

    async def respond(self, response_url: str, body: Json, *, idempotent: bool = False) -> None:
        """Post to a response_url of Slack's, which takes 5 posts within 30 minutes.

        `idempotent` as for `call`. Raises SlackError.
        """
        if not is_within(response_url, self._api_url):
            raise SlackRefused(RESPONSE_URL, "invalid_url")
        data = json.dumps(body).encode()
        await self._send(RESPONSE_URL, response_url, data, _JSON, idempotent=idempotent)

    async def upload(self, upload_url: str, content: Content) -> None:
        """Post a file to the address that files.getUploadURLExternal gave. Raises SlackError.

        A file on the disk is streamed from there.
        """
        if not is_within(upload_url, self._api_url):
            raise SlackRefused(UPLOAD, "invalid_url")
        await self._send(UPLOAD, upload_url, content, _BYTES, idempotent=False)

    async def _send(
        self, method: str, url: str, data: Content, headers: Mapping[str, str], *, idempotent: bool
    ) -> SlackResponse:
        attempt, waited = 0, 0.0
        in_doubt: SlackError | None = None
        while True:
            attempt += 1
            try:
                return await self._observed(method, url, data, headers)
            except SlackError as error:
                wait = self._retry.wait(error, attempt, waited, idempotent=idempotent)
                if wait is None:
                    if in_doubt and isinstance(error, NOT_DONE):
                        raise in_doubt from error
                    raise
                in_doubt = (
                    without_traceback(error) if isinstance(error, SlackOutcomeUnknown) else in_doubt
                )
            waited += wait
            await self._clock.sleep(wait)

    async def _observed(
        self, method: str, url: str, data: Content, headers: Mapping[str, str]
    ) -> SlackResponse:
        started, outcome = self._clock.monotonic(), "cancelled"
        try:
            answer = await self._post(method, url, data, headers)
            outcome = "ok"
        except SlackError as error:
            outcome = error.outcome
            raise
        finally:
            if self._observer:
                self._observer.slack_called(method, outcome, self._clock.monotonic() - started)
        return answer

    async def _post(
        self, method: str, url: str, data: Content, headers: Mapping[str, str]
    ) -> SlackResponse:
        if self._session.closed:  # we are ending, and this one is too late
            raise SlackUnreachable(method, "closed")
        timeout = _TIMEOUT if isinstance(data, bytes) else _FILE_TIMEOUT
        try:
            with _opened(data) as body:
                async with self._session.post(
                    url,
                    data=body,
                    headers=headers,
                    proxy=proxy_for(origin_of(url)),
                    timeout=timeout,
                    allow_redirects=False,  # a body goes to Slack or nowhere
                ) as response:
                    text = await _body_of(response)
        except _NOT_SENT as error:
            raise SlackUnreachable(method, why_no_answer(error)) from error
        except aiohttp.InvalidURL as error:
            raise SlackRefused(method, "invalid_url") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise SlackOutcomeUnknown(method, why_no_answer(error)) from error
        return _read(method, response.status, response.headers, text, self._clock.now())


async def _body_of(response: aiohttp.ClientResponse) -> bytes:
    """Read a body, up to a limit: what is larger is cut, and so unreadable."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > MOST_BYTES:
            break
    return bytes(body[:MOST_BYTES])


@contextmanager
def _opened(content: Content) -> Iterator[bytes | IO[bytes]]:
    if isinstance(content, bytes):
        yield content
        return
    with content.open("rb") as file:
        yield file


def _read(
    method: str, status: int, headers: Mapping[str, str], text: bytes, now: datetime
) -> SlackResponse:
    """Return a yes, or raise what else it was: the one place that tells by status and code.

    Limited and refused: Slack said so. In doubt: a server error, or a success that cannot be read.
    Anything else that is not in Slack's words is somebody's on the way: nothing reached Slack. Its
    methods always have words; other addresses of Slack's may refuse without any.
    """
    body = _body(text)
    is_success = status < REDIRECT
    if is_success and body.get("ok") and "error" not in body:
        return SlackResponse(method, body, headers)
    error = text_in(body, "error") or f"http_{status}"
    reason = reason_of(error)
    if status == TOO_MANY or reason is Reason.RATE_LIMITED:
        seconds = read_retry_after(headers.get("Retry-After"), now)
        raise SlackRateLimited(method, 1.0 if seconds is None else seconds)
    if is_success and (body.get("ok") or (not text and method in {RESPONSE_URL, UPLOAD})):
        return SlackResponse(method, body, headers)
    if status >= SERVER_ERROR or reason is Reason.IN_DOUBT or (is_success and not body):
        raise SlackOutcomeUnknown(method, error if body or not text else f"{error}, {NOT_SLACKS}")
    may_be_mute = method in {RESPONSE_URL, UPLOAD} and status != PROXY_REFUSES
    if not body and (text or status < BAD_REQUEST or not may_be_mute):
        raise SlackUnreachable(method, f"{error}, and not from Slack")
    messages = tuple(map(str, items(part(body, "response_metadata"), "messages")))
    raise SlackRefused(method, error, messages, text_in(body, "needed"))


def _body(text: bytes) -> Json:
    """Read a body; other URLs than the Web API's answer `ok`, `OK - 123` or a bare code.

    What is neither is nothing: a page for people, half an answer, or JSON that is not Slack's.
    """
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        word = text[:100].decode("utf-8", "replace").strip()
        if _OK.match(word):
            return {"ok": True}
        return {"ok": False, "error": word} if _CODE.fullmatch(word) else {}
    if isinstance(body, dict):
        return body if isinstance(body.get("ok"), bool) else {}
    return {"ok": True} if body == "ok" else {}
