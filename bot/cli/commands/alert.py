"""`simsessions alert`: the alerts that channels have asked for, listed and tried."""

import asyncio
from contextlib import ExitStack

import click

from bot.cli.commands.digest import progress_bar
from bot.settings import Need, load_settings


@click.group(no_args_is_help=True)
def command() -> None:
    """List the channels' alerts, or try one.

    They are set up in Slack: `/simsessions alert add`. Reads the bot's settings and its store.
    """


@command.command(name="list")
@click.option("--json", "as_lines", is_flag=True, help="One JSON object a line.")
def list_all(*, as_lines: bool) -> None:
    """List every alert, by name: its SIMs, what it looks for, how it stands."""
    from bot.app.once import listed_alerts  # noqa: PLC0415 -- the other commands need no store
    from bot.cli.lists import alert_json, alert_table  # noqa: PLC0415 -- the same

    every = asyncio.run(listed_alerts(load_settings(need=Need.NOTHING)))
    for line in map(alert_json, every) if as_lines else alert_table(every):
        click.echo(line)


@command.command()
@click.argument("alert", metavar="NAME|ID")
def test(alert: str) -> None:
    """Scan an alert's SIMs now and print what it would open; nothing is posted or kept.

    Only the KORE_… settings and the store are needed.
    """
    from bot.app.once import tried  # noqa: PLC0415 -- the other commands need no store
    from bot.cli.lists import tried_text  # noqa: PLC0415 -- the same

    settings = load_settings(need=Need.KORE)
    with ExitStack() as stack:
        found = asyncio.run(tried(settings, alert, progress_bar(stack)))
    for line in tried_text(found):
        click.echo(line)
