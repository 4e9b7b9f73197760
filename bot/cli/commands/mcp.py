"""`simsessions mcp`: the same verdict for agents and other tools."""

import sys

import click

from bot.cli.commands.run import NEVER_USED, without_collecting
from bot.cli.main import installed_version
from bot.errors import StartError
from bot.settings import Need, load_settings

PORT = 3100
MISSING = "MCP needs an extra: install `simsessions[mcp]`, or run `make mcp` in a checkout"


@click.command()
@click.option("--http", is_flag=True, help="Serve agents with a token over HTTP, on /mcp.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where --http listens.")
@click.option("--port", default=PORT, show_default=True, type=click.IntRange(0, 65535))
@click.option("--redact", is_flag=True, help="Without --http: no ICCID, IMEI, cell, location.")
def command(*, http: bool, host: str, port: int, redact: bool) -> None:
    """Serve the same verdict to agents over the Model Context Protocol.

    One client is served over standard input and output, which starts this and ends it; with --http
    all that have a token of SIMSESSIONS_MCP_TOKENS. Only the KORE_… settings are needed; look-ups
    are noted in the store.
    """
    sys.modules.setdefault(NEVER_USED, None)  # type: ignore[arg-type] # as Python's docs have it
    settings = load_settings(need=Need.KORE)
    if http and redact:
        raise click.UsageError("with --http each token says for itself what is redacted")
    with without_collecting():
        try:
            from bot.app import mcp  # noqa: PLC0415 -- heavy
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] not in {"mcp", "mcp_types"}:
                raise
            raise StartError(MISSING) from error
    if http:
        mcp.run_http(settings, installed_version(), host=host, port=port)
    else:
        mcp.run_stdio(settings, installed_version(), redacts=redact)
