"""`simsessions kore-api`: the stand-in for KORE's API alone, with its stories and a fleet."""

import asyncio
import shlex

import click

from bot.cli.server import exports, port_errors, until_stopped


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 takes a free one.")
@click.option("--sims", type=click.IntRange(0), default=0, help="SIMs beside the stories.")
@click.option("--latency", type=click.IntRange(0), default=0, help="Milliseconds an answer takes.")
def command(port: int, sims: int, latency: int) -> None:
    """Serve a stand-in for KORE's API.

    Runs on this machine until Ctrl-C. Prints its address first, then its client id and secret,
    then the settings to copy.
    """
    asyncio.run(serve(port, sims, latency / 1000))


async def serve(port: int, sims: int, latency: float) -> None:
    """Serve until stopped; `latency` in seconds."""
    from bot.clock import SystemClock  # noqa: PLC0415 -- the other commands start without it
    from bot.demo.stories.story import all_stories  # noqa: PLC0415 -- the same
    from bot.emulators.kore.api import KoreApi  # noqa: PLC0415 -- the same
    from bot.emulators.serve import serving  # noqa: PLC0415 -- the same

    stories = all_stories()
    api = KoreApi(SystemClock(), sims=sims, stories=stories)
    api.faults.latency = latency
    with port_errors(port):
        async with until_stopped() as stopped, serving(api.app, port=port) as url:
            click.echo(f"listening on {url}")
            click.echo(f"client id {api.client_id}\nclient secret {api.client_secret}\n")
            for line in exports(api, url):
                click.echo(line)
            click.echo(shlex.join(["simsessions", "lookup", *(s.name for s in stories)]))
            await stopped.wait()
