"""`simsessions audit`: who looked up which SIM, out of the store that the bot keeps it in."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from bot.setting_values import seconds
from bot.settings import Need, Settings, load_settings

if TYPE_CHECKING:
    from bot.store.lookups import Lookup, Wanted


def parse_moment(_: click.Context, __: click.Parameter, text: str | None) -> float | None:
    """Read how long ago, or a date; return epoch seconds."""
    if text is None:
        return None
    try:
        return (datetime.now(tz=UTC) - timedelta(seconds=seconds(text))).timestamp()
    except ValueError:
        return _date(text).timestamp()


def _date(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        msg = "write 90min, 24h or 7d, or a date such as 2026-01-31"
        raise click.BadParameter(msg) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@click.command()
@click.option("--since", callback=parse_moment, help="Not before: 90min, 24h, 7d, or a date (UTC).")
@click.option("--user", "person", metavar="ID", help="Of this person: U0123ABCD.")
@click.option("--sim", metavar="SID", help="Of this SIM: its SID, or the name that it had.")
@click.option("--channel", metavar="ID", help="From this channel: C0123ABCD.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 1_000_000))
@click.option("--json", "as_lines", is_flag=True, help="One JSON object a line.")
def command(*, as_lines: bool, **which: object) -> None:
    """List who looked up which SIM, newest first.

    Reads the bot's store. It holds no ICCID, IMEI, cell or location, and not what was typed; the
    reference stands in the log too.
    """
    from bot.cli.lists import audit_json, audit_table  # noqa: PLC0415 -- only here
    from bot.store.lookups import Wanted  # noqa: PLC0415 -- the other commands need no SQL

    rows = asyncio.run(find_lookups(load_settings(need=Need.NOTHING), Wanted(**which)))  # type: ignore[arg-type]  # click has checked them
    for line in map(audit_json, rows) if as_lines else audit_table(rows):
        click.echo(line)


async def find_lookups(settings: Settings, wanted: "Wanted") -> "tuple[Lookup, ...]":
    """Read the store. Raises StartError and StoreError."""
    from bot.app.resources import opened_store  # noqa: PLC0415 -- the other commands need no store
    from bot.store.lookups import Lookups  # noqa: PLC0415 -- nor SQL

    async with opened_store(settings) as store:
        return await Lookups(store).find(wanted)
