"""`simsessions kore-api`: the stand-in for KORE's API alone, with its stories and a fleet."""

import asyncio
import shlex
from contextlib import AsyncExitStack

import click

from bot.cli.server import exports, port_errors, until_stopped


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 takes a free one.")
@click.option("--sims", type=click.IntRange(0), default=0, help="SIMs beside the stories.")
@click.option("--accounts", type=click.IntRange(1, 10), default=1, help="How many, a port each.")
@click.option("--latency", type=click.IntRange(0), default=0, help="Milliseconds an answer takes.")
def command(port: int, sims: int, accounts: int, latency: int) -> None:
    """Serve a stand-in for KORE's API.

    Runs on this machine until Ctrl-C. Prints its address first, then its client id and secret,
    then the settings to copy. Several accounts listen at one port after the other.
    """
    asyncio.run(serve(port, sims, accounts, latency / 1000))


async def serve(port: int, sims: int, count: int, latency: float) -> None:
    """Serve until stopped; `latency` in seconds."""
    from bot.clock import SystemClock  # noqa: PLC0415 -- the other commands start without it
    from bot.demo.partner import kore_settings, open_accounts  # noqa: PLC0415 -- the same
    from bot.demo.stories.story import all_stories  # noqa: PLC0415 -- the same
    from bot.emulators.serve import serving  # noqa: PLC0415 -- the same

    accounts = open_accounts(SystemClock(), count, sims)
    async with until_stopped() as stopped, AsyncExitStack() as stack:
        told = {}
        for place, (name, api) in enumerate(accounts.items()):
            api.faults.latency = latency
            own = port and port + place
            with port_errors(own):
                url = await stack.enter_async_context(serving(api.app, port=own))
            told[name] = api, url
            click.echo(f"listening on {url}" + (f" for {name}" if count > 1 else ""))
            click.echo(f"client id {api.client_id}\nclient secret {api.client_secret}\n")
        for line in exports(kore_settings(told)):
            click.echo(line)
        click.echo(shlex.join(["simsessions", "lookup", *(s.name for s in all_stories())]))
        await stopped.wait()
