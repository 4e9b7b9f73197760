"""`simsessions kore-api`, as a process."""

import asyncio
import re
import shlex
import signal
import sys

import pytest

from tests.bot.cli.conftest import ROOT, strangers


async def started(*arguments: str) -> tuple[asyncio.subprocess.Process, list[str]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "kore-api",
        *arguments,
        env=strangers() | {"PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    lines = [(await process.stdout.readline()).decode().rstrip("\n") for _ in range(8)]
    return process, lines


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
async def test_it_says_where_it_listens_and_ends_cleanly(ending):
    """
    Address, id and secret come first; a signal ends it with 0.
    """
    process, lines = await started("--latency", "1")
    process.send_signal(ending)
    code = await process.wait()

    assert re.fullmatch(r"listening on http://127\.0\.0\.1:[1-9]\d*", lines[0])
    assert ["client id sandbox-client", "client secret sandbox-secret"] == lines[1:3]
    assert 0 == code


async def test_its_lines_can_be_copied(simsessions):
    """
    The settings that it prints are enough for lookup; names with blanks are one argument each.
    """
    process, lines = await started("--sims", "50")
    exports = dict(re.findall(r"(KORE_\w+)=(\S+)", "\n".join(lines)))
    done = await simsessions("lookup", "pump-7", **exports)
    process.terminate()
    await process.wait()

    assert "pump-7 is offline" in done.out
    assert 0 == done.code
    assert {"pump-7", "dock 4/b"} <= set(shlex.split(lines[-1]))


@pytest.mark.parametrize("wrong", [("--port", "65536"), ("--sims", "-1"), ("--latency", "fast")])
async def test_what_it_does_not_take(simsessions, wrong):
    """
    Numbers out of range are a fault of the command line.
    """
    done = await simsessions("kore-api", *wrong)

    assert 2 == done.code
    assert "Invalid value" in done.err
