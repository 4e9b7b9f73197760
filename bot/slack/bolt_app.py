"""Who the bot is to Slack, and the Bolt app that takes its requests.

The app acknowledges at once and asks Slack nothing on the way. By itself Bolt polls every 10 ms for
the ack, loses it where a listener raises right after it, and calls auth.test within the first
request's three seconds.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import aiohttp
from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.listener_matcher.async_builtins import AsyncBuiltinListenerMatcher
from slack_bolt.listener_matcher.async_listener_matcher import AsyncListenerMatcher
from slack_bolt.request.payload_utils import (
    to_action,
    to_event,
    to_options,
    to_shortcut,
    to_step,
    to_view,
)
from slack_sdk.errors import SlackClientError
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SlackLost, StartError
from bot.proxies import origin_of, proxy_for
from bot.slack.client import SlackClient, SlackResponse, text_in
from bot.slack.errors import Reason, SlackError, SlackRefused
from bot.struct import Struct

log = logging.getLogger(__name__)

BOT_TOKEN = "SLACK_BOT_TOKEN"  # noqa: S105 -- its name
APP_TOKEN = "SLACK_APP_TOKEN"  # noqa: S105 -- its name


class Identity(Struct):
    """What auth.test says of the bot's token; `scopes` are those that it was granted."""

    team: str
    user: str
    bot: str | None = None
    enterprise: str | None = None
    scopes: frozenset[str] = frozenset()


async def identify(client: SlackClient) -> Identity:
    """Return whose token the bot has. Raises StartError or SlackLost, each with one clear line."""
    answer = await call_at_start(client, "auth.test", BOT_TOKEN, needs=("team_id", "user_id"))
    granted = answer.headers.get("X-OAuth-Scopes", "")
    return Identity(
        team=answer.text("team_id"),
        user=answer.text("user_id"),
        bot=text_in(answer.body, "bot_id") or None,
        enterprise=text_in(answer.body, "enterprise_id") or None,
        scopes=frozenset(scope.strip() for scope in granted.split(",") if scope.strip()),
    )


async def call_at_start(
    client: SlackClient, method: str, setting: str, token: str = "", *, needs: tuple[str, ...] = ()
) -> SlackResponse:
    """Call what must work before anything else can; `setting` is where the token comes from.

    The answer has the texts that are in `needs`.

    Raises StartError or SlackLost, each with one clear line.
    """
    try:
        answer = await client.call(method, token=token, idempotent=True)
        for name in needs:
            answer.text(name)
    except SlackRefused as error:
        if error.reason not in {Reason.BAD_TOKEN, Reason.SCOPE_MISSING}:
            raise SlackLost(f"Slack cannot be used: {error}") from error
        fault = f"{setting}: Slack refuses it ({error.error}); copy it anew from api.slack.com/apps"
        raise StartError(fault) from error
    except SlackError as error:
        raise SlackLost(f"Slack cannot be reached: {error}") from error
    return answer


class TokenWatch:
    """Asks whose token it is as soon as anything suggests that Slack takes it no more."""

    def __init__(self, client: SlackClient) -> None:
        self._client = client

    def suspect(self) -> None:
        """Ask: an event says that it was revoked, or a worker has ended."""
        self._client.refused.set()

    async def run(self) -> None:
        """Go on for ever. Raises StartError as soon as Slack refuses the token."""
        while True:
            await self._client.refused.wait()
            self._client.refused.clear()
            with suppress(SlackLost):
                await identify(self._client)


QUIET_SECONDS = 1800.0
"""For how long a link that is repeated in a channel is not previewed again."""


class ListeningConfig(Struct):
    """What messages the bot listens to.

    `bot_user` is whom a mention names, `bot_id` the other id under which the bot posts, where it
    has one; `prefix_channels` are those in which `!sim …` is read;
    `unfurls` previews links to SIMs, but not again in a channel within `quiet_seconds`;
    `work_objects` lets those, and answers, open in Slack's side pane.
    """

    bot_user: str
    prefix_channels: frozenset[str] = frozenset()
    unfurls: bool = False
    work_objects: bool = False
    quiet_seconds: float = QUIET_SECONDS
    bot_id: str | None = None


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


class BodyMatcher(AsyncListenerMatcher):
    """Asks a matcher of Bolt's about the body alone.

    By itself it gathers 30 arguments first, for each listener that is asked: half of what a click
    takes where there are 50.
    """

    def __init__(self, matcher: AsyncBuiltinListenerMatcher) -> None:
        self._func: Callable[[dict[str, Any]], Any] = matcher.func

    async def async_matches(self, req: AsyncBoltRequest, resp: BoltResponse) -> bool:  # noqa: ARG002 -- Bolt's
        """Return whether the listener is for this request."""
        return bool(await self._func(req.body))


class App(AsyncApp):
    """Finds the listener of a request by its body."""

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

    Signatures are checked before Bolt, in bot/slack/http_endpoint.py. The helpers that Bolt injects
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
