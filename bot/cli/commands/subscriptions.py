"""`simsessions alert` and `digest`: what channels have asked for, listed, tried and posted."""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime

import click

from bot.cli.exit_codes import ExitCode
from bot.settings import Need, load_settings


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
    from bot.cli.lists import alert_json, alert_table  # noqa: PLC0415 -- the same

    every = asyncio.run(listed_alerts(load_settings(need=Need.NOTHING)))
    for line in map(alert_json, every) if as_lines else alert_table(every):
        click.echo(line)


@alert.command()
@click.argument("alert", metavar="NAME|ID")
def test(alert: str) -> None:
    """Scan an alert's SIMs now and print what it would open; nothing is posted or kept.

    Only the KORE_… settings and the store are needed.
    """
    from bot.app.subscriptions import tried  # noqa: PLC0415 -- the other commands need no store
    from bot.cli.lists import tried_text  # noqa: PLC0415 -- the same

    settings = load_settings(need=Need.KORE)
    with ExitStack() as stack:
        found = asyncio.run(tried(settings, alert, progress_bar(stack)))
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
    from bot.cli.lists import digest_json, digest_table  # noqa: PLC0415 -- the same

    every, now = asyncio.run(listed_digests(load_settings(need=Need.NOTHING))), datetime.now(tz=UTC)
    for line in (digest_json(one, now) for one in every) if as_lines else digest_table(every, now):
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
    from bot.store.digest_runs import Stage  # noqa: PLC0415 -- the same

    one, made = asyncio.run(subscriptions.run(load_settings(), digest))
    if made and made.stage is Stage.POSTED:
        click.echo(f"{one.name} is posted in {one.channel}.")
        return ExitCode.OK
    if made and made.stage is Stage.QUIET:
        click.echo(f"{one.name} posted nothing: nothing changed.")
        return ExitCode.OK
    why = (made and made.why) or "it was cancelled"
    click.echo(f"simsessions: {one.name} was not posted: {why}", err=True)
    return ExitCode.NOT_ALL


def progress_bar(stack: ExitStack) -> Callable[[int], Callable[[], None]]:
    """Return a function that opens a progress bar, once the number of chunks is known."""
    from bot.cli.terminal import progress  # noqa: PLC0415 -- rich is for those who wait

    return lambda chunks: stack.enter_context(progress("Asking KORE", chunks))
