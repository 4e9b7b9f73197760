"""`simsessions mcp`, as a process."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from asyncio.subprocess import PIPE

import pytest

from tests.bot.cli.conftest import ROOT, kept_in, started

PING = b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n'


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_while_its_client_stays(kore, tmp_path, stop):
    """It leaves in order on a signal, though nobody has closed its standard input."""
    settings = kore.settings | kept_in(tmp_path)
    process = await started(
        tmp_path, "mcp", settings=settings, stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    process.stdin.write(PING)
    answer = json.loads(await process.stdout.readline())
    process.send_signal(stop)
    _, logged = await process.communicate()

    assert {"jsonrpc": "2.0", "id": 1, "result": {}} == answer
    assert 0 == process.returncode, logged.decode()


ODD = (
    (b"garbage", None, -32700),
    (b"\xff\xfe", None, -32700),
    (b"[" * 100_000, None, -32700),
    (b"[]", None, -32600),
    (b'{"jsonrpc": "2.0", "id": 7, "method": 1}', 7, -32600),
    (b'{"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": []}}',),
    (b'{"jsonrpc": "2.0", "id": true, "method": 1}', None, -32600),
    (b'{"jsonrpc": "2.0", "id": "\\ud800", "method": "ping"}', "?", None),
    (b'{"jsonrpc": "2.0", "id": 8, "method": "ping", "params": {"\\udc00": "\\\\ud800"}}', 8, None),
)


async def test_a_line_that_is_no_message_is_answered(kore, tmp_path):
    """
    Whatever a line holds, its sender hears of it, and half a surrogate pair is mended; a client
    that closes its end is the end of the process.
    """
    settings = kore.settings | kept_in(tmp_path)
    process = await started(
        tmp_path, "mcp", settings=settings, stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    told, logged = await process.communicate(b"\n".join(line for line, *_ in ODD) + b"\n\n" + PING)
    answers = [json.loads(line) for line in told.splitlines()]
    got = [(each["id"], each.get("error", {}).get("code")) for each in answers]

    assert sorted([*(tuple(rest) for _, *rest in ODD if rest), (1, None)], key=repr) == sorted(
        got, key=repr
    )
    assert 0 == process.returncode, logged.decode()


async def test_a_client_that_reads_no_more_is_the_end(kore, tmp_path):
    """Where nobody reads standard output any more it ends in order, without a word of a fault."""
    settings = kore.settings | kept_in(tmp_path)
    read, write = os.pipe()
    process = await started(
        tmp_path, "mcp", settings=settings, stdin=PIPE, stdout=write, stderr=PIPE
    )
    os.close(write)
    process.stdin.write(PING)
    first = await asyncio.to_thread(os.read, read, 4096)
    os.close(read)
    process.stdin.write(PING)
    logged = await process.stderr.read()

    assert b'"result":{}' in first
    assert 0 == await process.wait(), logged.decode()
    assert not re.search(b"Traceback|CRITICAL|Exception ignored", logged)


async def test_without_credentials_it_says_what_is_missing(simsessions):
    """The settings are checked before anything is served."""
    done = await simsessions("mcp")

    assert 4 == done.code
    assert "KORE_CLIENT_ID: missing" in done.err


async def test_an_option_that_is_none_is_said(simsessions):
    """A misspelt `redact` is not taken for an account that nobody has."""
    token = {"SIMSESSIONS_MCP_TOKENS": f"partner:redct={'x' * 32}", "KORE_ACCESS_TOKEN": "x"}
    done = await simsessions("mcp", "--http", **token)

    assert 4 == done.code
    assert "redct is neither `redact` nor the name of an account" in done.err


async def test_nobody_is_served_without_tokens(simsessions):
    """Over HTTP nothing is served, to this machine or others, before somebody has a token."""
    for host in ("127.0.0.1", "0.0.0.0", "::"):
        done = await simsessions("mcp", "--http", "--host", host, KORE_ACCESS_TOKEN="x")

        assert 4 == done.code
        assert "SIMSESSIONS_MCP_TOKENS: missing" in done.err


TYPED = ("typed-name-7", "8901260012345678000", "typed/method", "typed garbage", "typed-alert")


@pytest.mark.parametrize("form", ["json", "text"])
async def test_what_is_typed_is_in_no_log(kore, tmp_path, form):
    """Not even at DEBUG: no name, number, method or line that a client sent."""
    settings = kore.settings | kept_in(tmp_path)
    settings |= {"SIMSESSIONS_LOG_LEVEL": "DEBUG", "SIMSESSIONS_LOG_FORMAT": form}
    calls = (
        ("look_up_sim", {"sim": TYPED[0]}),
        ("look_up_sim", {"sim": TYPED[1]}),
        ("find_sims", {"name": f"{TYPED[0]}*"}),
        ("find_sims", {"plan": TYPED[0]}),
        ("sim_history", {"sim": TYPED[0], "typed-field": 1}),
        ("triage_sims", {"text": f"typed-alert: {TYPED[1]} is down, {TYPED[0]} too"}),
        ("typed-name-7", {}),
    )
    asked = [("tools/call", {"name": name, "arguments": told}) for name, told in calls]
    asked += [("typed/method", {}), ("resources/read", {"uri": f"simsessions://sims/{TYPED[0]}"})]
    asked += [("prompts/get", {"name": "triage_alert", "arguments": {"alert": "typed-alert"}})]
    meta = {"io.modelcontextprotocol/protocolVersion": "2026-07-28"}
    meta |= {"io.modelcontextprotocol/clientCapabilities": {}}
    lines = [
        json.dumps({"jsonrpc": "2.0", "id": at, "method": method, "params": told | {"_meta": meta}})
        for at, (method, told) in enumerate(asked)
    ]
    lines += ["typed garbage", '{"jsonrpc": "2.0", "method": "typed/method", "params": {}}']
    process = await started(
        tmp_path, "mcp", settings=settings, stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    told, logged = await process.communicate("\n".join(lines).encode())

    assert len(asked) + 1 == len(told.splitlines())
    assert b"looked-up" in logged
    assert [] == [word for word in TYPED if word.encode() in logged], logged.decode()


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_without_the_extra_it_says_how_to_get_it():
    """Where the SDK is not installed one sentence says what to install."""
    done = run_python(
        "import os, sys; sys.modules['mcp'] = sys.modules['mcp_types'] = None\n"
        "os.environ |= {'KORE_ACCESS_TOKEN': 'x'}\n"
        "from bot.cli.main import main; sys.exit(main(['mcp']))"
    )

    assert (4, "") == (done.returncode, done.stdout)
    assert "simsessions[mcp]" in done.stderr


def test_the_bot_does_not_load_it():
    """`simsessions run` and its workers import neither the SDK nor what is built on it."""
    done = run_python(
        "import sys, bot.cli.commands.run, bot.cli.commands.worker, bot.settings, bot.app.run\n"
        "import bot.cli.main; bot.cli.main.cli.list_commands(None)\n"
        "print([m for m in sys.modules if m.startswith(('mcp', 'bot.mcp', 'httpx2'))])"
    )

    assert "[]" == done.stdout.strip(), done.stderr
