"""`simsessions health`: is the bot on this machine alive and ready? For Docker's HEALTHCHECK."""

import http.client

import click

from bot.cli.exit_codes import ExitCode
from bot.settings import Need, Settings, load_settings

PATIENCE_SECONDS = 3


@click.command()
def command() -> int:
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
