"""What the shell is told, one number a kind of trouble; `simsessions --help` prints this table."""

from enum import IntEnum

from bot.errors import BotError, SettingsError, SlackLost, TookTooLong, UserError
from bot.kore.errors import KoreError, KoreNotFound
from bot.slack.errors import SlackError
from bot.store.errors import StoreError


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

    @property
    def meaning(self) -> str:
        """Say it in a line."""
        return MEANINGS[self]


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
