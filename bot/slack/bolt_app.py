"""The Bolt app that takes Slack's requests, and the HTTP endpoint before it: POST /slack/events.

The app acknowledges at once and asks Slack nothing on the way. By itself Bolt polls every 10 ms for
the ack, loses it where a listener raises right after it, and calls auth.test within the first
request's three seconds.

The endpoint checks the signature. The ack of a slash command is always empty, so it is sent before
Bolt sees the request, once `taking` has it. In other acks Slack reads what Bolt answers: options,
modals, challenges.
"""

import asyncio
import hmac
import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.listener_matcher.async_builtins import AsyncBuiltinListenerMatcher
from slack_bolt.listener_matcher.async_listener_matcher import AsyncListenerMatcher
from slack_bolt.request.payload_utils import (
    is_block_actions,
    to_action,
    to_event,
    to_options,
    to_shortcut,
    to_step,
    to_view,
)
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackClientError
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.clock import Clock
from bot.errors import SlackLost, StartError
from bot.proxies import origin_of, proxy_for
from bot.slack.client import SlackObserver
from bot.slack.identity import Identity

log = logging.getLogger(__name__)

# Bolt finds SLACK_BOT_TOKEN in the environment by itself, and says that it does not need it.
PASSING = (OSError, TimeoutError, aiohttp.ClientError, SlackClientError, SlackLost, StartError)
SAID_BY_US = "is no longer active. Failed to send a message"
UNUSED_NOTICE = "As you gave `client` as well, `token` will be unused."


class StaticAuthorize(AsyncAuthorize):
    """Answers every request with the identity that was asked for at the start."""

    def __init__(self, identity: Identity, token: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Bolt's has no types
        self._result = AuthorizeResult(
            enterprise_id=identity.enterprise,
            team_id=identity.team,
            bot_user_id=identity.user,
            bot_id=identity.bot,
            bot_token=token,
        )

    async def __call__(self, **_request: object) -> AuthorizeResult:
        """Return it, whatever the request."""
        return self._result


Listener = Callable[..., Awaitable[None]]
"""Of a click: it is given `ack`, `body` and `actor`."""


class BodyMatcher(AsyncListenerMatcher):
    """Asks a matcher of Bolt's about the body alone.

    By itself it gathers 30 arguments first, for each listener that is asked.
    """

    def __init__(self, matcher: AsyncBuiltinListenerMatcher) -> None:
        self._func: Callable[[dict[str, Any]], Any] = matcher.func

    async def async_matches(self, req: AsyncBoltRequest, resp: BoltResponse) -> bool:  # noqa: ARG002 -- Bolt's
        """Return whether the listener is for this request."""
        return bool(await self._func(req.body))


_ACTION = re.compile(r"(.*?)(?::\d+)?")


def _clicked(body: dict[str, Any]) -> str | None:
    """Return the action id of a click, without the number that `pick:1` has; None: no click."""
    read = is_block_actions(body) and _ACTION.fullmatch(body["actions"][0]["action_id"])
    return read[1] if read else None


class ClickMatcher(AsyncListenerMatcher):
    """Tells the clicks that have a listener."""

    def __init__(self, clicks: Mapping[str, Listener]) -> None:
        self._clicks = clicks

    async def async_matches(self, req: AsyncBoltRequest, resp: BoltResponse) -> bool:  # noqa: ARG002 -- Bolt's
        """Return whether this is one."""
        return _clicked(req.body) in self._clicks


class App(AsyncApp):
    """Finds the listener of a request by its body, that of a click by its action id.

    By itself Bolt asks each listener whether it is the one, and a button has one each.
    """

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 -- Bolt's
        super().__init__(**options)
        self._clicks: dict[str, Listener] = {}

    def action(self, constraints: str) -> Callable[[Listener], Listener]:  # type: ignore[override]
        """Attach the listener of an action id, numbered or not: both `pick` and `pick:1`."""
        clicks = self._clicks

        async def click(ack: AsyncAck, body: dict[str, Any], actor: Any) -> None:  # noqa: ANN401 -- handed on
            await clicks[_clicked(body) or ""](ack=ack, body=body, actor=actor)

        if not clicks:
            self._register_listener([click], ClickMatcher(clicks), None, None)
        return partial(clicks.setdefault, constraints)

    def _register_listener(
        self,
        functions: Sequence[Callable[..., Awaitable[BoltResponse | None]]],
        primary_matcher: AsyncListenerMatcher,
        *more: Any,  # noqa: ANN401 -- handed on as Bolt gave it
    ) -> Callable[..., Awaitable[BoltResponse | None]] | None:
        if isinstance(primary_matcher, AsyncBuiltinListenerMatcher):
            primary_matcher = BodyMatcher(primary_matcher)
        return super()._register_listener(functions, primary_matcher, *more)


def make_bolt_app(
    session: aiohttp.ClientSession, identity: Identity, *, token: str, api_url: str
) -> AsyncApp:
    """Return the app without listeners; what it sends goes over the shared session.

    Signatures are checked before Bolt, by SlackEndpoint. The helpers that Bolt injects
    for assistants and functions are off: nothing here uses them.
    """
    logger = bolt_logger()
    return App(
        name="simsessions",
        logger=logger,
        client=_web_client(session, api_url, logger),
        authorize=StaticAuthorize(identity, token),
        signing_secret="",
        process_before_response=True,
        request_verification_enabled=False,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )


ABOUT: dict[object, Callable[[dict[str, Any]], object]] = {
    "event_callback": to_event,
    "block_actions": to_action,
    "block_suggestion": to_options,
    "view_submission": to_view,
    "view_closed": to_view,
    "shortcut": to_shortcut,
    "message_action": to_shortcut,
}


def bolt_request(
    body: str | dict[str, Any], headers: Mapping[str, Any] | None, mode: str = "http"
) -> AsyncBoltRequest | None:
    """Return a request for Bolt; None, with a line in the log, for one that Bolt would break at."""
    try:
        request = AsyncBoltRequest(body=body, headers=dict(headers or {}), mode=mode)
        _read(request.body)
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
        why = f"{type(error).__name__}: {error}"  # of fields and types, not of what stands in them
        log.warning("request-malformed", extra={"why": why[:200]})
        return None
    return request


def _read(body: dict[str, Any]) -> None:
    """Read what Bolt's middleware and matchers will, with its own readers. Raises as they do."""
    kind = body.get("type", "" if "command" in body or "ssl_check" in body else None)
    body.get("event", {}).get("type")
    if body.get("view") is not None:
        body["view"].get("type")
    to_action(body)
    to_step(body)
    about = ABOUT.get(kind, dict)(body)
    if not isinstance(about, dict):
        raise TypeError(f"{kind} without what it is about")
    matched = [kind, body.get("callback_id", ""), body.get("action_id", "")]
    if kind == "block_actions":
        matched.append(about["action_id"])
    if not all(isinstance(each, str) for each in matched):
        raise TypeError("a type, callback_id or action_id that is no text")


def bolt_logger() -> logging.Logger:
    """Return the logger that Bolt's loggers copy; never at DEBUG, where it logs whole bodies."""
    logger = logging.getLogger("slack_bolt")
    logger.setLevel(max(logger.level, logging.INFO))
    if not logger.filters:
        logger.addFilter(_quieted)
    return logger


def _quieted(record: logging.LogRecord) -> bool:
    """Let a lost connection be one line: the SDK logs where each try was, and mends it itself."""
    if record.exc_info and isinstance(record.exc_info[1], PASSING):
        record.exc_info, record.exc_text = None, None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
    said = record.getMessage()
    return said != UNUSED_NOTICE and not said.endswith(SAID_BY_US)


def _web_client(
    session: aiohttp.ClientSession, api_url: str, logger: logging.Logger
) -> AsyncWebClient:
    """Return the SDK's client for Bolt and Socket Mode; it never repeats what may be done."""
    client = AsyncWebClient(
        base_url=api_url,
        session=session,
        timeout=10,
        logger=logger,
        retry_handlers=[
            AsyncRateLimitErrorRetryHandler(max_retry_count=3),
            AsyncServerErrorRetryHandler(max_retry_count=2),
        ],
    )
    # by itself it takes the environment's proxy for every host, this machine included
    client.proxy = proxy_for(origin_of(api_url))
    return client


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
