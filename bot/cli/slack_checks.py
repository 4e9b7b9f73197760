"""Whether Slack knows our tokens, with which scopes, and who is in the groups that may ask."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from functools import partial
from typing import Any

from bot.cli.exit_codes import ExitCode
from bot.cli.terminal import Check, failed, skipped, well
from bot.clock import Clock
from bot.errors import BotError, StartError
from bot.settings import Settings
from bot.slack.bolt_app import APP_TOKEN, call_at_start, identify
from bot.slack.client import SlackClient, open_session
from bot.slack.directory import members_of
from bot.slack.errors import Reason, SlackError, SlackRefused, reason_of
from bot.slack.manifest import bot_scopes

PATIENCE_SECONDS = 10
BOT, APP, SCOPES = "Slack bot token", "Slack app token", "Slack scopes"
MEND_BOT = "install the app, then copy the Bot User OAuth Token of OAuth & Permissions"
MEND_APP = "Basic Information, App-Level Tokens: make one with connections:write"
MEND_SCOPES = "put manifest.yml into the app at api.slack.com/apps and reinstall it"
MEND_OPTIONAL = "to have them too, put manifest.yml into the app anew, reinstall it and allow them"
MEND_REACH = "check SLACK_API_URL, the proxy and the firewall"
NO_BOT_TOKEN = (skipped(BOT, "no usable SLACK_BOT_TOKEN"),)

Checks = tuple[Check, ...]


async def slack_checks(settings: Settings, clock: Clock) -> Checks:
    """Call auth.test and apps.connections.open with the tokens that are set."""
    async with open_session() as session:
        token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else ""
        client = SlackClient(session, clock, token=token, api_url=settings.slack_api_url)
        check = partial(_bot_token, client, settings)
        bot = await _checked(BOT, check, MEND_BOT) if token else NO_BOT_TOKEN
        return (*bot, *await _app_token(client, settings))


async def _bot_token(client: SlackClient, settings: Settings) -> Checks:
    identity = await identify(client)
    says = f"bot {identity.user} of team {identity.team}"
    groups = await groups_checks(client, settings)
    return (well(BOT, says), scopes_check(identity.scopes), *groups)


def scopes_check(granted: Iterable[str]) -> Check:
    """Compare the scopes that were granted with those of the manifest."""
    needed, optional = bot_scopes()
    if lacks := sorted(needed - set(granted)):
        says = f"the token lacks {', '.join(lacks)}"
        return failed(SCOPES, says, MEND_SCOPES, ExitCode.SLACK)
    says = f"all {len(needed)} that manifest.yml needs"
    if without := sorted(optional - set(granted)):
        return well(SCOPES, f"{says}; without the optional {', '.join(without)}", MEND_OPTIONAL)
    return well(SCOPES, f"{says}, and all {len(optional)} optional ones")


async def _app_token(client: SlackClient, settings: Settings) -> Checks:
    token = settings.slack_app_token
    if token is None:
        return (_signing_secret(settings),)
    check = partial(_socket_mode, client, token.get_secret_value())
    return await _checked(APP, check, MEND_APP)


async def _socket_mode(client: SlackClient, token: str) -> Checks:
    await call_at_start(client, "apps.connections.open", APP_TOKEN, token)
    return (well(APP, "Socket Mode may connect"),)


def _signing_secret(settings: Settings) -> Check:
    if settings.slack_signing_secret is None:
        return skipped(APP, "no usable SLACK_APP_TOKEN or SLACK_SIGNING_SECRET")
    path = f"port {settings.port}, /slack/events"
    return skipped(APP, f"not set: signed HTTP on {path}; only a command from Slack can try it")


async def _checked(
    name: str, check: Callable[[], Coroutine[Any, Any, Checks]], mend: str
) -> Checks:
    """Return the checks; a refusal or a silence becomes a failed one."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await check()
    except StartError as error:
        return (failed(name, error.sentence, mend, ExitCode.SETTINGS),)
    except BotError as error:
        return (failed(name, error.sentence, MEND_REACH, ExitCode.SLACK),)
    except TimeoutError:
        says = f"no answer within {PATIENCE_SECONDS} s"
        return (failed(name, says, MEND_REACH, ExitCode.SLACK),)


GROUPS = "Slack user groups"
GROUP_MENDS: dict[Reason | None, str] = {
    Reason.SCOPE_MISSING: "put manifest.yml into the app anew, reinstall it, allow usergroups:read",
    Reason.NO_USER_GROUP: "copy the id (S…) of the group anew into SIMSESSIONS_ALLOWED_GROUPS",
}
MEND_OTHER = "try again; if it stays so, take the group out of SIMSESSIONS_ALLOWED_GROUPS"


async def groups_checks(client: SlackClient, settings: Settings) -> tuple[Check, ...]:
    """Ask for the members of each group; no check where no groups are set."""
    return tuple([await _group_check(group, client) for group in sorted(settings.allowed_groups)])


async def _group_check(group: str, client: SlackClient) -> Check:
    try:
        members = await members_of(group, client)
    except SlackError as error:
        if not isinstance(error, SlackRefused):
            return failed(GROUPS, f"{group}: {error.sentence}", MEND_REACH, ExitCode.SLACK)
        says = f"{group} cannot be read ({error.outcome}), so it lets nobody in"
        mend = GROUP_MENDS.get(reason_of(error.outcome), MEND_OTHER)
        return failed(GROUPS, says, mend, ExitCode.SLACK)
    return well(GROUPS, f"{group} lets {len(members)} in")
