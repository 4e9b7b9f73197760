"""`simsessions run`, `worker` and `mcp`: what runs until it is stopped."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from bot.errors import StartError

# httpx imports its own command line, and with it rich and Pygments, wherever those are installed:
# a tenth of the start's CPU for what a bot never uses. None says that there is no such module.
NEVER_USED = "httpx._main"
PORT = 3100
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
    from bot.cli.main import installed_version  # noqa: PLC0415 -- as bot.settings below
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
