"""All checks of what is outside this program, side by side."""

import asyncio

from bot.cli.checks.check import Check, skipped
from bot.cli.checks.clock import clock_check
from bot.cli.checks.kore import NAME as KORE
from bot.cli.checks.kore import kore_check
from bot.cli.checks.slack import APP, BOT, slack_checks
from bot.cli.checks.store import store_check
from bot.clock import Clock
from bot.settings import Settings


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
        return (skipped(KORE, f"{wrong[0]} is not right"),)
    return (await kore_check(settings, clock),)


async def _store(settings: Settings, clock: Clock, faulty: frozenset[str]) -> tuple[Check, ...]:
    return (await store_check(settings, clock, faulty),)


async def _clock(
    whose: str, name: str, url: str, clock: Clock, faulty: frozenset[str]
) -> tuple[Check, ...]:
    if name in faulty:
        return (skipped(f"clock against {whose}", f"{name} is not right"),)
    return (await clock_check(whose, url, clock),)
