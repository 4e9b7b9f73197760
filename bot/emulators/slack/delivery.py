"""How what a person does reaches the app and what comes back; over HTTP, signed as by Slack."""

import asyncio
import hashlib
import hmac
import json
import ssl
from functools import cache
from typing import Literal, Protocol
from urllib.parse import urlencode

import httpx

from bot.clock import Clock
from bot.emulators.slack.people import Json
from bot.struct import Struct

EnvelopeKind = Literal["slash_commands", "interactive", "events_api"]


class Ack(Struct):
    """What the app said at once: an error of Slack's or none, the body, and how long it took."""

    error: str | None
    seconds: float
    payload: Json | None = None
    no_retry: bool = False
    reason: str | None = None


class Delivery(Struct):
    """What the person notices: did the app take it, else with which error of Slack's.

    `operation_timeout` after 3 seconds without an ack, `dispatch_failed` without anybody there or
    for an answer other than 200. `answer` is the body of the ack. `ticket` is what the response URL
    was issued for: messages that came over it name it too.
    """

    ok: bool
    error: str | None = None
    ack_seconds: float = 0.0
    answer: Json | None = None
    ticket: str | None = None


class AppLink(Protocol):
    """The way to the app: Socket Mode or signed HTTP."""

    def response_url(self, ticket: str) -> str:
        """Return the address under which the app may answer."""

    async def hand_over(self, kind: EnvelopeKind, payload: Json) -> Ack:
        """Deliver once and wait for the ack, at most 3 seconds."""

    def emit(self, event: Json) -> None:
        """Deliver an event behind the person's back, again and again until it is acked."""


class Unplugged:
    """No app is there: nothing arrives."""

    def response_url(self, ticket: str) -> str:
        """Return an address that nobody serves."""
        return f"https://hooks.invalid/response/{ticket}"

    async def hand_over(self, kind: EnvelopeKind, payload: Json) -> Ack:  # noqa: ARG002 -- shape
        """Say that nobody is there."""
        return Ack("dispatch_failed", 0.0)

    def emit(self, event: Json) -> None:
        """Let the event fall."""


FORM = "application/x-www-form-urlencoded"


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Sign a body as Slack does: `v0=` and the HMAC-SHA256 of version, timestamp and body."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class SignedHttp:
    """Posts to one request URL."""

    def __init__(self, clock: Clock, secret: str, *, ack_seconds: float = 3.0) -> None:
        self.ack_seconds = ack_seconds
        self._clock = clock
        self._secret = secret

    async def deliver(
        self, url: str, kind: EnvelopeKind, payload: Json, headers: dict[str, str]
    ) -> Ack:
        """Post once and wait for a 200, at most 3 seconds."""
        began = asyncio.get_running_loop().time()
        body, content_type = encoded(kind, payload)
        try:
            async with asyncio.timeout(self.ack_seconds):
                answer = await self.post(url, body, content_type, headers)
            said = answered(answer)
        except TimeoutError:
            return Ack("operation_timeout", self._since(began), reason="http_timeout")
        except (httpx.HTTPError, ValueError):
            return Ack("dispatch_failed", self._since(began), reason="connection_failed")
        no_retry = answer.headers.get("x-slack-no-retry") == "1"
        if answer.status_code != 200:  # noqa: PLR2004 -- HTTP
            return Ack("dispatch_failed", self._since(began), None, no_retry, reason="http_error")
        return Ack(None, self._since(began), said, no_retry)

    async def post(
        self, url: str, body: bytes, content_type: str, headers: dict[str, str]
    ) -> httpx.Response:
        """Post a signed body, over a connection of its own. Raises httpx.HTTPError."""
        stamp = str(int(self._clock.now().timestamp()))
        signed = headers | {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature(self._secret, stamp, body),
        }
        async with httpx.AsyncClient(
            verify=_tls(), timeout=self.ack_seconds, trust_env=False
        ) as client:
            return await client.post(url, content=body, headers=signed)

    def _since(self, began: float) -> float:
        return asyncio.get_running_loop().time() - began


def encoded(kind: EnvelopeKind, payload: Json) -> tuple[bytes, str]:
    """Encode a payload: commands as a form, interactions as JSON in a form, events as JSON."""
    if kind == "slash_commands":
        return urlencode(payload).encode(), FORM
    if kind == "interactive":
        return urlencode({"payload": json.dumps(payload)}).encode(), FORM
    return json.dumps(payload).encode(), "application/json"


def answered(answer: httpx.Response) -> Json | None:
    """Read the body of an ack: JSON, or plain text to be shown. Raises ValueError."""
    if not answer.content.strip():
        return None
    if "json" in answer.headers.get("content-type", ""):
        said = json.loads(answer.content)
        return said if isinstance(said, dict) else None
    return {"text": answer.content.decode(errors="replace")}


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
