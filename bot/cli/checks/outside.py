"""All checks of what is outside this program, side by side: KORE's key, and the clocks, too."""

import asyncio
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp

from bot.alerts.targets import WebhookTarget
from bot.cli.checks.check import Check, failed, skipped, well
from bot.cli.checks.slack import APP, BOT, slack_checks
from bot.cli.checks.store import store_check
from bot.cli.exit_codes import ExitCode
from bot.clock import Clock
from bot.errors import BotError
from bot.kore.connect import KoreConfig, open_kore
from bot.kore.errors import KoreDenied
from bot.proxies import origin_of, proxy_for
from bot.settings import Need, Settings

PATIENCE_SECONDS = 10
TOLERANCE_SECONDS = 60  # Slack refuses what is signed 5 min off; tokens expire by the clock too


async def clock_check(whose: str, url: str, clock: Clock) -> Check:
    """Ask `url` for anything and compare its `Date` with the middle of the asking."""
    name = f"clock against {whose}"
    before = clock.now()
    try:
        date = await _date(url)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return skipped(name, f"no answer ({type(error).__name__})")
    if date is None:
        return skipped(name, "the answer carries no Date")
    return compared(name, before + (clock.now() - before) / 2, date)


def compared(name: str, ours: datetime, theirs: datetime) -> Check:
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
    except ValueError:
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
MEND_INSIDE = "name one out in the world, or set SIMSESSIONS_WEBHOOKS_INTERNAL=yes"
MEND_NAME = "check its name in SIMSESSIONS_WEBHOOKS, and this machine's name server"
MEND_ELSE = "check KORE_API_URL, KORE_TOKEN_URL, proxy and firewall; then KORE's status page"


async def kore_checks(settings: Settings, clock: Clock) -> tuple[Check, ...]:
    """Fetch a token and the first SIM of each account, side by side."""
    if settings.missing(Need.KORE):
        return (skipped(KORE_KEY, "no KORE_CLIENT_ID and KORE_CLIENT_SECRET"),)
    checks = (
        _of_account(f"{KORE_KEY} {name}".strip(), config, clock)
        for name, config in settings.kore_configs().items()
    )
    return tuple(await asyncio.gather(*checks))


async def _of_account(name: str, config: KoreConfig, clock: Clock) -> Check:
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
) -> tuple[Check, ...]:
    """Ask Slack and KORE; no check waits for another, and none raises.

    `faulty` names what could not be read. Of a wrong address `settings` holds the usual one
    instead, where the keys were not meant to go: nothing is sent there.
    """
    answers = await asyncio.gather(
        _slack(settings, clock, faulty),
        _kore(settings, clock, faulty),
        _store(settings, clock, faulty),
        webhook_checks(settings),
        _clock("Slack", "SLACK_API_URL", settings.slack_api_url, clock, faulty),
        _clock("KORE", "KORE_API_URL", settings.kore_api_url, clock, faulty),
    )
    return tuple(check for checks in answers for check in checks)


async def _slack(settings: Settings, clock: Clock, faulty: frozenset[str]) -> tuple[Check, ...]:
    if "SLACK_API_URL" in faulty:
        return tuple(skipped(name, "SLACK_API_URL is not right") for name in (BOT, APP))
    return await slack_checks(settings, clock)


async def _kore(settings: Settings, clock: Clock, faulty: frozenset[str]) -> tuple[Check, ...]:
    if wrong := sorted({"KORE_API_URL", "KORE_TOKEN_URL"} & faulty):
        return (skipped(KORE_KEY, f"{wrong[0]} is not right"),)
    return await kore_checks(settings, clock)


async def webhook_checks(settings: Settings) -> tuple[Check, ...]:
    """Look where each webhook leads; nothing is sent there."""
    from bot.alerts.webhook import leads_inside  # noqa: PLC0415 -- most have none

    async def look(target: WebhookTarget) -> Check:
        name, internal = f"webhook {target.name}", settings.webhooks_internal
        if not (internal or target.url.startswith("https://")):
            return failed(name, "its address is not https", MEND_HTTPS, ExitCode.SETTINGS)
        inside = await leads_inside(target.host)
        if inside and not internal:
            says = f"{target.host} is an internal address"
            return failed(name, says, MEND_INSIDE, ExitCode.SETTINGS)
        if inside is None and not proxy_for(origin_of(target.url)):
            return failed(name, f"{target.host} has no address", MEND_NAME)
        how = "PagerDuty's form" if target.routing_key else "signed"
        return well(name, f"{target.host}, {how}")

    return tuple(await asyncio.gather(*map(look, settings.webhooks)))


async def _store(settings: Settings, clock: Clock, faulty: frozenset[str]) -> tuple[Check, ...]:
    return (await store_check(settings, clock, faulty),)


async def _clock(
    whose: str, name: str, url: str, clock: Clock, faulty: frozenset[str]
) -> tuple[Check, ...]:
    if name in faulty:
        return (skipped(f"clock against {whose}", f"{name} is not right"),)
    return (await clock_check(whose, url, clock),)
