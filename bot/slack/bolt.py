"""The Bolt app, set up so that it acknowledges at once and asks Slack nothing on the way.

As it comes Bolt polls every 10 ms for the ack, loses it where a listener raises right after it,
and calls auth.test within the first request's three seconds.
"""

import logging

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

from bot.proxies import origin_of, proxy_for
from bot.slack.identity import Identity

# Bolt finds SLACK_BOT_TOKEN in the environment by itself, and says that it does not need it.
NO_NEWS = "As you gave `client` as well, `token` will be unused."


class StaticAuthorize(AsyncAuthorize):
    """Gives every request the same answer: the one auth.test of the start."""

    def __init__(self, identity: Identity, token: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Bolt's has no types
        self._result = AuthorizeResult(
            enterprise_id=identity.enterprise,
            team_id=identity.team,
            bot_user_id=identity.user,
            bot_id=identity.bot,
            bot_token=token,
        )

    async def __call__(self, **_about: object) -> AuthorizeResult:
        """Give it, whoever asks."""
        return self._result


def make_bolt_app(
    session: aiohttp.ClientSession, identity: Identity, *, token: str, api_url: str
) -> AsyncApp:
    """Make the app without listeners; what it sends goes over the shared session.

    Signatures are checked before Bolt (bot/slack/endpoint.py). Nothing of ours needs the injected
    helpers for assistants and functions, so they are off.
    """
    logger = bolt_logger()
    return AsyncApp(
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


def bolt_logger() -> logging.Logger:
    """Give the logger that all of Bolt's copy; never at DEBUG, where it writes whole bodies."""
    logger = logging.getLogger("slack_bolt")
    logger.setLevel(max(logger.level, logging.INFO))
    if not logger.filters:
        logger.addFilter(lambda record: record.getMessage() != NO_NEWS)
    return logger


def _web_client(
    session: aiohttp.ClientSession, api_url: str, logger: logging.Logger
) -> AsyncWebClient:
    """Make the SDK's client, for Bolt and Socket Mode; it never sends again what may be done."""
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
    # by itself it takes the environment's proxy for whatever host, this machine's own too
    client.proxy = proxy_for(origin_of(api_url))
    return client
