"""All that doctor checks: Slack, KORE, the store and the clocks, side by side; the settings."""

import asyncio
import re
import shutil
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp

from bot.app.accounts import kore_configs
from bot.app.resources import denied_sentence, make_database, store_url
from bot.cli.main import ExitCode
from bot.cli.terminal import CheckResult, failed, skipped, well
from bot.clock import Clock
from bot.errors import BotError, StartError
from bot.kore.connect import KoreConfig, open_kore
from bot.kore.errors import KoreDenied
from bot.proxies import origin_of, proxy_for, why_no_answer
from bot.setting_entries import WebhookTarget
from bot.settings import Need, Settings
from bot.slack.client import SlackClient, open_session
from bot.slack.directory import members_of
from bot.slack.errors import Reason, SlackError, SlackRefused, reason_of
from bot.slack.identity import APP_TOKEN, bot_scopes, call_at_start, identify
from bot.store.database import Database
from bot.store.errors import (
    StoreBusy,
    StoreDamaged,
    StoreDenied,
    StoreError,
    StoreFull,
    StoreLost,
    StoreReadOnly,
    StoreTooNew,
)
from bot.store.location import SQLITE, is_read_only_disk, nearest_folder, without_password
from bot.store.migrate import NEWEST

Checks = tuple[CheckResult, ...]
STORE = "store"
LEAST_FREE = 200 * 10**6  # bytes; a year of scans of 1,000 SIMs
MEND = "look into the server's log; until it is mended the bot answers look-ups, and no more"
MENDS: dict[type[StoreError], str] = {
    StoreLost: "see that the server is up, its host and port are right, and no firewall is between",
    StoreBusy: "see who holds it for so long, then try again",
    StoreFull: "make room on its disk",
    StoreReadOnly: "let this user write to the file; of a server, take the one that takes changes",
    StoreTooNew: "update this program to the version that was here last",
    StoreDamaged: "move the file away and put back a copy, or let the next start make a new one",
}
MEND_SETTING = "docs/operating.md, Where it keeps things"


async def store_check(settings: Settings, clock: Clock) -> CheckResult:
    """Look at it as the bot would open it, and change nothing but what a trial writes."""
    url = store_url(settings)
    try:
        database = make_database(settings)
    except StartError as error:
        return failed(STORE, error.sentence, MEND_SETTING, ExitCode.SETTINGS)
    try:
        return await _looked_at(database, url, clock)
    except StoreDenied as error:
        return failed(STORE, denied_sentence(settings, error), MEND_SETTING, ExitCode.SETTINGS)
    except StoreError as error:
        says = f"{without_password(url)}: {_said(error)}{_because(error)}"
        return failed(STORE, says, MENDS.get(type(error), MEND))
    finally:
        await database.aclose()


async def _looked_at(database: Database, url: str, clock: Clock) -> CheckResult:
    file = Path(url.removeprefix(SQLITE)) if url.startswith(SQLITE) else None
    where = f"{database.kind}, {without_password(url)}"
    if file and not file.exists():
        if is_read_only_disk(nearest_folder(file.parent)):
            raise StoreReadOnly
        return well(STORE, f"{where}: not there yet, made with the first start")
    revision = await database.revision()
    if revision != NEWEST:
        age = f"schema {revision}" if revision else "empty"
        return well(STORE, f"{where}: {age}; the next start brings it up to date{_free(file)}")
    started = clock.monotonic()
    await database.prepare()
    took = round(1000 * (clock.monotonic() - started))
    says = f"{where}: written in {took} ms, schema {revision}{_free(file)}"
    if file and shutil.disk_usage(file.parent).free < LEAST_FREE:
        return failed(STORE, says, MENDS[StoreFull])
    return well(STORE, says)


def _free(file: Path | None) -> str:
    if file is None:
        return ""
    return f", {shutil.disk_usage(file.parent).free / 1e9:.1f} GB free"


def _said(error: StoreError) -> str:
    return "it cannot be reached" if type(error) is StoreLost else error.sentence


def _because(error: StoreError) -> str:
    cause = error.__cause__
    said = "no answer in time" if isinstance(cause, TimeoutError) else str(cause or "").strip()
    return f" ({said})" if said else ""


PATIENCE_SECONDS = 10
TOLERANCE_SECONDS = 60  # Slack refuses what is signed 5 min off; tokens expire by the clock too


async def clock_check(whose: str, url: str, clock: Clock) -> CheckResult:
    """Ask `url` for anything and compare its `Date` with the middle of the asking."""
    name = f"clock against {whose}"
    before = clock.now()
    try:
        date = await _date(url)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return skipped(name, f"no answer: {why_no_answer(error)}")
    if date is None:
        return skipped(name, "the answer carries no Date")
    return clock_check_of(name, before + (clock.now() - before) / 2, date)


def clock_check_of(name: str, ours: datetime, theirs: datetime) -> CheckResult:
    """Return a check of how far two times are apart; `Date` has whole seconds."""
    off = round((ours - theirs).total_seconds())
    if abs(off) <= TOLERANCE_SECONDS:
        return well(name, f"{abs(off)} s apart")
    word = "ahead" if off > 0 else "behind"
    return failed(name, f"{abs(off)} s {word}", "let NTP set this machine's clock")


async def _date(url: str) -> datetime | None:
    timeout = aiohttp.ClientTimeout(total=PATIENCE_SECONDS)
    async with (
        aiohttp.ClientSession(timeout=timeout, trust_env=True) as session,
        session.get(url, allow_redirects=False) as answer,
    ):
        date = answer.headers.get("Date")
    try:
        return parsedate_to_datetime(date).astimezone(UTC) if date else None
    except (ValueError, OverflowError):
        return None


KORE_KEY = "KORE key"
MEND_DENIED = (
    "in KORE's console give the API client Read on Programmable Wireless, "
    "or copy KORE_CLIENT_ID and KORE_CLIENT_SECRET again"
)
MEND_BEARER = (
    "put a new token into KORE_ACCESS_TOKEN, or leave it out and set KORE_CLIENT_ID and "
    "KORE_CLIENT_SECRET, with which tokens are renewed"
)
_OF_ONE = re.compile(r"KORE_([A-Z_]+)")
"""A setting of a bot that has one account: of several, each has it without the prefix."""
MEND_HTTPS = "give https://… in SIMSESSIONS_WEBHOOKS, or set SIMSESSIONS_WEBHOOKS_INTERNAL=yes"
MEND_CLEAR = "give https://… in SIMSESSIONS_WEBHOOKS"
MEND_INSIDE = "name one out in the world, or set SIMSESSIONS_WEBHOOKS_INTERNAL=yes"
MEND_NAME = "check its name in SIMSESSIONS_WEBHOOKS, and this machine's name server"
MEND_ELSE = "check KORE_API_URL, KORE_TOKEN_URL, proxy and firewall; then KORE's status page"


async def kore_checks(settings: Settings, clock: Clock) -> Checks:
    """Fetch a token and the first SIM of each account, side by side."""
    if settings.missing(Need.KORE):
        return (skipped(KORE_KEY, "no KORE_CLIENT_ID and KORE_CLIENT_SECRET"),)
    checks = (
        _of_account(f"{KORE_KEY} {name}".strip(), config, clock)
        for name, config in kore_configs(settings).items()
    )
    return tuple(await asyncio.gather(*checks))


async def _of_account(name: str, config: KoreConfig, clock: Clock) -> CheckResult:
    started = clock.monotonic()
    try:
        has_sims = await _has_sims(config, clock)
    except BotError as error:
        return failed(name, error.sentence, _mend(error, config), ExitCode.KORE)
    took = f"in {round(1000 * (clock.monotonic() - started))} ms"
    return well(name, f"SIMs can be read {took}" if has_sims else f"no SIM in this account, {took}")


def _mend(error: BotError, config: KoreConfig) -> str:
    if not isinstance(error, KoreDenied):
        return MEND_ELSE
    mend = MEND_BEARER if config.access_token else MEND_DENIED
    return _OF_ONE.sub(lambda name: name[1].lower(), mend) if config.account else mend


async def _has_sims(config: KoreConfig, clock: Clock) -> bool:
    kore = open_kore(config, clock)
    try:
        return await anext(kore.sims(), None) is not None
    finally:
        await kore.aclose()


async def outside_checks(
    settings: Settings, clock: Clock, faulty: frozenset[str] = frozenset()
) -> Checks:
    """Ask Slack and KORE; no check waits for another, and none raises.

    `faulty` names what could not be read. Of a wrong address `settings` holds the usual one
    instead, where the keys were not meant to go: nothing is sent there.
    """
    slack, kore = ("SLACK_API_URL",), ("KORE_API_URL", "KORE_TOKEN_URL")
    store = ("SIMSESSIONS_DATABASE_URL", "SIMSESSIONS_DATA_DIR")

    async def check(
        names: Iterable[str],
        needs: Iterable[str],
        ask: Callable[..., Awaitable[CheckResult | Checks]],
        *about: object,
    ) -> Checks:
        if wrong := sorted(faulty.intersection(needs)):
            return tuple(skipped(name, f"{wrong[0]} is not right") for name in names)
        found = await ask(*about)
        return (found,) if isinstance(found, CheckResult) else found

    answers = await asyncio.gather(
        check((BOT, APP), slack, slack_checks, settings, clock),
        check((KORE_KEY,), kore, kore_checks, settings, clock),
        check((STORE,), store, store_check, settings, clock),
        webhook_checks(settings),
        check(("clock against Slack",), slack, clock_check, "Slack", settings.slack_api_url, clock),
        check(("clock against KORE",), kore[:1], clock_check, "KORE", settings.kore_api_url, clock),
    )
    return tuple(check for checks in answers for check in checks)


async def webhook_checks(settings: Settings) -> Checks:
    """Look where each webhook leads; nothing is sent there."""
    from bot.alerts.webhook import is_internal_host  # noqa: PLC0415 -- most have none

    async def look(target: WebhookTarget) -> CheckResult:
        name, internal = f"webhook {target.name}", settings.webhooks_internal
        if not (internal or target.is_encrypted):
            return failed(name, "its address is not https", MEND_HTTPS, ExitCode.SETTINGS)
        inside = await is_internal_host(target.host)
        if inside and not internal:
            says = f"{target.host} is an internal address"
            return failed(name, says, MEND_INSIDE, ExitCode.SETTINGS)
        if inside is None and not proxy_for(origin_of(target.url)):
            return failed(name, f"{target.host} has no address", MEND_NAME)
        how = "PagerDuty's form" if target.routing_key else "signed"
        if inside or target.is_encrypted:
            return well(name, f"{target.host}, {how}")
        says = f"{target.host}, {how}, but over http: others on the way can read the incidents"
        return well(name, says, MEND_CLEAR)

    return tuple(await asyncio.gather(*map(look, settings.webhooks)))


def settings_checks(faults: tuple[str, ...]) -> Checks:
    """Return one line a fault, or one that all is well."""
    if not faults:
        return (well("settings", "complete"),)
    mend = "set it in the environment or in .env; docs/settings.md lists the settings"
    return tuple(failed("settings", fault, mend, ExitCode.SETTINGS) for fault in faults)


def file_checks(file: Path) -> Checks:
    """Return what is amiss with who may read the file of settings; nothing where it is well."""
    if not file.is_file() or not file.stat().st_mode & 0o077:
        return ()
    says = f"{file} holds secrets, and others on this machine may read it"
    return (failed("settings", says, f"chmod 600 {file}"),)


BOT, APP, SCOPES = "Slack bot token", "Slack app token", "Slack scopes"
MEND_BOT = "install the app, then copy the Bot User OAuth Token of OAuth & Permissions"
MEND_APP = "Basic Information, App-Level Tokens: make one with connections:write"
MEND_SCOPES = "put manifest.yml into the app at api.slack.com/apps and reinstall it"
MEND_OPTIONAL = "to have them too, put manifest.yml into the app anew, reinstall it and allow them"
MEND_REACH = "check SLACK_API_URL, the proxy and the firewall"
NO_BOT_TOKEN = (skipped(BOT, "no usable SLACK_BOT_TOKEN"),)


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


def scopes_check(granted: Iterable[str]) -> CheckResult:
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


def _signing_secret(settings: Settings) -> CheckResult:
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


async def groups_checks(client: SlackClient, settings: Settings) -> Checks:
    """Ask for the members of each group; no check where no groups are set."""
    return tuple([await _group_check(group, client) for group in sorted(settings.allowed_groups)])


async def _group_check(group: str, client: SlackClient) -> CheckResult:
    try:
        members = await members_of(group, client)
    except SlackError as error:
        if not isinstance(error, SlackRefused):
            return failed(GROUPS, f"{group}: {error.sentence}", MEND_REACH, ExitCode.SLACK)
        says = f"{group} cannot be read ({error.outcome}), so it lets nobody in"
        mend = GROUP_MENDS.get(reason_of(error.outcome), MEND_OTHER)
        return failed(GROUPS, says, mend, ExitCode.SLACK)
    return well(GROUPS, f"{group} lets {len(members)} in")
