"""The progress bar: on a terminal, on stderr, and only for what takes long."""

import asyncio
import os
import pty
import sys

import pytest

SCRIPT = """
import sys, time
from bot.cli.progress import progress
with progress("Looking up", 3, after=float(sys.argv[1])) as step:
    for _ in range(3):
        time.sleep(float(sys.argv[2]))
        step()
print("answers")
"""


async def run(*arguments: str, terminal: bool, **environ: str) -> tuple[bytes, bytes]:
    """Give what the script wrote to stdout, and to a stderr that is a terminal or a pipe."""
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
    """
    On a terminal the bar counts the steps, on stderr alone.
    """
    out, shown = await run("0.01", "0.2", terminal=True)

    assert b"answers\n" == out
    assert b"Looking up" in shown
    assert b"3/3" in shown


@pytest.mark.parametrize(("after", "terminal"), [("30", True), ("0.01", False)])
async def test_no_bar(after, terminal):
    """
    What is quick shows nothing, and a pipe never does.
    """
    out, shown = await run(after, "0.05", terminal=terminal)

    assert (b"answers\n", b"") == (out, shown)


async def test_no_colour_where_none_is_wanted():
    """
    NO_COLOR takes the colours out of the bar.
    """
    _, shown = await run("0.01", "0.2", terminal=True, NO_COLOR="1")

    assert b"Looking up" in shown
    assert b"\x1b[3" not in shown
