"""Whether Slack knows our tokens, and whether they carry the scopes of the manifest."""

from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from pydantic import SecretStr
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.cli.checks.check import Check, failed, skipped, well
from bot.cli.checks.manifest import bot_scopes
from bot.settings import Settings

PATIENCE_SECONDS = 10
BOT, APP, SCOPES = "Slack bot token", "Slack app token", "Slack scopes"
REINSTALL = "update the app from manifest.yml at api.slack.com/apps, reinstall it"
REACH = "check SLACK_API_URL, the proxy and the firewall"


async def slack_checks(settings: Settings) -> tuple[Check, ...]:
    """Ask auth.test and apps.connections.open."""
    client = AsyncWebClient(
        base_url=settings.slack_api_url, timeout=PATIENCE_SECONDS, trust_env_in_session=True
    )
    return (
        *await _bot_token(client, settings.slack_bot_token),
        await _app_token(client, settings),
    )


async def _bot_token(client: AsyncWebClient, token: SecretStr | None) -> tuple[Check, ...]:
    if token is None:
        return (skipped(BOT, "SLACK_BOT_TOKEN is not set"),)
    answer = await _asked(
        BOT,
        lambda: client.auth_test(token=token.get_secret_value()),
        "copy it again from OAuth & Permissions into SLACK_BOT_TOKEN",
    )
    if isinstance(answer, Check):
        return (answer,)
    says = f"{answer.get('user')} in {answer.get('team')} ({answer.get('url')})"
    return (well(BOT, says), scopes_check(answer.headers.get("x-oauth-scopes", "")))


def scopes_check(header: str) -> Check:
    """Compare the scopes that Slack tells, parted by commas, with the manifest's."""
    granted = {scope.strip() for scope in header.split(",") if scope.strip()}
    needed, optional = bot_scopes()
    if lacks := sorted(needed - granted):
        return failed(SCOPES, f"the token lacks {', '.join(lacks)}", REINSTALL)
    without = sorted(optional - granted)
    note = f"; without the optional {', '.join(without)}" if without else ""
    return well(SCOPES, f"all {len(needed)} of manifest.yml{note}")


async def _app_token(client: AsyncWebClient, settings: Settings) -> Check:
    token = settings.slack_app_token
    if token is None:
        return _signing_secret(settings)
    answer = await _asked(
        APP,
        lambda: client.apps_connections_open(app_token=token.get_secret_value()),
        "make a new one under Basic Information, App-Level Tokens, with connections:write",
    )
    return answer if isinstance(answer, Check) else well(APP, "Socket Mode may connect")


def _signing_secret(settings: Settings) -> Check:
    if settings.slack_signing_secret is None:
        return skipped(APP, "neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set")
    path = f"port {settings.port}, /slack/events"
    return skipped(APP, f"not set: signed HTTP on {path}; only a command from Slack can try it")


async def _asked(name: str, ask: Callable[[], Awaitable[Any]], todo: str) -> Any | Check:  # noqa: ANN401 -- SlackResponse is untyped
    """Ask Slack; a refusal or a silence becomes a failed check."""
    try:
        return await ask()
    except SlackApiError as error:
        return failed(name, f"Slack says {error.response['error']}", todo)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return failed(name, f"no answer from Slack ({type(error).__name__})", REACH)
