"""`simsessions run`, `worker` and `mcp`, which run until stopped; `doctor` and `health` of them."""

import asyncio
import gc
import http.client
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.main import ExitCode, installed_version
from bot.errors import StartError

if TYPE_CHECKING:
    from bot.settings import Settings

# httpx imports its own command line, and with it rich and Pygments, wherever those are installed:
# a tenth of the start's CPU for what a bot never uses. None says that there is no such module.
NEVER_USED = "httpx._main"
PORT = 3100
PATIENCE_SECONDS = 3
MISSING = "MCP needs an extra: install `simsessions[mcp]`, or run `make mcp` in a checkout"


@click.command()
def run() -> None:
    """Run the bot until SIGTERM or Ctrl-C.

    Answers that are under way are finished first. Needs the SLACK_… and KORE_… settings; serves
    /healthz, /readyz and /metrics on PORT.
    """
    sys.modules.setdefault(NEVER_USED, None)  # type: ignore[arg-type] # as Python's docs have it
    with without_collecting():
        from bot.settings import load_settings  # noqa: PLC0415 -- pydantic is heavy

        settings = load_settings()
        from bot.app.run import run  # noqa: PLC0415 -- heavy, and for naught where a setting is missing

    run(settings)


@contextmanager
def without_collecting() -> Iterator[None]:
    """Import in this block without the garbage collector, which then never visits what is there.

    It would find nothing there: that costs a seventh of the start, and time in each full
    collection while somebody waits for an ack.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@click.command()
@click.option(
    "--until-stdin-ends", is_flag=True, help="Stop, too, when whoever holds standard input is gone."
)
def worker(*, until_stdin_ends: bool) -> None:
    """Run scans, digests and watches beside the bot.

    Needs the settings of the bot, and its store; serves /healthz, /readyz and /metrics on PORT,
    until SIGTERM or Ctrl-C. The bot starts workers itself where SIMSESSIONS_WORKERS says how many.
    """
    with without_collecting():
        from bot.settings import load_settings  # noqa: PLC0415 -- pydantic is heavy

        settings = load_settings()
        from bot.app.run import work  # noqa: PLC0415 -- heavy, and for naught where a setting is missing

    work(settings, until_stdin_ends=until_stdin_ends)


@click.command()
@click.option("--http", is_flag=True, help="Serve agents with a token over HTTP, on /mcp.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where --http listens.")
@click.option("--port", default=PORT, show_default=True, type=click.IntRange(0, 65535))
@click.option("--redact", is_flag=True, help="Without --http: no ICCID, IMEI, cell, location.")
def mcp(*, http: bool, host: str, port: int, redact: bool) -> None:
    """Serve the same verdict to agents, over MCP.

    MCP is the Model Context Protocol. One client is served over standard input and output, which
    starts this and ends it; with --http all that have a token of SIMSESSIONS_MCP_TOKENS. Only the
    KORE_… settings are needed; look-ups are noted in the store.
    """
    from bot.settings import Need, load_settings  # noqa: PLC0415 -- pydantic is heavy

    sys.modules.setdefault(NEVER_USED, None)  # type: ignore[arg-type] # as Python's docs have it
    settings = load_settings(need=Need.KORE)
    if http and redact:
        raise click.UsageError("with --http each token says for itself what is redacted")
    with without_collecting():
        try:
            from bot.app.mcp import run_http, run_stdio  # noqa: PLC0415 -- heavy
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] not in {"mcp", "mcp_types"}:
                raise
            raise StartError(MISSING) from error
    if http:
        run_http(settings, installed_version(), host=host, port=port)
    else:
        run_stdio(settings, installed_version(), redacts=redact)


@click.command()
def doctor() -> int:
    """Check settings, tokens, KORE, store and clock.

    Each line says ok, skipped or failed; a failed one says what to do. The exit code is that of
    the gravest: 5 Slack, 4 settings, 3 KORE, 1 the store or the clock, 0 if nothing failed.
    """
    from bot.cli import checks  # noqa: PLC0415 -- the other commands need no client
    from bot.cli.terminal import checks_text, terminal  # noqa: PLC0415 -- nor rich
    from bot.clock import SystemClock  # noqa: PLC0415 -- nor this
    from bot.settings import read_settings  # noqa: PLC0415 -- pydantic is heavy

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
    from bot.settings import Need, load_settings  # noqa: PLC0415 -- pydantic is heavy

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


def ask(settings: "Settings", path: str) -> tuple[str, bool]:
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


def host_of(settings: "Settings") -> str:
    """Return where the bot of this machine listens."""
    return "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104 -- compared
