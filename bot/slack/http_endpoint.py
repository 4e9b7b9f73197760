"""POST /slack/events: checks the signature, acknowledges commands at once, hands the rest to Bolt.

The ack of a slash command is always empty, so it is sent before Bolt sees the request, once
`taking` has it. In other acks Slack reads what Bolt answers: options, modals, challenges.
"""

import asyncio
import hmac
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.clock import Clock
from bot.slack.bolt_app import bolt_request
from bot.slack.client import SlackObserver

WINDOW_SECONDS = 300
Taking = Callable[[str], AbstractContextManager[None]]
"""Holds a command, by its body, until a listener has it."""


class SignatureVerifier:
    """Checks that Slack signed a request; without a secret no request is Slack's."""

    def __init__(self, secret: str, clock: Clock) -> None:
        self._key = secret.encode()
        self._clock = clock

    def is_valid(self, body: bytes, timestamp: bytes, signature: bytes) -> bool:
        """Return whether Slack signed this body, less than five minutes ago."""
        if not (self._key and timestamp.isdigit() and self._fresh(timestamp)):
            return False
        expected = hmac.digest(self._key, b"v0:%b:%b" % (timestamp, body), "sha256").hex()
        return hmac.compare_digest(b"v0=" + expected.encode(), signature)

    def _fresh(self, timestamp: bytes) -> bool:
        # 12 digits last for 30,000 years; more would only cost time
        is_number = len(timestamp) <= 12  # noqa: PLR2004
        return is_number and abs(self._clock.now().timestamp() - int(timestamp)) <= WINDOW_SECONDS


MAX_BYTES = 1 << 20  # a view is at most 250 KB; Bolt itself would read any length


class SlackEndpoint:
    """An ASGI app before Bolt: 413 too long, 401 not Slack's, 400 not readable, 503 stopping."""

    def __init__(
        self,
        app: AsyncApp,
        verifier: SignatureVerifier,
        clock: Clock,
        observer: SlackObserver,
        taking: Taking,
    ) -> None:
        self._app = app
        self._verifier = verifier
        self._clock = clock
        self._observer = observer
        self._taking = taking
        self._is_open = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        started = self._clock.monotonic()
        headers: dict[bytes, bytes] = dict(scope["headers"])
        body = await self._checked(headers, receive)
        if isinstance(body, str) and is_command(body):
            with self._taking(body):
                await self._acknowledge(Response(), started, (scope, receive, send))
                # uvloop writes at the end of the loop's turn
                await asyncio.sleep(0)
                await self._answer(body, headers)
        else:
            answer = await self._answer(body, headers)
            await self._acknowledge(answer, started, (scope, receive, send))

    async def _acknowledge(
        self, response: Response, started: float, to: tuple[Scope, Receive, Send]
    ) -> None:
        await response(*to)
        self._observer.acknowledged("http", self._clock.monotonic() - started)

    async def open(self) -> None:
        """Take requests from now on."""
        self._is_open = True

    async def is_open(self) -> bool:
        """Return whether requests are taken."""
        return self._is_open

    async def watch(self) -> None:
        """Wait for ever: there is no connection of ours that could be lost."""
        await asyncio.Event().wait()

    async def close(self, _patience: float = 0.0) -> None:
        """Take no more requests: Slack delivers events again, and tells people that it failed."""
        self._is_open = False

    async def _checked(self, headers: dict[bytes, bytes], receive: Receive) -> str | Response:
        """Return the body of a request of Slack's, or the response to any other."""
        body = await read_body(receive)
        if body is None:
            return Response("too long", 413, headers={"connection": "close"})
        if not self._is_slacks(body, headers):
            return Response("not signed by Slack", 401)
        if not self._is_open:
            return Response("restarting", 503, headers={"retry-after": "10"})
        try:
            return body.decode()
        except UnicodeDecodeError:
            return Response("not readable", 400)

    async def _answer(self, body: str | Response, headers: dict[bytes, bytes]) -> Response:
        """Return Bolt's answer to a body."""
        if isinstance(body, Response):
            return body
        request = bolt_request(body, _bolt_headers(headers))
        if request is None:
            return Response("not readable", 400)
        return _response(await self._app.async_dispatch(request))

    def _is_slacks(self, body: bytes, headers: dict[bytes, bytes]) -> bool:
        timestamp = headers.get(b"x-slack-request-timestamp", b"")
        return self._verifier.is_valid(body, timestamp, headers.get(b"x-slack-signature", b""))


async def read_body(receive: Receive) -> bytes | None:
    """Read the whole body; None where it is longer than a megabyte or its sender is gone."""
    chunks: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return None
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > MAX_BYTES:
            return None
        chunks.append(chunk)
        more = message.get("more_body", False)
    return b"".join(chunks)


def is_command(body: str) -> bool:
    """Return whether it is a slash command, and no event (JSON), interaction or check."""
    return not body.startswith(("payload=", "{")) and "command=%2F" in body


def _bolt_headers(headers: dict[bytes, bytes]) -> dict[str, Any]:
    """Return the headers that Bolt reads."""
    return {
        name.decode("latin-1"): value.decode("latin-1")
        for name, value in headers.items()
        if name == b"content-type" or name.startswith(b"x-slack-retry")
    }


def _response(answer: BoltResponse) -> Response:
    headers = {name: values[0] for name, values in answer.headers.items() if values}
    return Response(answer.body or "", answer.status, headers=headers)
