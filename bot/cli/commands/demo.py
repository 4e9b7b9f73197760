"""`simsessions demo`: the whole bot in the browser, with no account anywhere."""

import asyncio

import click

from bot.cli.exports import exports
from bot.cli.ports import asked_or_free, port_errors
from bot.cli.until_stopped import until_stopped

USUAL_PORT = 8080


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help=f"Of the page; by default {USUAL_PORT}, or a free one where that is taken.",
)
def command(port: int | None) -> None:
    """Run the bot between stand-ins for Slack and KORE, with a page to type in, until Ctrl-C.

    Neither settings nor accounts are needed; nothing leaves this machine.
    """
    from bot.ops.logging import configure_logging  # noqa: PLC0415 -- the others start without it

    configure_logging("WARNING", form="text")
    asyncio.run(serve(asked_or_free(port, USUAL_PORT)))


async def serve(port: int) -> None:
    """Run the demo until stopped."""
    from bot.sandbox.run import running_demo  # noqa: PLC0415 -- the other commands start without it

    with port_errors(port):
        async with until_stopped() as stopped, running_demo(port) as demo:
            click.echo(f"simsessions demo: {demo.url}\n\nOpen it and type, for example:")
            for text, shows in demo.examples():
                click.echo(f"  {text:<24}{shows}")
            click.echo("\nThe same SIMs in a terminal, with `simsessions lookup`:")
            for line in exports(demo.kore, demo.kore_url):
                click.echo(f"  {line}")
            click.echo("\nCtrl-C ends it.")
            await stopped.wait()
