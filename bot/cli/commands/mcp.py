"""`simsessions mcp`: the same verdict for agents and other tools."""

import sys

import click

from bot.cli.commands.run import NEVER_USED, without_collecting
from bot.cli.main import installed_version
from bot.errors import StartError
from bot.settings import Need, load_settings

MISSING = "MCP needs an extra: install `simsessions[mcp]`, or run `make mcp` in a checkout"


@click.command()
@click.option("--redact", is_flag=True, help="Leave out ICCID, IMEI, cell and location.")
def command(*, redact: bool) -> None:
    """Serve the same verdict to agents over the Model Context Protocol.

    One client is served over standard input and output, which starts this and ends it. Only the
    KORE_… settings are needed; look-ups are noted in the store.
    """
    sys.modules.setdefault(NEVER_USED, None)  # type: ignore[arg-type] # as Python's docs have it
    settings = load_settings(need=Need.KORE)
    with without_collecting():
        try:
            from bot.app import mcp  # noqa: PLC0415 -- heavy
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] not in {"mcp", "mcp_types"}:
                raise
            raise StartError(MISSING) from error
    mcp.run_stdio(settings, installed_version(), redacts=redact)
