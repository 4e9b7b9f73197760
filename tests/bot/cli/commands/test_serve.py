"""`simsessions run`, `worker` and `mcp`, as processes."""

import asyncio
import gc
import json
import os
import re
import signal
import subprocess
import sys
from asyncio.subprocess import DEVNULL, PIPE
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from time import time

import pytest
from sqlalchemy import update

from bot.cli.commands.serve import without_collecting
from bot.digests.subscriptions import Subscriptions
from bot.store.database import Database
from bot.store.jobs import JobQueue
from bot.store.location import FILE_NAME
from bot.store.schema import schedules
from tests.bot.cli.conftest import ROOT, kept_in, started
from tests.digest_rig import pumps
from tests.forks import pid_of
from tests.waiting import until


@pytest.mark.parametrize("command", ["run", "worker"])
async def test_all_that_lacks_is_told_before_anything_starts(simsessions, command):
    """Without settings it says what it needs, and ends with 4."""
    done = await simsessions(command)

    assert 4 == done.code
    assert ["KORE_CLIENT_ID", "KORE_CLIENT_SECRET", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"] == (
        re.findall(r"- (\w+): missing", done.err)
    )


def test_the_collector_is_back_after_the_imports():
    """Garbage is collected again once the block ends, also where an import fails."""
    frozen = gc.get_freeze_count()
    with suppress(ImportError), without_collecting():
        during = gc.isenabled()
        raise ImportError

    assert (False, True) == (during, gc.isenabled())
    assert gc.get_freeze_count() > frozen


PING = b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n'


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


async def test_a_line_that_is_no_message_is_answered(kore, tmp_path, forked):
    """
    Whatever a line holds, its sender hears of it, and half a surrogate pair is mended; a client
    that closes its end is the end of the process.
    """
    settings = kore.settings | kept_in(tmp_path)
    streams = {"stdin": PIPE, "stdout": PIPE, "stderr": PIPE}
    process = await started(tmp_path, "mcp", settings=settings, python=forked, **streams)
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


@pytest.mark.parametrize(("form", "stop"), [("json", signal.SIGTERM), ("text", signal.SIGINT)])
async def test_what_is_typed_is_in_no_log(kore, tmp_path, forked, form, stop):
    """
    Not even at DEBUG: no name, number, method or line that a client sent. It leaves in order on a
    signal, though nobody has closed its standard input.
    """
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
    streams = {"stdin": PIPE, "stdout": PIPE, "stderr": PIPE}
    process = await started(tmp_path, "mcp", settings=settings, python=forked, **streams)
    process.stdin.write("\n".join([*lines, ""]).encode())
    told = [json.loads(await process.stdout.readline()) for _ in range(len(asked) + 1)]
    process.send_signal(stop)
    more, logged = await process.communicate()

    assert 0 == process.returncode, logged.decode()
    assert {None, *range(len(asked))} == {answer["id"] for answer in told}
    assert b"" == more
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
        "import sys, bot.cli.commands.serve, bot.settings, bot.app.run\n"
        "import bot.cli.main; bot.cli.main.cli.list_commands(None)\n"
        "print([m for m in sys.modules if m.startswith(('mcp', 'bot.mcp', 'httpx2'))])"
    )

    assert "[]" == done.stdout.strip(), done.stderr


def test_it_starts_without_what_others_import_for_themselves():
    """Neither httpx's command line nor aiohttp's server is there once the bot is imported."""
    done = run_python(
        "import sys; from bot.cli.commands.serve import leave_out_unused; leave_out_unused()\n"
        "import bot.app.run\n"
        "print([m for m in sys.modules if m.startswith(('rich', 'pygments', 'aiohttp.web_'))])"
    )

    assert "[]" == done.stdout.strip(), done.stderr


pytestmark = pytest.mark.slow
PATIENCE = 180  # seconds; beside other work three processes take long to start


class Process:
    """A process of ours; its log can be awaited."""

    def __init__(self, process):
        self.process = process
        self.pid = process.pid

    async def logs(self, message):
        """Read on until this is logged; give the line."""
        async with asyncio.timeout(PATIENCE):
            async for line in self.process.stderr:
                if (told := json.loads(line))["message"] == message:
                    return told
        raise AssertionError(message)

    async def ended(self):
        """Wait for the end; give the exit code and the rest of the log."""
        async with asyncio.timeout(PATIENCE):
            rest = await self.process.stderr.read()
            return await self.process.wait(), rest.decode()

    def children(self):
        """Return the pids of those that it has started."""
        pid = pid_of(self.pid)
        told = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        return [int(pid) for pid in told.split()]


@pytest.fixture
def start(kore, slack, tmp_path, forked):
    """A starter of processes; what still runs at the end is killed."""

    @asynccontextmanager
    async def begun(*arguments, python=forked, stdin=DEVNULL, **settings):
        ours = {"PORT": "0", "SIMSESSIONS_DRAIN": "3"} | kept_in(tmp_path)
        settings = ours | kore.settings | slack.settings | settings
        streams = {"stdin": stdin, "stderr": PIPE}
        process = await started(tmp_path, *arguments, settings=settings, python=python, **streams)
        try:
            yield Process(process)
        finally:
            if process.returncode is None:
                process.kill()
            await process.communicate()

    return begun


def is_alive(pid):
    """Return whether a process runs; one that only waits to be reaped does not."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


async def gone(*pids):
    """Wait until none of them runs."""
    await until(lambda: not any(map(is_alive, pids)))


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
async def test_it_works_until_it_is_told_to_stop(start, forked, simsessions, slack, ending):
    """Ready and healthy, without taking part in what Slack sends, and gone with 0 at a signal."""
    python = sys.executable if ending == signal.SIGTERM else forked
    async with start("worker", python=python) as worker:
        port = (await worker.logs("working"))["port"]
        health = await simsessions("health", PORT=str(port))
        sockets = len(slack.api.socket.connections)
        worker.process.send_signal(ending)
        code, log = await worker.ended()

    assert (0, 0, 0) == (health.code, code, sockets)
    assert [] == re.findall(r"Traceback|stand-in", log)


async def test_it_ends_with_whoever_holds_its_input(start):
    """Its end of the pipe tells it, however the other end went."""
    async with start("worker", "--until-stdin-ends", stdin=PIPE) as worker:
        await worker.logs("working")
        worker.process.stdin.close()
        code, _ = await worker.ended()

    assert 0 == code


async def due(tmp_path):
    """Have a digest due in the store of the processes."""
    database = await Database.open(f"sqlite:///{tmp_path}/{FILE_NAME}")
    about = pumps(id="00000007", name="pumps", channel="C0FLEETOP")
    await Subscriptions(database, JobQueue(database)).add(about)
    async with database.write() as tx:
        await tx.execute(update(schedules).values(next_due=int(time())))
    await database.aclose()


async def test_a_token_that_is_revoked_ends_it(start, slack, tmp_path):
    """The first call that Slack refuses is enough: exit code 4."""
    async with start("worker") as worker:
        await worker.logs("working")
        slack.api.faults.fail("*", "token_revoked", times=99)
        await due(tmp_path)
        code, log = await worker.ended()

    assert 4 == code
    assert "SLACK_BOT_TOKEN: Slack refuses it (token_revoked)" in log


async def test_a_bot_takes_its_workers_along(start, simsessions):
    """
    Ready and healthy, and gone with 0 at a signal, its workers with it; so it is with Ctrl-C and
    without workers in test_process.py.
    """
    async with start("run", python=sys.executable, SIMSESSIONS_WORKERS="2") as bot:
        port = (await bot.logs("ready"))["port"]
        for _ in range(2):
            await bot.logs("working")
        health = await simsessions("health", PORT=str(port))
        workers = bot.children()
        bot.process.terminate()
        code, log = await bot.ended()
        await gone(*workers)

    assert (0, 2, 0) == (health.code, len(workers), code)
    assert [] == re.findall("Traceback|stand-in", log)


async def test_a_worker_that_dies_is_started_again(start, slack):
    """
    The log says so, and another one works in its place. It may have been the first to learn that
    the token is not good: then the bot ends with 4 as well.
    """
    async with start("run", SIMSESSIONS_WORKERS="1") as bot:
        await bot.logs("working")
        (first,) = bot.children()
        os.kill(first, signal.SIGKILL)
        told = await bot.logs("worker-ended")
        await bot.logs("working")
        (second,) = bot.children()
        slack.api.faults.fail("auth.test", "token_revoked", times=99)
        os.kill(second, signal.SIGKILL)
        code, log = await bot.ended()

    assert -signal.SIGKILL == told["code"]
    assert first != second
    assert 4 == code
    assert "SLACK_BOT_TOKEN: Slack refuses it (token_revoked)" in log
    await gone(second)


async def test_workers_of_a_bot_that_is_killed_end(start):
    """Nobody is left behind, though nobody could tell them."""
    async with start("run", SIMSESSIONS_WORKERS="2") as bot:
        for _ in range(2):
            await bot.logs("working")
        workers = bot.children()
        os.kill(bot.pid, signal.SIGKILL)
        await gone(*workers)

    assert 2 == len(workers)
