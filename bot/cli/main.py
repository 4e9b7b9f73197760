"""The command line: finds the commands, runs one, and turns every error into words and a number.

To add a command: write a click command of its name in a file of `bot/cli/commands`, and name the
file in `COMMANDS`; import what is heavy inside its function, so that the others start fast.
"""

import difflib
import importlib
import io
import logging
import os
import sys
import traceback
from enum import IntEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click

from bot.errors import BotError, SettingsError, SlackLost, TookTooLong, UserError
from bot.kore.errors import KoreError, KoreNotFound
from bot.slack.errors import SlackError
from bot.store.errors import StoreError

log = logging.getLogger(__name__)


class ExitCode(IntEnum):
    """The graver the higher; where several apply, the highest is given."""

    OK = 0
    NOT_ALL = 1
    USAGE = 2
    KORE = 3
    SETTINGS = 4
    SLACK = 5
    STORE = 6
    BROKEN = 70
    INTERRUPTED = 130


MEANINGS = {
    ExitCode.OK: "everything was answered, everything checked is well",
    ExitCode.NOT_ALL: "a SIM was not found or several fit; doctor or health found a problem",
    ExitCode.USAGE: "the command line was not understood",
    ExitCode.KORE: "KORE refused, limited us, or did not answer",
    ExitCode.SETTINGS: "a setting is wrong, or Slack refuses a token",
    ExitCode.SLACK: "Slack cannot be reached, or does not allow what the bot needs",
    ExitCode.STORE: "the store cannot be used",
    ExitCode.BROKEN: "something broke on our side",
    ExitCode.INTERRUPTED: "interrupted by Ctrl-C",
}


def exit_code(error: BotError) -> ExitCode:
    """Return the number of an error's kind."""
    if isinstance(error, SettingsError):
        return ExitCode.SETTINGS
    if isinstance(error, UserError | KoreNotFound):
        return ExitCode.NOT_ALL
    if isinstance(error, SlackError | SlackLost):
        return ExitCode.SLACK
    if isinstance(error, StoreError):
        return ExitCode.STORE
    return ExitCode.KORE if isinstance(error, KoreError | TookTooLong) else ExitCode.BROKEN


EXIT_CODES = "Exit codes:\n\n\b\n" + "\n".join(
    f"{c.value:>3}  {said}" for c, said in MEANINGS.items()
)

COMMANDS = {
    "alert": "records",
    "audit": "records",
    "demo": "serve",
    "digest": "records",
    "doctor": "serve",
    "health": "serve",
    "incidents": "records",
    "kore-api": "serve",
    "lookup": "lookup",
    "mcp": "serve",
    "read": "lookup",
    "rules": "records",
    "run": "serve",
    "worker": "serve",
}


class CommandGroup(click.Group):
    """A group whose commands are in the files of bot/cli/commands, each loaded when asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands, as they are typed."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load the command of that name, or None."""
        if cmd_name not in COMMANDS:
            for near in difflib.get_close_matches(cmd_name, COMMANDS, n=1):
                ctx.fail(f"No such command {cmd_name!r}. Did you mean {near}?")
            return None
        module = importlib.import_module(f"bot.cli.commands.{COMMANDS[cmd_name]}")
        found: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return found

    def invoke(self, ctx: click.Context) -> object:
        """Run one; a reader that has gone, as head does, is no trouble: click would give 1."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            _write_no_more()
            return ExitCode.OK


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 -- click calls it so
    if wanted:
        click.echo(f"simsessions {installed_version()}")
        ctx.exit()


def installed_version() -> str:
    """Return the version, also from a checkout that is not installed."""
    try:
        return version("simsessions")
    except PackageNotFoundError:
        return "from a checkout"


@click.group(cls=CommandGroup, name="simsessions", epilog=EXIT_CODES)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and exit.",
)
def cli() -> None:
    """Say what a cellular SIM is doing: in Slack, in the browser's demo, or here.

    Settings come from the environment or from .env; `simsessions doctor` checks them.
    """


NO_PLUGINS = ("PYDANTIC_DISABLE_PLUGINS", "__all__")
"""Else pydantic looks for some among all packages that are installed, for 5 ms."""


def main(arguments: list[str] | None = None) -> int:
    """Run a command line and return its exit code; errors are a sentence on stderr."""
    _write_in_any_encoding()
    os.environ.setdefault(*NO_PLUGINS)
    try:
        done = cli.main(arguments, prog_name="simsessions", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except BotError as error:
        click.echo(f"simsessions: {error.sentence}", err=True)
        return exit_code(error)
    except (click.Abort, KeyboardInterrupt):
        return ExitCode.INTERRUPTED
    except OSError as error:
        _write_no_more()
        click.echo(f"simsessions: {error.strerror or error}", err=True)
        return ExitCode.BROKEN
    except Exception as error:  # noqa: BLE001 -- the edge: the shell gets its number, whatever broke
        return _broke(error)
    return int(done or ExitCode.OK)


def _write_in_any_encoding() -> None:
    """Let an old terminal show a question mark for what it has no letter for."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def _write_no_more() -> None:
    """Let what is still buffered for a reader that has gone, or a full disk, not raise again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _broke(error: Exception) -> ExitCode:
    """Say where it broke; the error's own words may hold data and go to the redacted log only."""
    if logging.root.handlers:
        log.critical("broke", exc_info=error)
    where = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{type(error).__name__}, {Path(where.filename).name}:{where.lineno}"
    click.echo(f"simsessions: Something broke on our side ({place}). Please report it.", err=True)
    return ExitCode.BROKEN
