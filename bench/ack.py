"""How fast a signed command is acknowledged, over a bare Starlette app that only checks the HMAC.

Each server has a process of its own, pinned to one core, with Slack, KORE and the caller on the
other; the rounds take turns. Ours answers every command in full: look-up, diagnosis, blocks, post.
"""

import argparse
import asyncio
import hmac
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import uvloop
from rounds import report
from slack import slack_stub
from stub import SID, stub

from bot.emulators.slack.delivery import FORM, signature

SECRET = "bench-signing-secret"
ROUNDS = 5
SECONDS = 2.0
RATES = (100, 200)
PATH = "/slack/events"
LAST_CORE = frozenset({(os.cpu_count() or 1) - 1})


async def bare() -> None:
    """Serve the floor: read the body, check the HMAC, say yes."""
    from starlette.applications import Starlette  # noqa: PLC0415 -- only in the server's process
    from starlette.requests import Request  # noqa: PLC0415
    from starlette.responses import Response  # noqa: PLC0415
    from starlette.routing import Route  # noqa: PLC0415

    from bot.ops.http import http_server  # noqa: PLC0415

    async def events(request: Request) -> Response:
        body = await request.body()
        mine = signature(SECRET, request.headers["x-slack-request-timestamp"], body)
        fits = hmac.compare_digest(mine, request.headers["x-slack-signature"])
        return Response("", 200 if fits else 401)

    app = Starlette(routes=[Route(PATH, events, methods=["POST"])])
    async with http_server(app, "127.0.0.1", 0) as port:
        print(port, flush=True)
        await asyncio.Event().wait()


def environment(slack: str, kore: str) -> dict[str, str]:
    """Return the environment of the bot between the two."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(__file__).parent.parent),
        "SLACK_BOT_TOKEN": "xoxb-bench",
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": f"{slack}/api/",
        "KORE_API_URL": kore,
        "KORE_TOKEN_URL": f"{kore}/token",
        "KORE_CLIENT_ID": "bench",
        "KORE_CLIENT_SECRET": "bench",
        "PORT": "0",
        "SIMSESSIONS_LOOKUPS_PER_MINUTE": "10000",
    }


def kept_in(folder: str) -> dict[str, str]:
    """Return what keeps the bot's store in a folder, wherever that is."""
    return {"SIMSESSIONS_DATA_DIR": folder, "SIMSESSIONS_DATA_MAY_BE_LOST": "yes"}


@dataclass(frozen=True, slots=True)
class Server:
    """A server in a process of its own."""

    name: str
    port: int
    pid: int

    @property
    def cpu(self) -> float:
        """CPU seconds so far, of all its threads."""
        tasks = Path(f"/proc/{self.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


@contextmanager
def floor_server() -> Iterator[Server]:
    """Start the floor's."""
    command = [sys.executable, __file__, "--serve"]
    with started(command, LAST_CORE, stdout=subprocess.PIPE) as process:
        yield Server("floor", int(process.stdout.readline()), process.pid)  # type: ignore[union-attr]


@contextmanager
def bot_process(
    command: str, env: dict[str, str], cores: frozenset[int] | None = None
) -> Iterator[Server]:
    """Start the bot or a worker as anybody does; its log goes to a file, and its store may too."""
    with tempfile.TemporaryDirectory() as folder, Path(folder, "log").open("w+") as log:
        words = [sys.executable, "-m", "bot", command]
        env = kept_in(folder) | env
        with started(words, cores, env=env, cwd=folder, stderr=log) as process:
            yield Server(command, wait_for_port(Path(log.name), process), process.pid)


@contextmanager
def started(
    command: list[str], cores: frozenset[int] | None, **how: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a process, on these cores alone if any are named, and end it."""
    with subprocess.Popen(command, **how) as process:
        if cores:
            os.sched_setaffinity(process.pid, cores)
        try:
            yield process
        finally:
            process.terminate()


def wait_for_port(log: Path, process: subprocess.Popen[bytes]) -> int:
    """Read the log until the bot is ready, or a worker at work; give its port."""
    while process.poll() is None:
        for line in log.read_text().splitlines():
            if '"message": "ready"' in line or '"message": "working"' in line:
                return int(json.loads(line)["port"])
        time.sleep(0.05)
    raise SystemExit(log.read_text())


@dataclass(frozen=True, slots=True)
class Round:
    """What one round took: seconds to the ack, and CPU seconds a command."""

    p50: float
    p99: float
    cpu: float


class Caller:
    """Posts signed commands at a steady rate, whatever the answers take."""

    def __init__(self, slack: str, text: Callable[[int], str]) -> None:
        self._slack = slack
        self._text = text
        self._number = 0

    async def round(self, to: Server, rate: int) -> Round:
        """Call for a while; a command goes out on time even if the one before is not answered."""
        free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        waits: list[float] = []
        cpu, loop = to.cpu, asyncio.get_running_loop()
        begun, calls = loop.time(), int(rate * SECONDS)
        async with asyncio.TaskGroup() as group:
            for n in range(calls):
                await asyncio.sleep(max(0.0, begun + n / rate - loop.time()))
                group.create_task(self.call(to, free, waits))
        for _, writer in free:
            writer.close()
        spent = (to.cpu - cpu) / calls
        cuts = statistics.quantiles(waits, n=100, method="inclusive")
        return Round(statistics.median(waits), cuts[98], spent)

    async def call(self, to: Server, free: list, waits: list[float]) -> None:
        """Post one command, over a connection of `free`; note the time until its ack."""
        link = free.pop() if free else await asyncio.open_connection("127.0.0.1", to.port)
        request = self.request()
        begun = time.perf_counter()
        link[1].write(request)
        status = await link[0].readline()
        waits.append(time.perf_counter() - begun)
        if b" 200 " not in status:
            raise SystemExit(f"{to.name}: {status!r}")
        await link[0].readuntil(b"\r\n\r\n")
        free.append(link)

    def request(self) -> bytes:
        """Return the bytes of the next command, signed."""
        self._number += 1
        body = urlencode(
            {
                "command": "/simsessions",
                "text": self._text(self._number),
                "team_id": "T0",
                "team_domain": "bench",
                "user_id": "U0",
                "user_name": "ana",
                "channel_id": "C0",
                "channel_name": "fleet-ops",
                "api_app_id": "A0",
                "is_enterprise_install": "false",
                "response_url": f"{self._slack}/response/{self._number}",
                "trigger_id": f"{os.getpid()}.{self._number}.{time.monotonic_ns()}",
            }
        ).encode()
        return signed(body, FORM)


def signed(body: bytes, content_type: str) -> bytes:
    """Return the bytes of a request as Slack sends it."""
    stamp = str(int(time.time()))
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: bot\r\nContent-Length: {len(body)}\r\n"
        f"Content-Type: {content_type}\r\n"
        "User-Agent: Slackbot 1.0 (+https://api.slack.com/robots)\r\n"
        f"X-Slack-Request-Timestamp: {stamp}\r\n"
        f"X-Slack-Signature: {signature(SECRET, stamp, body)}\r\n\r\n"
    )
    return head.encode() + body


def same(_number: int) -> str:
    """Ask for one SIM all the time: its answer is kept."""
    return SID


def another(number: int) -> str:
    """Ask for another SIM each time: every look-up is cold."""
    return f"DE{time.monotonic_ns():020x}{number:012x}"


@dataclass(frozen=True, slots=True)
class Scene:
    """How slow KORE is, what is asked, and how many cold look-ups a second run beside it."""

    latency: float
    text: Callable[[int], str] = same
    beside: int = 0


SCENES = {
    "warm": Scene(0.0),
    "20 look-ups in flight": Scene(0.25, beside=80),
    "KORE hangs": Scene(60.0, another),
}


async def measure(name: str, slack: str, floor: Server) -> None:
    """Measure one scene at each rate and print its figures."""
    scene = SCENES[name]
    with (
        stub(latency=scene.latency) as kore,
        bot_process("run", environment(slack, kore), LAST_CORE) as bot,
    ):
        caller, cold = Caller(slack, scene.text), Caller(slack, another)
        await caller.round(bot, 100)
        for rate in RATES:
            rounds: dict[str, list[Round]] = {"floor": [], "ours": []}
            for _ in range(ROUNDS):
                rounds["floor"].append(await caller.round(floor, rate))
                async with asyncio.TaskGroup() as group:
                    if scene.beside:
                        group.create_task(cold.round(bot, scene.beside))
                    mine = group.create_task(caller.round(bot, rate))
                rounds["ours"].append(mine.result())
            show(f"ack: {name}, {rate}/s", rounds["floor"], rounds["ours"])


def show(name: str, floor: list[Round], mine: list[Round]) -> None:
    """Print the medians over the rounds."""
    at = {
        who: [statistics.median(getattr(r, what) for r in rounds) for what in ("p50", "p99", "cpu")]
        for who, rounds in (("floor", floor), ("ours", mine))
    }
    for who, (p50, p99, cpu) in at.items():
        print(
            f"  {who:<6} p50 {p50 * 1e3:6.2f} ms  p99 {p99 * 1e3:7.2f} ms  CPU {cpu * 1e6:6.0f} us"
        )
    report(f"{name}, p50 x bare", at["ours"][0] / at["floor"][0], 2)
    report(f"{name}, p99", at["ours"][1] * 1e3, 20, "ms")


async def main(names: list[str]) -> None:
    """Measure the scenes, all unless some are named."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with ExitStack() as stack:
        slack = stack.enter_context(slack_stub())
        floor = stack.enter_context(floor_server())
        for name in names or list(SCENES):
            await measure(name, slack, floor)


if __name__ == "__main__":
    words = argparse.ArgumentParser()
    words.add_argument("--serve", action="store_true", help="be the floor's server")
    words.add_argument("scenes", nargs="*", help=", ".join(SCENES))
    given = words.parse_args()
    uvloop.run(bare() if given.serve else main(given.scenes))
