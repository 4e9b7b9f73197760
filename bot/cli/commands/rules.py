"""`simsessions rules`: every rule, when it speaks, and who says so."""

import click

from bot.settings import Need, load_settings


@click.command()
def command() -> None:
    """List the rules with the thresholds that are set and their sources."""
    from bot.cli.reports.rules import rule_lines  # noqa: PLC0415 -- the other commands need no rich
    from bot.cli.terminal import terminal  # noqa: PLC0415 -- the same

    for line in rule_lines(load_settings(need=Need.NOTHING).thresholds):
        terminal().print(line)
