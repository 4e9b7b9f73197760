"""The command line as a whole: its commands, its numbers, its words for errors."""

import pytest

from bot.cli.exit_codes import MEANINGS, ExitCode, exit_code
from bot.cli.main import cli
from bot.errors import BotError, NotAllowed, SettingsError, SlackLost, StartError
from bot.kore.errors import KoreDenied, KoreNotFound, KoreUnavailable
from bot.sims.errors import SimNotFound
from bot.slack.errors import SlackUnreachable


async def test_help_lists_every_command_and_number(simsessions):
    """
    --help names each command with what it does, and each exit code with its meaning.
    """
    done = await simsessions("--help")

    assert 0 == done.code
    assert [] == [name for name in cli.list_commands(None) if f"\n  {name} " not in done.out]
    assert [] == [c for c in ExitCode if f"{c.value}  {c.meaning}" not in done.out]


@pytest.mark.parametrize("wrong", [(), ("frobnicate",), ("lookup",), ("doctor", "--loud")])
async def test_a_command_line_that_is_not_understood(simsessions, wrong):
    """
    Usage goes to stderr, and the number is 2.
    """
    done = await simsessions(*wrong)

    assert (2, "") == (done.code, done.out)
    assert "Usage: simsessions" in done.err


async def test_a_misspelt_command(simsessions):
    """
    The nearest command is named.
    """
    done = await simsessions("lokup", "pump-7")

    assert "Did you mean lookup?" in done.err
    assert 2 == done.code


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SimNotFound(), ExitCode.NOT_ALL),
        (NotAllowed(), ExitCode.NOT_ALL),
        (KoreNotFound(), ExitCode.NOT_ALL),
        (KoreDenied(), ExitCode.KORE),
        (KoreUnavailable(), ExitCode.KORE),
        (SlackLost(), ExitCode.SLACK),
        (SlackUnreachable("auth.test"), ExitCode.SLACK),
        (StartError("x"), ExitCode.SETTINGS),
        (SettingsError(("x",)), ExitCode.SETTINGS),
        (BotError(), ExitCode.BROKEN),
    ],
)
def test_each_kind_of_trouble_has_its_number(error, code):
    """
    An error's number says whose it is to mend.
    """
    assert code == exit_code(error)


def test_each_number_has_a_meaning():
    """
    No number is without words.
    """
    assert set(ExitCode) == set(MEANINGS)


async def test_the_version_is_told(simsessions):
    """
    --version names the program.
    """
    done = await simsessions("--version")

    assert done.out.startswith("simsessions ")
