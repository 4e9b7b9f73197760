"""`simsessions demo`, as a process."""

import asyncio
import re
import signal
import sys

import aiohttp

from tests.bot.cli.conftest import ROOT, strangers


async def started(folder, *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "demo",
        *arguments,
        cwd=folder,
        env=strangers() | {"PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_it_prints_its_address_and_three_things_to_type(tmp_path):
    """
    Without any setting a page is served where it says, and Ctrl-C ends it with 0 and no noise.
    """
    process = await started(tmp_path, "--port", "0")
    assert process.stdout is not None
    lines = [(await process.stdout.readline()).decode() for _ in range(6)]
    url = re.findall(r"http://127\.0\.0\.1:\d+", lines[0])[0]
    async with aiohttp.ClientSession() as browser, browser.get(url) as page:
        status = page.status
    process.send_signal(signal.SIGINT)
    _, err = await process.communicate()

    assert 200 == status
    assert 3 == len([line for line in lines if line.startswith("  /simsessions ")])
    assert (0, b"") == (process.returncode, err)


async def test_its_sims_can_be_looked_up_in_a_terminal(tmp_path):
    """
    The lines it prints lead `lookup` to the same SIMs, several together too.
    """
    process = await started(tmp_path, "--port", "0")
    assert process.stdout is not None
    told = strangers() | {"PYTHONPATH": str(ROOT)}
    while "Ctrl-C" not in (line := (await process.stdout.readline()).decode()):
        told |= dict(re.findall(r"(KORE_\w+)=(\S+)", line))
    lookup = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "lookup", "--json"),
        *(f"well-{number}" for number in range(1, 6)),
        cwd=tmp_path,
        env=told,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await lookup.communicate()
    process.send_signal(signal.SIGINT)
    await process.communicate()

    assert 0 == lookup.returncode
    assert b"common_outage" in out


async def test_a_port_that_is_taken(tmp_path):
    """
    A taken port is told in a sentence, with 4 as for any setting that cannot work.
    """
    server = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    process = await started(tmp_path, "--port", str(port))
    _, err = await process.communicate()
    server.close()
    await server.wait_closed()

    assert 4 == process.returncode
    assert f"port {port} is taken: choose another with --port" in err.decode()
