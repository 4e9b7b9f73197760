"""Calls to Slack over one shared aiohttp session: the Web API, response_urls and uploads.

slack_sdk's own clients send a post twice when a connection breaks, open a session a call without
one given, and `respond()` cannot be given one; what the bot sends goes through here instead.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol
from urllib.parse import urlencode

import aiohttp

from bot.backoff import Backoff
from bot.clock import Clock
from bot.proxies import origin_of, proxy_for
from bot.slack.errors import (
    Reason,
    SlackError,
    SlackOutcomeUnknown,
    SlackRateLimited,
    SlackRefused,
    SlackUnreachable,
    reason_of,
)


class SlackObserver(Protocol):
    """Each call is one event; labels are few and bounded."""

    def slack_called(self, method: str, outcome: str, seconds: float) -> None:
        """Time one HTTP request to Slack: `outcome` is ok or the error's word."""

    def delivered(self, route: str, outcome: str) -> None:
        """Count one way that an answer took, or tried to."""

    def block_unknown(self, kind: str) -> None:
        """Count a kind of block that a workspace was found not to know."""

    def acknowledged(self, via: str, seconds: float) -> None:
        """Time until Slack was answered, over http or socket."""

    def slack_connections(self, count: int) -> None:
        """Keep how many Socket Mode connections Slack counts for this app."""


class NullSlackObserver:
    """Counts nothing."""

    def slack_called(self, method: str, outcome: str, seconds: float) -> None:
        """Ignore it."""

    def delivered(self, route: str, outcome: str) -> None:
        """Ignore it."""

    def block_unknown(self, kind: str) -> None:
        """Ignore it."""

    def acknowledged(self, via: str, seconds: float) -> None:
        """Ignore it."""

    def slack_connections(self, count: int) -> None:
        """Ignore it."""


BACKOFF = Backoff(first=0.3, longest=5.0, jitter=0.4)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How patient a call is. Seconds; `most_waited` caps the sum of what Slack asks us to wait."""

    attempts: int = 4
    backoff: Backoff = BACKOFF
    most_waited: float = 60.0

    def wait(
        self, error: SlackError, attempt: int, waited: float, *, question: bool
    ) -> float | None:
        """Return the seconds before attempt `attempt` + 1, or None where there is none."""
        if attempt >= self.attempts:
            return None
        seconds = self._seconds(error, attempt, question=question)
        return None if seconds is None or waited + seconds > self.most_waited else seconds

    def _seconds(self, error: SlackError, attempt: int, *, question: bool) -> float | None:
        if isinstance(error, SlackRateLimited):
            return error.retry_after + self.backoff.after(1)
        return self.backoff.after(attempt) if self._again(error, question=question) else None

    @staticmethod
    def _again(error: SlackError, *, question: bool) -> bool:
        if isinstance(error, SlackRefused):
            return error.reason is Reason.SERVER_FAULT
        if isinstance(error, SlackOutcomeUnknown):
            return question
        return isinstance(error, SlackUnreachable)


RESPONSE_URL = "response_url"
UPLOAD = "upload"
CONNECTIONS = 50
_JSON = {"Content-Type": "application/json; charset=utf-8"}
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_BYTES = {"Content-Type": "application/octet-stream"}
_YES = re.compile(r"(?i)ok\b")
_NOT_DONE = (500, 503)  # Slack answered that it did not do it; 502 and 504 come from a gateway

_TIMES = aiohttp.ClientTimeout(total=20, connect=10, sock_connect=5)
_LONG = aiohttp.ClientTimeout(total=300, connect=10, sock_connect=5)  # for what lies on the disk

Json = dict[str, Any]
Content = bytes | Path


@dataclass(frozen=True, slots=True)
class Answer:
    """What Slack answered: the body read as JSON, and its headers."""

    body: Json
    headers: Mapping[str, str]


def open_session() -> aiohttp.ClientSession:
    """Open the session that every call shares."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=CONNECTIONS, ttl_dns_cache=300),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=_TIMES,
        headers={"User-Agent": "simsessions", "Accept-Encoding": "identity"},
    )


class SlackClient:
    """Sends, waits out 429s, tries again what surely was not done, and tells errors apart.

    Never called before the ack: a wait that Slack asks for may take as long as the retry policy
    allows.
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
    ) -> None:
        self._session = session
        self._clock = clock
        self._token = token
        self._api_url = api_url.rstrip("/") + "/"
        self._observer = observer or NullSlackObserver()
        self._retry = retry or RetryPolicy()

    async def call(
        self,
        method: str,
        body: Json | None = None,
        *,
        token: str = "",
        question: bool = False,
        form: bool = False,
    ) -> Answer:
        """Call a method of the Web API with the bot's token, or another's.

        `question` says that the call changes nothing and may be repeated; `form` is for the methods
        that do not read JSON, such as files.info. Raises SlackError.
        """
        data = urlencode(body or {}) if form else json.dumps(body or {})
        headers = {"Authorization": f"Bearer {token or self._token}"} | (_FORM if form else _JSON)
        url = self._api_url + method
        return await self._send(method, url, data.encode(), headers, question=question)

    async def respond(self, response_url: str, body: Json) -> None:
        """Post to a response_url: at most 5 times and for 30 minutes. Raises SlackError."""
        data = json.dumps(body).encode()
        await self._send(RESPONSE_URL, response_url, data, _JSON, question=False)

    async def upload(self, upload_url: str, content: Content) -> None:
        """Post a file's bytes to where files.getUploadURLExternal said. Raises SlackError.

        What lies on the disk is sent from there, without being read into memory as a whole.
        """
        await self._send(UPLOAD, upload_url, content, _BYTES, question=False)

    async def _send(
        self, method: str, url: str, data: Content, headers: Mapping[str, str], *, question: bool
    ) -> Answer:
        attempt, waited = 0, 0.0
        while True:
            attempt += 1
            try:
                return await self._timed(method, url, data, headers)
            except SlackError as error:
                wait = self._retry.wait(error, attempt, waited, question=question)
                if wait is None:
                    raise
            waited += wait
            await self._clock.sleep(wait)

    async def _timed(
        self, method: str, url: str, data: Content, headers: Mapping[str, str]
    ) -> Answer:
        started, outcome = self._clock.monotonic(), "cancelled"
        try:
            answer = await self._once(method, url, data, headers)
            outcome = "ok"
        except SlackError as error:
            outcome = error.outcome
            raise
        finally:
            self._observer.slack_called(method, outcome, self._clock.monotonic() - started)
        return answer

    async def _once(
        self, method: str, url: str, data: Content, headers: Mapping[str, str]
    ) -> Answer:
        proxy, timeout = proxy_for(origin_of(url)), _TIMES if isinstance(data, bytes) else _LONG
        try:
            with _opened(data) as body:
                async with self._session.post(
                    url, data=body, headers=headers, proxy=proxy, timeout=timeout
                ) as response:
                    text = await response.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise SlackUnreachable(method, type(error).__name__) from error
        except aiohttp.InvalidURL as error:
            raise SlackRefused(method, "invalid_url") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise SlackOutcomeUnknown(method, type(error).__name__) from error
        return _read(method, response.status, response.headers, text)


@contextmanager
def _opened(content: Content) -> Iterator[bytes | IO[bytes]]:
    if isinstance(content, bytes):
        yield content
        return
    with content.open("rb") as file:
        yield file


def _read(method: str, status: int, headers: Mapping[str, str], text: bytes) -> Answer:
    """Tell yes from no; other URLs than the Web API's answer `ok`, `OK - 123` or a bare code."""
    body = _body(text)
    error = str(body.get("error") or f"http_{status}")
    reason = reason_of(error)
    if status == 429 or reason is Reason.RATE_LIMITED:  # noqa: PLR2004 -- HTTP's number
        raise SlackRateLimited(method, _retry_after(headers))
    if status >= 500 and status not in _NOT_DONE:  # noqa: PLR2004
        raise SlackOutcomeUnknown(method, f"http_{status}")
    if status == 200 and body.get("ok"):  # noqa: PLR2004
        return Answer(body, headers)
    if reason is Reason.IN_DOUBT:
        raise SlackOutcomeUnknown(method, error)
    messages = (body.get("response_metadata") or {}).get("messages") or ()
    needed = str(body.get("needed") or "")
    raise SlackRefused(method, error, tuple(map(str, messages)), needed)


def _body(text: bytes) -> Json:
    try:
        body = json.loads(text)
    except ValueError:
        word = text.decode("utf-8", "replace").strip()[:80]
        return {"ok": True} if _YES.match(word) else {"ok": False, "error": word or None}
    return body if isinstance(body, dict) else {"ok": body == "ok"}


def _retry_after(headers: Mapping[str, str]) -> float:
    try:
        return max(0.0, float(headers.get("Retry-After", "1")))
    except ValueError:
        return 1.0
