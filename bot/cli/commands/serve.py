"""What runs until it is stopped: `simsessions run`, `worker`, `mcp`, `demo` and `kore-api`.

And `doctor` and `health`, which ask about the first of them.
"""

import asyncio
import errno
import gc
import http.client
import shlex
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import click

from bot.cli.main import ExitCode, installed_version
from bot.errors import StartError

if TYPE_CHECKING:
    from bot.demo.run import Stage
    from bot.settings import Settings

PORT = 3100  # of MCP over HTTP
USUAL_PORT = 8080  # of the demo's page
PATIENCE_SECONDS = 3
MISSING = "MCP needs an extra: install `simsessions[mcp]`, or run `make mcp` in a checkout"


@click.command()
def run() -> None:
    """Run the bot until SIGTERM or Ctrl-C.

    Answers that are under way are finished first. Needs the SLACK_… and KORE_… settings; serves
    /healthz, /readyz and /metrics on PORT.
    """
    leave_out_unused()
    with without_collecting():
        from bot.settings import load_settings  # noqa: PLC0415 -- pydantic is heavy

        settings = load_settings()
        from bot.app.run import run  # noqa: PLC0415 -- heavy, and for naught where a setting is missing

    run(settings)


def leave_out_unused() -> None:
    """Have nobody import what a bot never uses: a tenth of its start's CPU, and 2 MB and more.

    httpx imports its own command line, and with it rich and Pygments, wherever those are installed:
    None says that there is no such module. Bolt imports aiohttp's server to offer one, which
    nobody takes; in its annotations it names three of its classes.
    """
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type] # as Python's docs have it
    web = ModuleType("aiohttp.web")
    vars(web).update(Application=object, Request=object, Response=object)
    sys.modules.setdefault("aiohttp.web", web)


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
    leave_out_unused()
    with without_collecting():
        from bot.settings import load_settings  # noqa: PLC0415 -- pydantic is heavy

        settings = load_settings()
        from bot.app.run import run_worker  # noqa: PLC0415 -- heavy, and for naught where a setting is missing

    run_worker(settings, until_stdin_ends=until_stdin_ends)


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

    leave_out_unused()
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


SIGNALS = (signal.SIGINT, signal.SIGTERM)
UNAVAILABLE = {errno.EADDRINUSE: "is taken", errno.EACCES: "may not be used by this account"}


def port_or_free(asked: int | None, usual: int) -> int:
    """Return the port that was asked for; else the usual one if it is free, else 0 for any."""
    if asked is not None:
        return asked
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", usual))
        except OSError:
            return 0
    return usual


@contextmanager
def port_errors(port: int) -> Iterator[None]:
    """Turn an OSError about the port into a sentence. Raises StartError."""
    try:
        yield
    except OSError as error:
        if error.errno not in UNAVAILABLE:
            raise
        why = UNAVAILABLE[error.errno]
        raise StartError(f"port {port} {why}: choose another with --port, or 0 for any") from error


@asynccontextmanager
async def until_stopped() -> AsyncIterator[asyncio.Event]:
    """Return an event that is set by the first signal; a second one acts as it always does."""
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()

    def stop() -> None:
        stopped.set()
        restore()

    def restore() -> None:
        for each in SIGNALS:
            loop.remove_signal_handler(each)

    for each in SIGNALS:
        loop.add_signal_handler(each, stop)
    try:
        yield stopped
    finally:
        restore()


def export_lines(settings: Mapping[str, str]) -> Iterator[str]:
    """Return shell lines that set what leads to KORE, of these settings."""
    yield from (
        f"export {name}={shlex.quote(v)}"
        for name, v in settings.items()
        if name.startswith("KORE_")
    )


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help=f"Port of the page; by default {USUAL_PORT}, or a free one where that is taken.",
)
@click.option(
    "--bots",
    type=click.IntRange(0, 10),
    default=1,
    help="How many, on one store. With 0 you start one yourself, as for real.",
)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the bots' store; by default one that goes with the demo.",
)
@click.option("--database", metavar="URL", help="PostgreSQL of the bots' store instead.")
@click.option(
    "--accounts",
    type=click.IntRange(1, 2),
    default=1,
    help="How many of KORE's; the second is a partner's.",
)
@click.option("--http", "over_http", is_flag=True, help="Signed HTTP instead of Socket Mode.")
def demo(port: int | None, database: str | None, *, over_http: bool, **more: object) -> None:
    """Run the bot in your browser, without any account.

    It runs between stand-ins for Slack and KORE, with a page to type in, until Ctrl-C. No settings
    are needed, and nothing leaves this machine. The page can kill the bot and start it again.
    """
    from bot.ops.logging import configure_logging  # noqa: PLC0415 -- the others start without it

    if over_http and more["bots"] != 1:
        raise click.UsageError("Signed HTTP reaches one bot: leave out --bots, or --http.")
    configure_logging("WARNING", form="text")
    store = {"SIMSESSIONS_DATABASE_URL": database} if database else {}
    options = {"over_http": over_http, "settings": store, **more}
    asyncio.run(serve(port_or_free(port, USUAL_PORT), options))


async def serve(port: int, options: dict[str, Any]) -> None:
    """Run the demo until stopped."""
    from bot.demo.run import running_subprocesses  # noqa: PLC0415 -- the others start without it

    with port_errors(port):
        async with until_stopped() as stopped, running_subprocesses(port, **options) as demo:
            click.echo(f"simsessions demo: {demo.url}\n\nOpen it and type, for example:")
            for text, shows in demo.examples():
                click.echo(f"  {text:<24}{shows}")
            for line in dotenv_lines(demo) if not options["bots"] else in_terminal(demo):
                click.echo(line)
            click.echo("\nCtrl-C ends it.")
            await stopped.wait()


def in_terminal(demo: "Stage") -> Iterator[str]:
    """Return what leads `simsessions lookup` to the same SIMs."""
    yield "\nThe same SIMs in a terminal, with `simsessions lookup`:"
    yield from (f"  {line}" for line in export_lines(demo.settings))


def dotenv_lines(demo: "Stage") -> Iterator[str]:
    """Return what to put into .env for a bot of one's own to answer on the page."""
    yield "\nNo bot runs yet. Put this into .env, then start `simsessions run`:\n"
    yield from (f"{name}={value}" for name, value in demo.settings.items() if name != "PORT")


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 takes a free one.")
@click.option("--sims", type=click.IntRange(0), default=0, help="SIMs beside the stories.")
@click.option("--accounts", type=click.IntRange(1, 10), default=1, help="How many, a port each.")
@click.option("--latency", type=click.IntRange(0), default=0, help="Milliseconds an answer takes.")
def kore_api(port: int, sims: int, accounts: int, latency: int) -> None:
    """Serve a stand-in for KORE's API.

    Runs on this machine until Ctrl-C. Prints its address first, then its client id and secret,
    then the settings to copy. Several accounts listen at one port after the other.
    """
    asyncio.run(serve_kore(port, sims, accounts, latency / 1000))


async def serve_kore(port: int, sims: int, count: int, latency: float) -> None:
    """Serve until stopped; `latency` in seconds."""
    from bot.clock import SystemClock  # noqa: PLC0415 -- the other commands start without it
    from bot.demo.partner import kore_settings, open_accounts  # noqa: PLC0415 -- the same
    from bot.demo.stories.story import all_stories  # noqa: PLC0415 -- the same
    from bot.emulators.serve import serving  # noqa: PLC0415 -- the same

    accounts = open_accounts(SystemClock(), count, sims)
    async with until_stopped() as stopped, AsyncExitStack() as stack:
        urls = []
        for place, (name, api) in enumerate(accounts.items()):
            api.faults.latency = latency
            own = port and port + place
            with port_errors(own):
                urls.append(await stack.enter_async_context(serving(api.app, port=own)))
            click.echo(f"listening on {urls[-1]}" + (f" for {name}" if count > 1 else ""))
            click.echo(f"client id {api.client_id}\nclient secret {api.client_secret}\n")
        for line in export_lines(kore_settings(accounts, urls)):
            click.echo(line)
        click.echo(shlex.join(["simsessions", "lookup", *(s.name for s in all_stories())]))
        await stopped.wait()
