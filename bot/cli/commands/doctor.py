"""`simsessions doctor`: whether all outside this program is as it must be; if not, what to do."""

import asyncio
from pathlib import Path

import click

from bot.cli.checks.check import Check, failed, well
from bot.cli.exit_codes import ExitCode
from bot.settings import read_settings


@click.command()
def command() -> int:
    """Check settings, tokens, KORE, store and clock.

    Each line says ok, skipped or failed; a failed one says what to do. The exit code is that of
    the gravest: 5 Slack, 4 settings, 3 KORE, 1 the store or the clock, 0 if nothing failed.
    """
    from bot.cli.checks.check import as_text  # noqa: PLC0415 -- the other commands need no rich
    from bot.cli.checks.outside import outside_checks  # noqa: PLC0415 -- nor any client
    from bot.cli.terminal import terminal  # noqa: PLC0415 -- nor this
    from bot.clock import SystemClock  # noqa: PLC0415 -- nor this

    settings, faults = read_settings()
    faulty = frozenset(fault.split(":")[0] for fault in faults)
    outside = asyncio.run(outside_checks(settings, SystemClock(), faulty))
    checks = (*settings_checks(faults), *file_checks(Path(".env")), *outside)
    for line in as_text(checks):
        terminal().print(line)
    return max(check.code for check in checks)


def settings_checks(faults: tuple[str, ...]) -> tuple[Check, ...]:
    """Return one line a fault, or one that all is well."""
    if not faults:
        return (well("settings", "complete"),)
    mend = "set it in the environment or in .env; docs/settings.md lists the settings"
    return tuple(failed("settings", fault, mend, ExitCode.SETTINGS) for fault in faults)


def file_checks(file: Path) -> tuple[Check, ...]:
    """Return what is amiss with who may read the file of settings; nothing where it is well."""
    if not file.is_file() or not file.stat().st_mode & 0o077:
        return ()
    says = f"{file} holds secrets, and others on this machine may read it"
    return (failed("settings", says, f"chmod 600 {file}"),)
