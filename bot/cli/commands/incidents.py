"""`simsessions incidents`: what alerts opened, and how long each took to notice, take and end."""

import asyncio
from datetime import UTC, datetime

import click

from bot.cli.commands.audit import parse_moment
from bot.settings import Need, load_settings

DAYS = 30.0 * 86400.0


@click.command()
@click.option("--since", callback=parse_moment, help="Open since: 24h, 7d, or a date (UTC). [30d]")
@click.option("--channel", metavar="ID", help="Of this channel: C0123ABCD.")
@click.option("--json", "as_lines", is_flag=True, help="One JSON object a line.")
def command(*, since: float | None, channel: str | None, as_lines: bool) -> None:
    """List the incidents of all alerts, newest first, with the times to notice, take and end.

    Reads the bot's store. Noticed counts from when the first SIM went down, taken from when the
    incident was opened, ended from when the first SIM went down. Times are UTC.
    """
    from bot.app.once import incidents  # noqa: PLC0415 -- the other commands need no store
    from bot.cli.lists import incident_json, incident_table  # noqa: PLC0415 -- the same

    now = datetime.now(tz=UTC)
    start = datetime.fromtimestamp(now.timestamp() - DAYS if since is None else since, UTC)
    found = asyncio.run(incidents(load_settings(need=Need.NOTHING), start, channel))
    for line in map(incident_json, found) if as_lines else incident_table(found):
        click.echo(line)
