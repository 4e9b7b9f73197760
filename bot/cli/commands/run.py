"""`simsessions run`: the bot itself."""

import click

from bot.settings import load_settings


@click.command()
def command() -> None:
    """Run the bot until SIGTERM or Ctrl-C; what is under way is finished first.

    Needs the SLACK_… and KORE_… settings; serves /healthz, /readyz and /metrics on PORT.
    """
    settings = load_settings()
    from bot.app import run  # noqa: PLC0415 -- heavy, and for naught where a setting is missing

    run(settings)
