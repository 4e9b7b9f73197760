"""`simsessions doctor` and `health`: is all outside as it must be, and is the bot here well."""

import asyncio
import http.client
from pathlib import Path

import click

from bot.cli.exit_codes import ExitCode
from bot.settings import Need, Settings, load_settings, read_settings

PATIENCE_SECONDS = 3


@click.command()
def doctor() -> int:
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


@click.command()
def health() -> int:
    """Ask the running bot whether it is alive and ready.

    Reads /healthz and /readyz on PORT of this machine; exit code 0 only if both say yes.
    """
    settings = load_settings(need=Need.NOTHING)
    try:
        answers = [ask(settings, path) for path in ("/healthz", "/readyz")]
    except (OSError, http.client.HTTPException) as error:
        where = f"{host_of(settings)}:{settings.port}"
        click.echo(f"The bot cannot be reached at {where} ({error}). Is the bot running?")
        return ExitCode.NOT_ALL
    for line, _ in answers:
        click.echo(line)
    return ExitCode.OK if all(well for _, well in answers) else ExitCode.NOT_ALL


def ask(settings: Settings, path: str) -> tuple[str, bool]:
    """Return the line to print for a path, and whether it is well.

    Raises OSError and HTTPException where nobody answers.
    """
    connection = http.client.HTTPConnection(
        host_of(settings), settings.port, timeout=PATIENCE_SECONDS
    )
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        said = answer.read(1000).decode(errors="replace").strip()
    finally:
        connection.close()
    well = answer.status == http.HTTPStatus.OK
    return f"{path}: {'ok' if well else f'{answer.status} {said}'}", well


def host_of(settings: Settings) -> str:
    """Return where the bot of this machine listens."""
    return "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104 -- compared
