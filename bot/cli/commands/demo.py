"""`simsessions demo`: the whole bot in the browser, with no account anywhere."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.cli.server import exports, port_errors, port_or_free, until_stopped

if TYPE_CHECKING:
    from bot.demo.run import Stage

USUAL_PORT = 8080


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
def command(port: int | None, database: str | None, *, over_http: bool, **more: object) -> None:
    """Run the bot in your browser, without any account.

    It runs between stand-ins for Slack and KORE, with a page to type in, until Ctrl-C. No settings
    are needed, and nothing leaves this machine. The page can kill the bot and start it again.
    """
    from bot.ops.logging import configure_logging  # noqa: PLC0415 -- the others start without it

    if over_http and more["bots"] != 1:
        msg = "Signed HTTP reaches one bot: leave out --bots, or --http."
        raise click.UsageError(msg)
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
            for line in rehearsal(demo) if not options["bots"] else in_terminal(demo):
                click.echo(line)
            click.echo("\nCtrl-C ends it.")
            await stopped.wait()


def in_terminal(demo: "Stage") -> Iterator[str]:
    """Return what leads `simsessions lookup` to the same SIMs."""
    yield "\nThe same SIMs in a terminal, with `simsessions lookup`:"
    yield from (f"  {line}" for line in exports(demo.settings))


def rehearsal(demo: "Stage") -> Iterator[str]:
    """Return what to put into .env for a bot of one's own to answer on the page."""
    yield "\nNo bot runs yet. Put this into .env, then start `simsessions run`:\n"
    yield from (f"{name}={value}" for name, value in demo.settings.items() if name != "PORT")
