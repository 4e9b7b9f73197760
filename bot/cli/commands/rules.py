"""`simsessions rules`: every rule, when it speaks, and who says so."""

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from bot.settings import Need, Settings, load_settings

if TYPE_CHECKING:
    from bot.store.lookups import Judged


@click.command()
@click.option("--feedback", is_flag=True, help="Count by rule what people said of its verdicts.")
def command(*, feedback: bool) -> None:
    """List the rules, their thresholds and sources."""
    if feedback:
        settings = load_settings(need=Need.NOTHING)
        for row in feedback_lines(asyncio.run(read_feedback(settings))):
            click.echo(row)
        return
    from bot.cli.reports import rule_lines  # noqa: PLC0415 -- the other commands need no rich
    from bot.cli.terminal import terminal  # noqa: PLC0415 -- the same

    for line in rule_lines(load_settings(need=Need.NOTHING).thresholds):
        terminal().print(line)


async def read_feedback(settings: Settings) -> "tuple[Judged, ...]":
    """Read the store. Raises StartError and StoreError."""
    from bot.app.resources import opened_store  # noqa: PLC0415 -- the rules need no store
    from bot.clock import SystemClock  # noqa: PLC0415 -- the same
    from bot.store.lookups import Feedback  # noqa: PLC0415 -- the same

    async with opened_store(settings) as store:
        return await Feedback(store, SystemClock()).by_rule()


def feedback_lines(judged: "tuple[Judged, ...]") -> Iterator[str]:
    """Return how often each rule was said to be right and wrong, with the latest reasons."""
    from bot.blocks.format import PLAIN  # noqa: PLC0415 -- as above

    if not judged:
        yield "Nobody has answered “Was this right?” yet."
    for each in judged:
        yield f"{each.rule}: {each.right} right, {each.wrong} wrong"
        yield from (f"  - {PLAIN.sentence(why)}" for why in each.whys)
