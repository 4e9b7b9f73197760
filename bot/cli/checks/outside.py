"""All checks of what is outside this program, side by side."""

import asyncio

from bot.cli.checks.check import Check
from bot.cli.checks.clock import clock_check
from bot.cli.checks.kore import kore_check
from bot.cli.checks.slack import slack_checks
from bot.clock import Clock
from bot.settings import Settings


async def outside_checks(settings: Settings, clock: Clock) -> tuple[Check, ...]:
    """Ask Slack and KORE; no check waits for another, and none raises."""
    slack, kore, *clocks = await asyncio.gather(
        slack_checks(settings, clock),
        kore_check(settings, clock),
        clock_check("Slack", settings.slack_api_url, clock),
        clock_check("KORE", settings.kore_api_url, clock),
    )
    return (*slack, kore, *clocks)
