"""`simsessions demo`, as a process."""

import asyncio
import re
import signal
from asyncio.subprocess import PIPE

import aiohttp

from tests.bot.cli.conftest import started


async def test_it_says_where_it_is_and_how_its_sims_are_looked_up_in_a_terminal(
    tmp_path, simsessions
):
    """Without any setting a page is served, lines lead `lookup` to its SIMs, and Ctrl-C ends it."""
    process = await started(tmp_path, "demo", "--port", "0", stdout=PIPE, stderr=PIPE)
    lines = []
    while "Ctrl-C" not in "".join(lines[-1:]):
        lines.append((await process.stdout.readline()).decode())
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


async def test_a_bot_of_ones_own_can_play_on_its_stage(tmp_path, simsessions):
    """Without a bot it prints settings with which `doctor` is content, and a store of its own."""
    process = await started(tmp_path, "demo", "--port", "0", "--bots", "0", stdout=PIPE)
    lines = []
    while "Ctrl-C" not in "".join(lines[-1:]):
        lines.append((await process.stdout.readline()).decode())
    settings = dict(re.findall(r"^([A-Z_]+)=(\S+)$", "".join(lines), re.MULTILINE))
    doctor = await simsessions("doctor", **settings)
    process.send_signal(signal.SIGINT)
    await process.communicate()

    assert {"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "KORE_CLIENT_SECRET"} <= settings.keys()
    assert f"sqlite, {settings['SIMSESSIONS_DATA_DIR']}/" in doctor.out
    assert (0, []) == (doctor.code, re.findall("^(?:failed|skipped).*", doctor.out, re.MULTILINE))
