"""README.md: what it says is what the program does."""

import importlib.util
import re
from pathlib import Path

from bot.cli.main import cli
from bot.demo.stage import COMMAND
from bot.settings import known_names, threshold_names
from handlers.commands import all_subcommands

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def tables():
    """Load docs/tables.py, which is a script of no package."""
    spec = importlib.util.spec_from_file_location("tables", ROOT / "docs/tables.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_tables_are_the_programs_own():
    """`make docs` would change nothing."""
    assert README == tables().filled(README)


def test_the_tables_would_be_mended():
    """A table that says something else is written again; a README without its place is a fault."""
    broken = README.replace("| `3000` |", "| `4000` |")

    assert broken != README == tables().filled(broken)


def test_each_thing_that_is_registered_is_listed():
    """Every subcommand, command, setting and threshold stands in a table."""
    cells = re.findall(r"^\| `([^`]+)`", README, re.MULTILINE)
    shown = {cell.replace("\\|", "|") for cell in cells}
    commands = {f"simsessions {name}" for name in cli.list_commands(None)}
    typed = {each.usage for each in all_subcommands().values()}

    assert set() == {*commands, *typed, *known_names(), *threshold_names()} - shown


def test_no_setting_is_named_that_does_not_exist():
    """Each name in capitals that looks like a setting of ours is one."""
    named = set(re.findall(r"\b(?:SIMSESSIONS|KORE|SLACK)_[A-Z_]+[A-Z]\b", README))

    assert set() == named - {*known_names(), *threshold_names()}


def test_each_make_target_is_there():
    """What README.md tells to make can be made."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    told = set(re.findall(r"^(?:\$ )?make ([a-z]+)|`make ([a-z]+)", README, re.MULTILINE))

    assert {name for pair in told for name in pair if name} <= targets


def test_each_path_is_there():
    """Links and folders that README.md names exist."""
    linked = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    folders = re.findall(
        r"^\| `((?:bot|handlers|tests|bench)[\w/]*(?:\.py)?)` \|", README, re.MULTILINE
    )

    assert folders
    assert [] == [path for path in (*linked, *folders) if not (ROOT / path).exists()]


def test_the_map_has_every_room():
    """Each package of the bot stands in the map of the house."""
    rooms = {f"bot/{path.parent.name}/" for path in (ROOT / "bot").glob("*/__init__.py")}

    assert set() == {room for room in rooms if f"| `{room}` |" not in README}


def test_the_command_is_slacks():
    """What README.md says to type is what the manifest registers."""
    assert f"- command: {COMMAND}" in (ROOT / "manifest.yml").read_text()
    assert f"`{COMMAND} pump-7`" in README
