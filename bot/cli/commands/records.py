"""`simsessions alert`, `digest`, `incidents`, `audit` and `rules`: what is set up and recorded."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

import click

from bot.cli.main import ExitCode
from bot.setting_values import seconds
from bot.settings import Need, load_settings

if TYPE_CHECKING:
    from bot.store.database import Database
    from bot.store.lookups import RuleFeedback

T = TypeVar("T")
DAYS = 30.0 * 86400.0


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
        raise click.BadParameter("write 90min, 24h or 7d, or a date such as 2026-01-31") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@click.command()
@click.option("--since", callback=parse_moment, help="Not before: 90min, 24h, 7d, or a date (UTC).")
@click.option("--user", "person", metavar="ID", help="Of this person: U0123ABCD.")
@click.option("--sim", metavar="SID", help="Of this SIM: its SID, or the name that it had.")
@click.option("--channel", metavar="ID", help="From this channel: C0123ABCD.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 1_000_000))
@click.option("--json", "as_lines", is_flag=True, help="One JSON object a line.")
def audit(*, as_lines: bool, **which: object) -> None:
    """List who looked up which SIM, newest first.

    Reads the bot's store. It holds no ICCID, IMEI, cell or location, and not what was typed; the
    reference stands in the log too.
    """
    from bot.cli.lists import AUDIT  # noqa: PLC0415 -- only here
    from bot.store.lookups import LookupFilter, Lookups  # noqa: PLC0415 -- the other commands need no SQL

    wanted = LookupFilter(**which)  # type: ignore[arg-type] # click has checked them
    rows = asyncio.run(from_store(lambda store: Lookups(store).find(wanted)))
    for line in AUDIT.lines(rows, as_json=as_lines):
        click.echo(line)


async def from_store(read: "Callable[[Database], Awaitable[T]]") -> "T":
    """Open the store of the settings and read it. Raises StartError and StoreError."""
    from bot.app.resources import existing_store  # noqa: PLC0415 -- the other commands need no store

    async with existing_store(load_settings(need=Need.NOTHING)) as store:
        return await read(store)


@click.command()
@click.option("--since", callback=parse_moment, help="Open since: 24h, 7d, or a date (UTC). [30d]")
@click.option("--channel", metavar="ID", help="Of this channel: C0123ABCD.")
@click.option("--json", "as_lines", is_flag=True, help="One JSON object a line.")
def incidents(*, since: float | None, channel: str | None, as_lines: bool) -> None:
    """List the incidents of all alerts, newest first.

    Reads the bot's store. How long it took to notice and to end each counts from when its first SIM
    went down, how long to take it from when it was opened. Times are UTC.
    """
    from bot.app.subscriptions import incidents  # noqa: PLC0415 -- the other commands need no store
    from bot.cli.lists import INCIDENTS  # noqa: PLC0415 -- the same

    now = datetime.now(tz=UTC)
    start = datetime.fromtimestamp(now.timestamp() - DAYS if since is None else since, UTC)
    found = asyncio.run(incidents(load_settings(need=Need.NOTHING), start, channel))
    for line in INCIDENTS.lines(found, as_json=as_lines):
        click.echo(line)


@click.command()
@click.option("--feedback", is_flag=True, help="Count by rule what people said of its verdicts.")
def rules(*, feedback: bool) -> None:
    """List the rules, their thresholds and sources."""
    if feedback:
        from bot.clock import SystemClock  # noqa: PLC0415 -- the rules need no store
        from bot.store.lookups import Feedback  # noqa: PLC0415 -- the same

        judged = asyncio.run(from_store(lambda store: Feedback(store, SystemClock()).by_rule()))
        for row in feedback_lines(judged):
            click.echo(row)
        return
    from bot.cli.lists import rule_lines  # noqa: PLC0415 -- the other commands need no rich
    from bot.cli.terminal import terminal  # noqa: PLC0415 -- the same

    for line in rule_lines(load_settings(need=Need.NOTHING).thresholds):
        terminal().print(line)


def feedback_lines(judged: "tuple[RuleFeedback, ...]") -> Iterator[str]:
    """Return how often each rule was said to be right and wrong, with the latest reasons."""
    from bot.blocks.format import PLAIN  # noqa: PLC0415 -- as above

    if not judged:
        yield "Nobody has answered “Was this right?” yet."
    for each in judged:
        yield f"{each.rule}: {each.right} right, {each.wrong} wrong"
        yield from (f"  - {PLAIN.sentence(why)}" for why in each.whys)


@click.group(no_args_is_help=True)
def alert() -> None:
    """List the channels' alerts, or try one.

    They are set up in Slack: `/simsessions alert add`. Reads the bot's settings and its store.
    """


@alert.command(name="list")
@click.option("--json", "as_lines", is_flag=True, help="One JSON object a line.")
def list_alerts(*, as_lines: bool) -> None:
    """List every alert, by name: its SIMs, what it looks for, how it stands."""
    from bot.app.subscriptions import listed_alerts  # noqa: PLC0415 -- the other commands need no store
    from bot.cli.lists import ALERTS  # noqa: PLC0415 -- the same

    every = asyncio.run(listed_alerts(load_settings(need=Need.NOTHING)))
    for line in ALERTS.lines(every, as_json=as_lines):
        click.echo(line)


@alert.command()
@click.argument("alert", metavar="NAME|ID")
def test(alert: str) -> None:
    """Scan an alert's SIMs now and print what it would open; nothing is posted or kept.

    Only the KORE_… settings and the store are needed.
    """
    from bot.app.subscriptions import try_alert  # noqa: PLC0415 -- the other commands need no store
    from bot.cli.lists import tried_text  # noqa: PLC0415 -- the same

    settings = load_settings(need=Need.KORE)
    with ExitStack() as stack:
        found = asyncio.run(try_alert(settings, alert, progress_bar(stack)))
    for line in tried_text(found):
        click.echo(line)


@click.group(no_args_is_help=True)
def digest() -> None:
    """List, preview or post the channels' digests.

    They are set up in Slack: `/simsessions digest add`. Reads the bot's settings and its store.
    """


@digest.command(name="list")
@click.option("--json", "as_lines", is_flag=True, help="One JSON object a line.")
def list_digests(*, as_lines: bool) -> None:
    """List every digest, by name: its SIMs, how often it comes, when next."""
    from bot.app.subscriptions import listed_digests  # noqa: PLC0415 -- the other commands need no store
    from bot.cli.lists import digests  # noqa: PLC0415 -- the same

    every, now = asyncio.run(listed_digests(load_settings(need=Need.NOTHING))), datetime.now(tz=UTC)
    for line in digests(now).lines(every, as_json=as_lines):
        click.echo(line)


@digest.command()
@click.argument("digest", metavar="NAME|ID")
def preview(digest: str) -> None:
    """Make a digest and print it; nothing is posted and nothing of it is kept.

    Only the KORE_… settings and the store are needed.
    """
    from bot.app import subscriptions  # noqa: PLC0415 -- the other commands need no store
    from bot.cli.lists import digest_text  # noqa: PLC0415 -- the same

    settings = load_settings(need=Need.KORE)
    with ExitStack() as stack:
        _, made = asyncio.run(subscriptions.preview(settings, digest, progress_bar(stack)))
    for line in digest_text(made):
        click.echo(line)


@digest.command()
@click.argument("digest", metavar="NAME|ID")
def run(digest: str) -> int:
    """Make a digest and post it to its channel now, and wait until that is done."""
    from bot.app import subscriptions  # noqa: PLC0415 -- the other commands need no store
    from bot.store.digest_runs import RunStage  # noqa: PLC0415 -- the same

    one, made = asyncio.run(subscriptions.run(load_settings(), digest))
    if made and made.stage is RunStage.POSTED:
        click.echo(f"{one.name} is posted in {one.channel}.")
        return ExitCode.OK
    if made and made.stage is RunStage.QUIET:
        click.echo(f"{one.name} posted nothing: nothing changed.")
        return ExitCode.OK
    why = (made and made.why) or "it was cancelled"
    click.echo(f"simsessions: {one.name} was not posted: {why}", err=True)
    return ExitCode.NOT_ALL


def progress_bar(stack: ExitStack) -> Callable[[int], Callable[[], None]]:
    """Return a function that opens a progress bar, once the number of chunks is known."""
    from bot.cli.terminal import progress  # noqa: PLC0415 -- rich is for those who wait

    return lambda chunks: stack.enter_context(progress("Asking KORE", chunks))
