"""How the subcommand that is meant is found."""

from pathlib import Path

import pytest

from bot.errors import UnknownSubcommand
from bot.sims.errors import Candidate, NotASim, SimNotFound
from handlers.subcommand import all_subcommands, find, or_nearest

HERE = Path(__file__).parent
NAMES = sorted(all_subcommands())


@pytest.mark.parametrize(
    ("text", "name", "rest"),
    [
        ("", "help", ""),
        ("   ", "help", ""),
        ("help", "help", ""),
        ("Help", "help", ""),
        ("help  history ", "help", "history "),
        ("rules", "rules", ""),
        ("sessions pump 7", "sessions", "pump 7"),
        ("sessions help", "sessions", "help"),
        (" pump-7 ", "sessions", "pump-7"),
        ("8901 2600 1234", "sessions", "8901 2600 1234"),
        ("hlep", "sessions", "hlep"),
        ("helper", "sessions", "helper"),
    ],
)
def test_the_first_word_says_which(text, name, rest):
    """
    A subcommand's name, in any case; everything else names a SIM.
    """
    found, left = find(text)

    assert (name, rest) == (found.name, left)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("hlep", "/simsessions help"),
        ("HELPP", "/simsessions help"),
        ("ruels", "/simsessions rules"),
        ("rule `x`", "/simsessions rules x"),
    ],
)
def test_a_slip_of_the_finger_is_told(text, meant):
    """
    What is nearly a subcommand is answered with it.
    """
    error = or_nearest(SimNotFound(), text)

    assert isinstance(error, UnknownSubcommand)
    assert f"Did you mean `{meant}`?" in error.sentence


@pytest.mark.parametrize("text", ["truck-42", "8901260012345678909", "DE" + "0" * 32, "?", "", "h"])
def test_what_is_far_from_any_stays_what_it_was(text):
    """
    An error about a SIM is left alone where no subcommand is near.
    """
    error = NotASim("no SIM")

    assert error is or_nearest(error, text)


def test_near_sims_are_offered_as_well():
    """
    Where SIMs come near too, their buttons stay, and the sentence names both.
    """
    error = or_nearest(SimNotFound("No such SIM.", (Candidate("DE1", "helper"),)), "helpp")

    assert ("helper",) == tuple(each.name for each in error.candidates)
    assert "No such SIM. Or did you mean `/simsessions help`?" == error.sentence


def test_help_comes_last_of_none_and_the_default_first():
    """
    The order is that of help: a SIM first, then by name.
    """
    rest = [name for name in all_subcommands() if name != "sessions"]

    assert "sessions" == next(iter(all_subcommands()))
    assert sorted(rest) == rest


@pytest.mark.parametrize("name", NAMES)
def test_each_has_its_test_and_its_words(name):
    """
    Every subcommand is tested under its name, and says what it does in a line.
    """
    found = all_subcommands()[name]

    assert (HERE / "subcommands" / f"test_{name}.py").is_file()
    assert found.usage.startswith("/simsessions ")
    assert 0 < len(found.says) <= 120
