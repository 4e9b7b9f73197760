"""How long the bot takes from exec to ready, what that costs, and what it holds in memory.

Its store is a file that is up to date; the very first start makes the tables too. The floor is a
Python that imports what any such bot needs. Linux only: it reads /proc.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rounds import ROUNDS, report, resident

from bot.clock import SystemClock
from bot.demo.partner import settings_of
from bot.demo.stories.story import all_stories
from bot.emulators.kore.api import KoreApi
from bot.emulators.serve import free_port, serving
from bot.emulators.slack.api import SlackApi
from bot.emulators.slack.workspace import Workspace

ROOT = Path(__file__).parent.parent
FLOOR = """
import aiohttp, cachetools, httpx, pydantic, slack_bolt.async_app, starlette.applications, uvicorn
import sqlalchemy, sqlalchemy.dialects.sqlite
import slack_bolt.adapter.socket_mode.aiohttp, uvicorn.protocols.http.httptools_impl, uvloop
class Model(pydantic.BaseModel): x: int
import time; print(time.process_time())
"""
HEAVY = {"PIL", "alembic", "asyncpg", "matplotlib", "numpy", "rapidfuzz", "rich", "yaml"}
TICK = os.sysconf("SC_CLK_TCK")


def settings(kore: dict[str, str], slack: str, data: str) -> dict[str, str]:
    """Return the environment of a bot between the stand-ins."""
    return kore | {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "SLACK_API_URL": f"{slack}/api/",
        "SLACK_BOT_TOKEN": "xoxb-bench",
        "SLACK_APP_TOKEN": "xapp-bench",
        "PORT": str(free_port()),
        "SIMSESSIONS_DATA_DIR": data,
        "SIMSESSIONS_DATA_MAY_BE_LOST": "yes",
    }


async def is_ready(port: int) -> bool:
    """Ask /readyz once, over a bare socket."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.write(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    status = await reader.readline()
    writer.close()
    return b" 200 " in status


def cpu_seconds(process: int) -> float:
    """Return what a process has taken so far, in all its threads."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


async def started(environ: dict[str, str], *options: str) -> tuple[float, float, float, str]:
    """Start the bot; give wall seconds until ready, CPU seconds, MB held, and what it logged."""
    begun = time.perf_counter()
    command = [sys.executable, *options, "-m", "bot", "run"]
    process = await asyncio.create_subprocess_exec(
        *command, env=environ, cwd="/", stderr=asyncio.subprocess.PIPE
    )
    logged = asyncio.create_task(process.stderr.read())  # type: ignore[union-attr]
    while not await is_ready(int(environ["PORT"])):
        if process.returncode is not None:
            raise SystemExit((await logged).decode())
        await asyncio.sleep(0.005)
    wall = time.perf_counter() - begun
    cpu, held = cpu_seconds(process.pid), resident(process=process.pid)
    process.terminate()
    await process.wait()
    return wall, cpu, held, (await logged).decode()


def imported() -> tuple[float, float]:
    """Return wall and CPU seconds of a Python until it has imported the floor."""
    begun = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", FLOOR], check=True, stdout=subprocess.PIPE)
    return time.perf_counter() - begun, float(done.stdout)


def heavy_modules(import_times: str) -> set[str]:
    """Find those of HEAVY in what `-X importtime` printed."""
    lines = (line for line in import_times.splitlines() if line.startswith("import time:"))
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in lines} & HEAVY


async def main(data: str) -> None:
    """Print the figures; the bot's store is in the folder `data`."""
    clock = SystemClock()
    kore = KoreApi(clock, stories=all_stories())
    slack = SlackApi(
        Workspace(clock), bot_token="xoxb-bench", app_token="xapp-bench", signing_secret="s"
    )
    async with (
        serving(kore.app) as kore_url,
        serving(slack.app) as slack_url,
    ):
        environ = settings(settings_of(kore, kore_url), slack_url, data)
        await started(environ)
        *_, logged = await started(environ, "-X", "importtime")
        runs, floors = [], []
        for _ in range(ROUNDS):
            runs.append(await started(environ))
            floors.append(await asyncio.to_thread(imported))
    wall, cpu, held = (statistics.median(run[at] for run in runs) for at in range(3))
    floor_wall, floor = (statistics.median(each[at] for each in floors) for at in range(2))
    print(f"  ours       {cpu * 1000:5.0f} ms CPU, {wall * 1000:5.0f} ms wall")
    print(f"  the floor  {floor * 1000:5.0f} ms CPU, {floor_wall * 1000:5.0f} ms wall")
    report("start: exec to ready", wall, 1, "s")
    report("start: CPU over the bare imports", cpu / floor, 1.25)
    report("start: memory once ready", held, 90, "MB")
    heavy = sorted(heavy_modules(logged))
    report(f"start: heavy modules {heavy}", len(heavy), 0, "modules")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="simsessions-bench-") as folder:
        asyncio.run(main(folder))
