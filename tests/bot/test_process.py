"""The bot as a process: signals, exit codes, what it prints."""

import asyncio
import json
import os
import signal
import socket
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from bot.clock import SystemClock
from bot.demo.partner import settings_of
from bot.demo.stories.story import all_stories
from bot.emulators.kore.api import KoreApi
from bot.emulators.kore.faults import hang, late
from bot.emulators.serve import serving
from tests.slack_rig import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, slack_side

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
async def kore():
    """KORE's stand-in, with its address."""
    api = KoreApi(SystemClock(), stories=all_stories())
    async with serving(api.app) as url:
        api.url = url
        yield api


@pytest.fixture
async def slack():
    """Slack's stand-in."""
    async with slack_side(SystemClock()) as side:
        yield side


@pytest.fixture
def start(kore, slack, tmp_path, forked):
    """A starter of the process; what still runs at the end is killed."""

    @asynccontextmanager
    async def started(python=forked, **changes):
        env = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "SLACK_API_URL": slack.api_url,
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_SIGNING_SECRET": SIGNING_SECRET,
            **settings_of(kore, kore.url),
            "PORT": "0",
            "SIMSESSIONS_DRAIN": "4",
            "SIMSESSIONS_DATA_DIR": str(tmp_path),
            "SIMSESSIONS_DATA_MAY_BE_LOST": "yes",
        }
        process = await asyncio.create_subprocess_exec(
            *(python, "-m", "bot", "run"),
            cwd=tmp_path,
            env=env | changes,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.communicate()

    return started


async def ready(process):
    """Read the log until it is ready; give the port."""
    async with asyncio.timeout(60):
        while line := await process.stderr.readline():
            told = json.loads(line)
            if told["message"] == "ready":
                return told["port"]
    return pytest.fail("it ended")


async def ended(process):
    """Wait for the end; give the exit code and the rest of the log."""
    async with asyncio.timeout(60):
        rest = await process.stderr.read()
        return await process.wait(), rest.decode()


def cut(log):
    """How many answers were cut when it stopped."""
    lines = map(json.loads, log.splitlines())
    return next(line["answers_cut"] for line in lines if line["message"] == "stopped")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_what_was_taken_is_answered_before_the_process_ends(
    start, forked, kore, slack, number
):
    """A signal right after the ack: the answer still comes, then the process ends well."""
    python = sys.executable if number == signal.SIGTERM else forked
    async with start(python, SLACK_APP_TOKEN=APP_TOKEN, SIMSESSIONS_DRAIN="20") as process:
        await ready(process)
        kore.faults.add(late(0.3, times=None))
        delivery = await slack.workspace.command("ana", "#fleet-ops", "/simsessions", "truck-42")
        process.send_signal(number)
        code, log = await ended(process)

    assert (True, 0) == (delivery.ok, code)
    assert "truck-42 is" in slack.seen_by("ana")[-1].text
    assert 0 == cut(log)
    assert "Traceback" not in log


async def test_a_kore_that_hangs_does_not_hold_the_process(start, kore, slack):
    """After the drain's time the process ends, and whoever waits is told."""
    async with start(SLACK_APP_TOKEN=APP_TOKEN) as process:
        await ready(process)
        kore.faults.add(hang(times=None))
        await slack.workspace.command("ana", "#fleet-ops", "/simsessions", "DE" + "0" * 32)
        process.terminate()
        code, log = await ended(process)
        kore.faults.clear()

    assert 0 == code
    assert "being restarted" in slack.seen_by("ana")[-1].text
    assert 1 == cut(log)


async def test_over_signed_http_it_serves_on_its_port(start, slack):
    """Without an app token Slack's requests come in on the port, and are answered."""
    async with start() as process:
        port = await ready(process)
        slack.api.request_url = f"http://127.0.0.1:{port}/slack/events"
        verified = await slack.api.verify_url()
        delivery = await slack.workspace.command("ana", "#fleet-ops", "/simsessions", "help")
        ask = f"http://127.0.0.1:{port}/readyz"
        async with aiohttp.ClientSession() as session, session.get(ask) as response:
            status = response.status
        process.terminate()
        code, _ = await ended(process)

    assert (True, True, 200, 0) == (verified, delivery.ok, status, code)
    assert "Type /simsessions and a SIM" in slack.seen_by("ana")[-1].text


async def test_every_line_of_the_log_is_json_and_tells_no_secret(start, kore, slack):
    """Also at DEBUG: one object a line, with the request's id, without tokens and SIM numbers."""
    told = {"SLACK_APP_TOKEN": APP_TOKEN, "SIMSESSIONS_LOG_LEVEL": "DEBUG"}
    async with start(sys.executable, **told) as process:
        await ready(process)
        await slack.workspace.command("ana", "#fleet-ops", "/simsessions", "8901260012345678909")
        process.terminate()
        _, log = await ended(process)

    lines = [json.loads(line) for line in log.splitlines()]
    (answered,) = [line for line in lines if line["message"] == "answered"]
    assert ("sessions", 6) == (answered["answer"], len(answered["request_id"]))
    for secret in (BOT_TOKEN, APP_TOKEN, SIGNING_SECRET, kore.client_secret, "8901260012345678909"):
        assert secret not in log


async def test_a_token_that_slack_refuses_ends_the_process_with_one_line_and_a_code(start):
    """No traceback: what is wrong, and a code that is not 0."""
    async with start(SLACK_BOT_TOKEN="xoxb-wrong") as process:
        code, said = await ended(process)

    assert 4 == code
    assert "Traceback" not in said
    assert "SLACK_BOT_TOKEN: Slack refuses it (invalid_auth)" in said.splitlines()[-1]
    assert "xoxb-wrong" not in said


async def test_a_port_in_use_ends_the_process_with_one_line_and_a_code(start):
    """The same for a port that is taken."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        async with start(PORT=port) as process:
            code, said = await ended(process)

    assert 4 == code
    assert "Traceback" not in said
    assert f"PORT: cannot listen on 127.0.0.1:{port}" in said.splitlines()[-1]
