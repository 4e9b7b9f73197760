"""`simsessions doctor`: whether all outside this program is as it must be; if not, what to do."""

import asyncio
from pathlib import Path

import click

from bot.settings import read_settings


@click.command()
def command() -> int:
    """Check settings, tokens, KORE, store and clock.

    Each line says ok, skipped or failed; a failed one says what to do. The exit code is that of
    the gravest: 5 Slack, 4 settings, 3 KORE, 1 the store or the clock, 0 if nothing failed.
    """
    from bot.cli import checks  # noqa: PLC0415 -- the other commands need no client
    from bot.cli.terminal import checks_text, terminal  # noqa: PLC0415 -- nor rich
    from bot.clock import SystemClock  # noqa: PLC0415 -- nor this

    settings, faults = read_settings()
    faulty = frozenset(fault.split(":")[0] for fault in faults)
    outside = asyncio.run(checks.outside_checks(settings, SystemClock(), faulty))
    found = (*checks.settings_checks(faults), *checks.file_checks(Path(".env")), *outside)
    for line in checks_text(found):
        terminal().print(line)
    return max(check.code for check in found)
