"""`simsessions demo` and `kore-api`, as processes."""

import asyncio
import errno
import re
import shlex
import signal
import socket
import sys
from asyncio.subprocess import PIPE

import aiohttp
import pytest

from bot.cli.commands.serve import export_lines, port_errors, port_or_free
from bot.clock import SystemClock
from bot.demo.partner import settings_of
from bot.emulators.kore.api import KoreApi
from bot.errors import StartError
from bot.settings import Need, load_settings
from tests.bot.cli.conftest import started


async def said_by(process):
    """Return the lines that it prints until it says how it is ended."""
    lines = []
    async for line in process.stdout:
        lines.append(line.decode())
        if b"Ctrl-C" in line:
            return lines
    raise AssertionError(lines)


async def test_it_says_where_it_is_and_how_its_sims_are_looked_up_in_a_terminal(
    tmp_path, simsessions
):
    """Without any setting a page is served, lines lead `lookup` to its SIMs, and Ctrl-C ends it."""
    process = await started(tmp_path, "demo", "--port", "0", stdout=PIPE, stderr=PIPE)
    lines = await said_by(process)
    url = re.findall(r"http://127\.0\.0\.1:\d+", lines[0])[0]
    async with aiohttp.ClientSession() as browser, browser.get(url) as page:
        status = page.status
    exports = dict(re.findall(r"(KORE_\w+)=(\S+)", "".join(lines)))
    names = [f"well-{number}" for number in range(1, 6)]
    lookup = await simsessions("lookup", "--json", *names, **exports)
    process.send_signal(signal.SIGINT)
    _, err = await process.communicate()

    assert 200 == status
    assert 3 == len([line for line in lines[:6] if line.startswith("  /simsessions ")])
    assert (0, True) == (lookup.code, "common_outage" in lookup.out)
    assert (0, b"") == (process.returncode, err)


async def test_a_port_that_is_taken(process):
    """A taken port is told in a sentence, with 4 as for any setting that cannot work."""
    async with await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        done = await process("demo", "--port", str(port))

    assert 4 == done.code
    assert f"port {port} is taken: choose another with --port" in done.err


async def test_a_bot_of_ones_own_can_play_on_its_stage(tmp_path, forked, simsessions):
    """Without a bot it prints settings with which `doctor` is content, and a store of its own."""
    options = ("--port", "0", "--bots", "0")
    process = await started(tmp_path, "demo", *options, python=forked, stdout=PIPE)
    lines = await said_by(process)
    settings = dict(re.findall(r"^([A-Z_]+)=(\S+)$", "".join(lines), re.MULTILINE))
    doctor = await simsessions("doctor", **settings)
    process.send_signal(signal.SIGINT)
    await process.communicate()

    assert {"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "KORE_CLIENT_SECRET"} <= settings.keys()
    assert f"sqlite, {settings['SIMSESSIONS_DATA_DIR']}/" in doctor.out
    assert (0, []) == (doctor.code, re.findall("^(?:failed|skipped).*", doctor.out, re.MULTILINE))


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
async def test_it_says_where_it_listens_and_ends_cleanly(tmp_path, forked, simsessions, ending):
    """Address, id and secret come first, its settings do for lookup, a signal ends it with 0."""
    options = ("--latency", "1", "--sims", "50")
    python = sys.executable if ending == signal.SIGTERM else forked
    process = await started(tmp_path, "kore-api", *options, python=python, stdout=PIPE)
    lines = [(await process.stdout.readline()).decode().rstrip("\n") for _ in range(9)]
    exports = dict(re.findall(r"(KORE_\w+)=(\S+)", "\n".join(lines)))
    lookup = await simsessions("lookup", "pump-7", **exports)
    process.send_signal(ending)

    assert 0 == await process.wait()
    assert re.fullmatch(r"listening on http://127\.0\.0\.1:[1-9]\d*", lines[0])
    assert ["client id sandbox-client", "client secret sandbox-secret"] == lines[1:3]
    assert (0, True) == (lookup.code, "pump-7 is offline" in lookup.out)
    assert {"pump-7", "dock 4/b"} <= set(shlex.split(lines[-1]))


async def test_several_accounts_are_one_bots(tmp_path, forked, simsessions):
    """Each has its own address and key; what is printed finds a name in both, and a SIM of one."""
    options = ("--accounts", "2", "--sims", "9")
    process = await started(tmp_path, "kore-api", *options, python=forked, stdout=PIPE)
    told = [(await process.stdout.readline()).decode() for _ in range(18)]
    exports = dict(re.findall(r"(KORE_\w+)=(\S+)", "".join(told)))
    none = {"KORE_CLIENT_ID": "", "KORE_CLIENT_SECRET": ""}
    lookup = await simsessions("lookup", "reefer-3", "pump-7", "tank-2600008", **exports, **none)
    process.send_signal(signal.SIGINT)

    assert 0 == await process.wait()
    assert exports["KORE_ACME_API_URL"] != exports["KORE_GLOBEX_API_URL"]
    assert "acme,globex" == exports["KORE_ACCOUNTS"]
    assert "2 SIMs are called" in lookup.out
    assert lookup.out.count("account globex") > 1
    assert "tank-2600008 is" in lookup.out


@pytest.mark.parametrize("wrong", [("--port", "65536"), ("--sims", "-1"), ("--latency", "fast")])
async def test_what_it_does_not_take(simsessions, wrong):
    """Numbers out of range are a fault of the command line."""
    done = await simsessions("kore-api", *wrong)

    assert 2 == done.code
    assert "Invalid value" in done.err


def test_what_was_asked_for_is_taken_at_its_word():
    """A port that somebody names is not second-guessed, 0 included."""
    assert [8123, 0] == [port_or_free(8123, 8080), port_or_free(0, 8080)]


def test_the_usual_port_is_given_up_where_it_is_taken():
    """Without a wish, a taken port makes way for any free one."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        while_taken = port_or_free(None, port)
    afterwards = port_or_free(None, port)

    assert [0, port] == [while_taken, afterwards]


@pytest.mark.parametrize(
    ("code", "says"), [(errno.EADDRINUSE, "port 80 is taken"), (errno.EACCES, "may not be used")]
)
def test_a_port_that_cannot_be_had(code, says):
    """The sentence says what to do instead."""
    with pytest.raises(StartError, match=says), port_errors(80):
        raise OSError(code, "no")


def test_another_trouble_is_not_blamed_on_the_port():
    """An OSError that is not about a port goes its way."""
    with pytest.raises(FileNotFoundError), port_errors(80):
        raise FileNotFoundError


def test_its_exports_are_the_settings_of_a_lookup():
    """Read as an environment they are all that `lookup` needs."""
    api = KoreApi(SystemClock())
    told = settings_of(api, "http://127.0.0.1:1") | {"SLACK_BOT_TOKEN": "xoxb-1"}
    words = " ".join(export_lines(told)).replace("export ", "").split()
    settings = load_settings(dict(word.split("=", 1) for word in words), None, need=Need.KORE)

    assert ("http://127.0.0.1:1", api.client_id) == (settings.kore_api_url, settings.kore_client_id)
