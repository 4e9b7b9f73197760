"""`simsessions worker`: what digests and watches have to do, in a process of its own."""

import click

from bot.cli.commands.run import without_collecting


@click.command()
@click.option(
    "--until-stdin-ends", is_flag=True, help="Stop, too, when whoever holds standard input is gone."
)
def command(*, until_stdin_ends: bool) -> None:
    """Run scans, digests and watches beside the bot.

    Needs the settings of the bot, and its store; serves /healthz, /readyz and /metrics on PORT,
    until SIGTERM or Ctrl-C. The bot starts workers itself where SIMSESSIONS_WORKERS says how many.
    """
    with without_collecting():
        from bot.settings import load_settings  # noqa: PLC0415 -- pydantic is heavy

        settings = load_settings()
        from bot.app.run import work  # noqa: PLC0415 -- heavy, and for naught where a setting is missing

    work(settings, until_stdin_ends=until_stdin_ends)
