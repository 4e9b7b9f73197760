"""Where people read: no colour when piped or where NO_COLOR is set, and data is never markup.

And a line of `doctor`: what was checked, how it came out, what to do.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from threading import Timer
from typing import NoReturn

import click
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from bot.blocks.kit import clean
from bot.cli.main import ExitCode
from bot.struct import Struct


class _Terminal(Console):
    """Leaves it to the command line what it means that the reader has gone."""

    def on_broken_pipe(self) -> NoReturn:
        """Raise on, where rich would end the program with its own number."""
        raise  # noqa: PLE0704 -- rich calls this within its own `except BrokenPipeError`


def terminal(*, stderr: bool = False) -> Console:
    """Open stdout, or stderr, for people."""
    return _Terminal(stderr=stderr, markup=False, highlight=False, emoji=False, soft_wrap=True)


AFTER_SECONDS = 1.0


@contextmanager
def progress(what: str, total: int, after: float = AFTER_SECONDS) -> Iterator[Callable[[], None]]:
    """Return the function to call at each step; a bar is shown on a terminal while it lasts."""
    out = terminal(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    bar = Progress(*columns, TimeElapsedColumn(), console=out, transient=True)
    task = bar.add_task(what, total=total)
    later = Timer(after, bar.start)
    later.daemon = True
    if out.is_terminal:
        later.start()
    try:
        yield lambda: bar.advance(task)
    finally:
        later.cancel()
        if out.is_terminal:
            later.join()
        if bar.live.is_started:
            bar.stop()


def print_json(value: object) -> None:
    """Print a value as one line of JSON, which any encoding of stdout can show."""
    click.echo(json.dumps(value, ensure_ascii="utf" not in sys.stdout.encoding.lower()))


LONGEST_CELL = 60


def aligned(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Return the lines of a table, each column as wide as its widest cell; what is long is cut."""
    return in_columns([head, *(tuple(map(_cell, row)) for row in rows)])


def in_columns(table: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of a table, each column as wide as its widest cell."""
    widths = [max(map(cell_len, column)) for column in zip(*table, strict=True)]
    return ["  ".join(map(set_cell_size, line, widths)).rstrip() for line in table]


def _cell(text: str) -> str:
    seen = clean(text, LONGEST_CELL)
    if cell_len(seen) <= LONGEST_CELL:  # CJK and emoji are two wide
        return seen
    return f"{set_cell_size(seen, LONGEST_CELL - 1).rstrip()}…"


class Status(StrEnum):
    """How a check came out; the word is printed, colour only helps."""

    OK = "ok"
    SKIPPED = "skipped"
    FAILED = "failed"


class CheckResult(Struct):
    """`says` is what was found; `mend` says what to do where something is amiss or missing."""

    name: str
    status: Status
    says: str
    mend: str = ""
    code: ExitCode = ExitCode.OK


def well(name: str, says: str, mend: str = "") -> CheckResult:
    """Return a check that found all well; `mend` says how it could be better still."""
    return CheckResult(name, Status.OK, says, mend)


def skipped(name: str, says: str) -> CheckResult:
    """Return a check that could not be made, with the reason."""
    return CheckResult(name, Status.SKIPPED, says)


def failed(name: str, says: str, mend: str, code: ExitCode = ExitCode.NOT_ALL) -> CheckResult:
    """Return a check that found something amiss, with what mends it."""
    return CheckResult(name, Status.FAILED, says, mend, code)


CHECK_COLOURS = {Status.OK: "green", Status.SKIPPED: "yellow", Status.FAILED: "red"}
WIDTH = max(map(len, Status)) + 1


def checks_text(checks: Iterable[CheckResult]) -> Iterator[Text]:
    """Return a line a check, and under it what to do, if anything."""
    for check in checks:
        word = (f"{check.status:<{WIDTH}}", CHECK_COLOURS[check.status])
        yield Text.assemble(word, f"{check.name}: {check.says}")
        if check.mend:
            yield Text(f"{'':<{WIDTH}}fix: {check.mend}")
