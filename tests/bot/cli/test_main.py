"""The command line as a whole: its commands, its numbers, its words for errors."""

import json
import os
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from bot.cli import commands
from bot.cli.main import COMMANDS, MEANINGS, ExitCode, cli, exit_code, main
from bot.errors import BotError, NotAllowed, SettingsError, SimNotFound, SlackLost, StartError
from bot.kore.errors import KoreDenied, KoreNotFound, KoreUnavailable
from bot.slack.errors import SlackUnreachable
from bot.store.errors import StoreLost
from tests.bot.cli.conftest import started

FULL = Path("/dev/full")
BREAKS = """
import click

@click.command()
def breaks():
    raise ZeroDivisionError("xoxb-hush")
"""


async def writing_to(stdout: int, folder: Path, *arguments: str) -> tuple[int, str]:
    """Run a command line that writes there; return its number and what it says on stderr."""
    process = await started(folder, *arguments, stdout=stdout, stderr=PIPE)
    _, said = await process.communicate()
    return process.returncode or 0, said.decode()


async def test_help_lists_every_command_and_number(simsessions):
    """--help names each command with what it does, and each exit code with its meaning."""
    done = await simsessions("--help")

    assert 0 == done.code
    assert [] == [name for name in cli.list_commands(None) if f"\n  {name} " not in done.out]
    assert [] == [c for c, said in MEANINGS.items() if f"{c.value}  {said}" not in done.out]
    assert [] == [line for line in done.out.splitlines()[1:] if line.endswith("...")]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ((), "Usage: simsessions"),
        (("frobnicate",), "Usage: simsessions"),
        (("lookup",), "Usage: simsessions"),
        (("doctor", "--loud"), "Usage: simsessions"),
        (("lokup", "pump-7"), "Did you mean lookup?"),
    ],
)
async def test_a_command_line_that_is_not_understood(simsessions, wrong, says):
    """Usage, or the nearest command, goes to stderr, and the number is 2."""
    done = await simsessions(*wrong)

    assert (2, "") == (done.code, done.out)
    assert says in done.err


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
        (StoreLost(), ExitCode.STORE),
        (BotError(), ExitCode.BROKEN),
    ],
)
def test_each_kind_of_trouble_has_its_number(error, code):
    """An error's number says whose it is to mend."""
    assert code == exit_code(error)


def test_each_number_has_a_meaning():
    """No number is without words."""
    assert set(ExitCode) == set(MEANINGS)


async def test_a_terminal_that_knows_no_emoji(kore, process):
    """What an old terminal cannot show becomes a question mark, and the words stay."""
    done = await process("lookup", "pump-7", PYTHONIOENCODING="ascii", **kore.settings)

    assert (0, "") == (done.code, done.err)
    assert done.out.startswith("? pump-7 is offline")


async def test_json_in_any_encoding(kore, process):
    """JSON says the same in an encoding that lacks its letters."""
    settings = kore.settings | {"PYTHONIOENCODING": "iso8859-1"}
    done = await process("lookup", "--json", "kuhlraum-1", "meter-14", **settings)
    missed, found = map(json.loads, done.out.splitlines())

    assert "kühlraum-1" in missed["error"]["message"]
    assert "meter-14" == found["sim"]["unique_name"]


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
async def test_a_full_disk(tmp_path):
    """What cannot be written is said in a sentence."""
    full = os.open(FULL, os.O_WRONLY)
    answer = await writing_to(full, tmp_path, "rules")
    os.close(full)

    assert (70, "simsessions: No space left on device\n") == answer


async def test_a_reader_that_left(tmp_path):
    """Who reads only the first lines, as head does, is no trouble."""
    reader, writer = os.pipe()
    os.close(reader)
    answer = await writing_to(writer, tmp_path, "rules")
    os.close(writer)

    assert (0, "") == answer


def test_a_fault_of_ours(tmp_path, monkeypatch, capsys):
    """What nobody planned is a sentence that says where, without data, and a number of its own."""
    (tmp_path / "breaks.py").write_text(BREAKS)
    monkeypatch.setattr(commands, "__path__", [*commands.__path__, str(tmp_path)])
    monkeypatch.setitem(COMMANDS, "breaks", "breaks")
    code = main(["breaks"])
    said = capsys.readouterr().err

    assert ExitCode.BROKEN == code
    assert "Something broke on our side (ZeroDivisionError, breaks.py:6)" in said
    assert "hush" not in said


async def test_the_version_is_told(process):
    """--version names the program."""
    done = await process("--version")

    assert done.out.startswith("simsessions ")
