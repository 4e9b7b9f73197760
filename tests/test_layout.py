"""The house's own rules: who imports whom, how long things are, what has its test."""

import ast
import importlib
import os
import pkgutil
import re
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

import bot
import bot.errors
import handlers
from bot.errors import BotError

ROOT = Path(__file__).parent.parent
OURS = ("bot", "handlers", "tests", "bench", "docs")
SOURCES = sorted(path for folder in OURS for path in (ROOT / folder).rglob("*.py"))
SHIPPED = [path for path in SOURCES if path.relative_to(ROOT).parts[0] in {"bot", "handlers"}]
TESTS = [path for path in SOURCES if path.name.startswith("test_")]
LINT_IMPORTS = Path(sys.executable).parent / "lint-imports"


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


class Function(NamedTuple):
    name: str
    lines: int
    doc: str


@cache
def functions(path: Path) -> tuple[Function, ...]:
    return tuple(
        Function(node.name, (node.end_lineno or 0) - node.lineno + 1, ast.get_docstring(node) or "")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def lint_imports(where: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINT_IMPORTS, "--no-cache"],
        cwd=where,
        env={**os.environ, "PYTHONPATH": str(where)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_imports_keep_to_the_contracts():
    """Nobody imports what they must not."""
    done = lint_imports(ROOT)

    assert done.returncode == 0, done.stdout


BREACHES = {
    "bot/ops/tasks.py": "import bot.emulators.serve",
    "bot/clock.py": "import bot.kore.client",
    "bot/demo/subprocesses.py": "if TYPE_CHECKING:\n    import bot.demo.controls",
    "bot/slack/messages.py": "import handlers.payloads",
    "handlers/payloads.py": "import bot.kore.client",
    "bot/kore/client.py": "import bot.settings",
    "bot/emulators/kore/account.py": "import bot.kore.models",
    "bot/diagnosis/rules/flapping.py": "import bot.diagnosis.rules.healthy",
    "handlers/subcommands/watch.py": "import handlers.subcommands.sessions",
    "bot/blocks/kit.py": "import bot.slack.client",
    "bot/proxies.py": "import httpx",
    "bot/setting_entries.py": "import sqlalchemy",
    "bot/hygiene.py": "import mcp_types",
}


def test_each_contract_bites(tmp_path):
    """With one forbidden import for each contract, every contract is reported as broken."""
    for folder in ("bot", "handlers"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for path, line in BREACHES.items():
        breached = tmp_path / path
        breached.write_text(f"{breached.read_text()}\n{line}\n")
    contracts = re.findall(
        r'^name = "(\w+ .+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE
    )
    told = lint_imports(tmp_path).stdout

    assert len(BREACHES) == len(contracts)
    assert [] == [name for name in contracts if f"{name} BROKEN" not in told]


def test_files_are_short():
    """No file is longer than 400 lines."""
    assert [] == [named(path) for path in SOURCES if len(path.read_text().splitlines()) > 400]


def test_functions_are_short():
    """Half of the functions have at most 8 lines, nine in ten at most 24, docstrings included."""
    lengths = [f.lines for path in SHIPPED for f in functions(path)]

    assert statistics.median(lengths) <= 8
    assert statistics.quantiles(lengths, n=10)[-1] <= 24


def says_its_job(path: Path) -> bool:
    source = path.read_text()
    if path.name == "__init__.py" and path.parent != ROOT / "handlers":
        return not source
    return bool(ast.get_docstring(ast.parse(source)))


def test_files_say_their_job():
    """A module opens with a sentence; an `__init__.py` is empty, but for the one of handlers."""
    assert [] == [named(path) for path in SHIPPED if not says_its_job(path)]


def test_tests_say_what_is_true():
    """Every test's docstring is a sentence."""
    silent = [
        f"{named(path)}::{function.name}"
        for path in TESTS
        for function in functions(path)
        if function.name.startswith("test_") and not function.doc.endswith((".", "?"))
    ]

    assert [] == silent


def test_fakes_stand_at_the_wire():
    """Nobody imports unittest.mock, and ours is replaced in less than a tenth of tests."""
    mocks = re.compile(r"^(?:from|import) unittest", re.MULTILINE)
    texts = {path: path.read_text() for path in TESTS if path != Path(__file__)}
    tests = sum(f.name.startswith("test_") for path in TESTS for f in functions(path))
    replaced = sum(text.count("monkeypatch.setattr") for text in texts.values())

    assert [] == [named(path) for path, text in texts.items() if mocks.search(text)]
    assert replaced * 10 < tests


@pytest.mark.parametrize("folder", ["bot/diagnosis/rules", "handlers/subcommands"])
def test_each_plug_in_has_its_test(folder):
    """A file that is found by scan has a test file of the same name, and the other way round."""
    there = {path.stem for path in (ROOT / folder).glob("*.py")} - {"__init__"}
    tested = {
        path.stem.removeprefix("test_") for path in (ROOT / "tests" / folder).glob("test_*.py")
    }

    assert there == tested


@pytest.mark.parametrize("folder", ["bot/jobs/kinds", "bot/cli/commands"])
def test_each_kind_of_job_and_command_has_its_test(folder):
    """The test file is called as the kind's or the command's; more files add a word to that."""
    kinds = {path.stem for path in (ROOT / folder).glob("*.py")} - {"__init__"}
    tests = [path.stem for path in (ROOT / "tests" / folder).glob("test_*.py")]

    assert [] == sorted(kind for kind in kinds if f"test_{kind}" not in tests)
    assert [] == [t for t in tests if not t.removeprefix("test_").startswith(tuple(kinds))]


def drawn_tree() -> dict[str, str]:
    """Read the tree of bot/errors.py: each error with the one that it stands under."""
    above: dict[int, str] = {}
    parents: dict[str, str] = {}
    for depth, name in re.findall(r"^( *)[*x+-] (\w+)", bot.errors.__doc__ or "", re.MULTILINE):
        above[len(depth)] = name
        if depth:
            parents[name] = above[max(d for d in above if d < len(depth))]
    return parents


def walked(error: type[BotError]) -> Iterator[type[BotError]]:
    for child in error.__subclasses__():
        yield child
        yield from walked(child)


def errors() -> list[type[BotError]]:
    for package in (bot, handlers):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(found.name)
    return [e for e in walked(BotError) if e.__module__.startswith(("bot.", "handlers."))]


def test_errors_are_all_in_the_tree():
    """The drawing in bot/errors.py has every error of the bot under its base, and no other."""
    assert drawn_tree() == {error.__name__: error.__mro__[1].__name__ for error in errors()}


def test_each_error_carries_a_sentence():
    """What the asker reads ends as a sentence does."""
    assert [] == [error for error in errors() if error.sentence.strip()[-1] not in ".?"]


def test_scripts_import_what_is_there(monkeypatch):
    """No other test starts a picture or every bench; mypy reads what is shipped."""
    monkeypatch.syspath_prepend(ROOT / "bench")  # as when one of them is started
    roots = {*OURS, *(path.stem for path in (ROOT / "bench").glob("*.py"))}
    missing = []
    for path in (each for each in SOURCES if named(each).startswith(("bench/", "docs/"))):
        for node in ast.walk(ast.parse(path.read_text())):
            ours = isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in roots
            module = importlib.import_module(node.module) if ours else None
            names = [each.name for each in node.names] if module else []
            missing += [(named(path), name) for name in names if not hasattr(module, name)]

    assert [] == missing
