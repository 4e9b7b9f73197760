"""What is coloured, and for whom."""

import asyncio
import io
import os
import pty
import sys

import pytest
from rich.cells import cell_len
from rich.console import Console

from bot.cli.terminal import LONGEST_CELL, aligned, checks_text, failed, skipped, terminal, well


def test_only_the_word_is_coloured():
    """A failed check is red in its first word, and what to do stands beneath it."""
    seen = io.StringIO()
    out = Console(file=seen, force_terminal=True, color_system="standard", width=200)
    for line in checks_text([failed("clock", "61 s ahead", "let NTP set it")]):
        out.print(line)

    assert "\x1b[31mfailed  \x1b[0mclock: 61 s ahead" in seen.getvalue()
    assert "fix: let NTP set it" in seen.getvalue()


def test_the_words_stand_under_each_other():
    """Every line begins with its word, and the names stand in one column."""
    lines = [line.plain for line in checks_text([well("a", "x"), skipped("a", "y")])]

    assert ["ok      a: x", "skipped a: y"] == lines


@pytest.mark.parametrize("data", ["[bold]x[/bold]", ":warning:", "http://x/1"])
def test_data_is_never_markup(data, capsys):
    """What KORE says is printed as it is."""
    terminal().print(data)

    assert f"{data}\n" == capsys.readouterr().out


def test_long_lines_are_not_broken(capsys):
    """A line stays one line, so that grep finds it whole."""
    terminal().print("word " * 100)

    assert 1 == capsys.readouterr().out.count("\n")


def test_columns_stand_below_each_other_whatever_is_in_them():
    """What is wide counts twice, what is long is cut, and nothing breaks a line."""
    lines = aligned(("a", "b"), [("泵" * 3, "1"), ("pump\n7\x1b[2J", "2"), ("x" * 1000, "3")])
    ends = [cell_len(line[:-1]) for line in lines[1:]]

    assert [LONGEST_CELL + 2] * 3 == ends
    assert "pump 7 [2J" in lines[2]


SCRIPT = """
import sys, time
from bot.cli.terminal import progress
with progress("Looking up", 3, after=float(sys.argv[1])) as step:
    for _ in range(3):
        time.sleep(float(sys.argv[2]))
        step()
print("answers")
"""


async def run(*arguments: str, terminal: bool, **environ: str) -> tuple[bytes, bytes]:
    """Return what the script wrote to stdout, and to a stderr that is a terminal or a pipe."""
    ours, theirs = pty.openpty() if terminal else os.pipe()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        SCRIPT,
        *arguments,
        env=os.environ | {"TERM": "xterm", "COLUMNS": "80"} | environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    out, _ = await process.communicate()
    shown = b""
    try:
        while more := os.read(ours, 65536):
            shown += more
    except OSError:  # a terminal whose other end is gone
        shown += b""
    finally:
        os.close(ours)
    return out, shown


async def test_what_takes_long_shows_a_bar():
    """On a terminal the bar counts the steps, on stderr alone."""
    out, shown = await run("0.01", "0.2", terminal=True)

    assert b"answers\n" == out
    assert b"Looking up" in shown
    assert b"3/3" in shown


@pytest.mark.parametrize(("after", "terminal"), [("30", True), ("0.01", False)])
async def test_no_bar(after, terminal):
    """What is quick shows nothing, and a pipe never does."""
    out, shown = await run(after, "0.05", terminal=terminal)

    assert (b"answers\n", b"") == (out, shown)


async def test_no_colour_where_none_is_wanted():
    """NO_COLOR takes the colours out of the bar."""
    _, shown = await run("0.01", "0.2", terminal=True, NO_COLOR="1")

    assert b"Looking up" in shown
    assert b"\x1b[3" not in shown
