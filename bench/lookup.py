"""What a look-up takes: cold, over the same two requests of raw aiohttp; warm, in CPU.

The warm figure begins with the signed command's bytes and ends with the answer posted to its
response_url, so it holds more than the goal asks for.
"""

import asyncio
import hashlib
import hmac
import json
import time
from urllib.parse import urlencode

import aiohttp
import uvloop
from ack import SECRET, environment
from rounds import ROUNDS, atimed, report
from slack import slack_stub
from stub import SID, stub

from bot.app import Bot, running
from bot.settings import Settings, load_settings

LATENCY = 0.1
COMMANDS = 100


def settings(slack: str, kore: str) -> Settings:
    """Give the settings of a bot between two stubs."""
    return load_settings(environment(slack, kore), None)


async def cold(slack: str) -> None:
    """Compare wall time; every look-up asks KORE anew."""
    with stub(latency=LATENCY) as kore:
        async with running(settings(slack, kore)) as bot, aiohttp.ClientSession() as raw:

            async def get(path: str) -> object:
                async with raw.get(f"{kore}/v1/Sims/{SID}{path}") as answer:
                    return json.loads(await answer.read())

            async def floor() -> None:
                await asyncio.gather(get(""), get("/DataSessions?PageSize=1000"))

            async def ours() -> None:
                await bot.services.sessions.look_up(SID, fresh=True)

            figures = await atimed({"raw": floor, "ours": ours}, 2 * ROUNDS)
    for name, figure in figures.items():
        print(f"  {name:<6} {figure.wall * 1000:6.1f} ms wall, {figure.cpu * 1000:5.2f} ms CPU")
    report("lookup: cold, over two raw requests", figures["ours"].wall / figures["raw"].wall, 1.15)


async def warm(slack: str) -> None:
    """Count CPU from the command's arrival until its answer is posted."""
    with stub() as kore:
        async with running(settings(slack, kore)) as bot, aiohttp.ClientSession() as slack_itself:

            async def commands() -> None:
                for number in range(COMMANDS):
                    await command(bot, slack_itself, f"{slack}/response/{number}")

            began = time.perf_counter()
            figures = await atimed({"ours": commands})
            print(
                f"  {COMMANDS} commands of 50 sessions, {time.perf_counter() - began:.1f} s in all"
            )
    report("lookup: warm, command to posted answer", figures["ours"].cpu / COMMANDS * 1000, 2, "ms")


async def command(bot: Bot, slack_itself: aiohttp.ClientSession, response_url: str) -> None:
    """Send one as Slack does, and wait until it is answered."""
    trigger = f"{time.monotonic_ns()}"
    about = {"team_id": "T0", "user_id": "U1", "channel_id": "C1", "trigger_id": trigger}
    about |= {"command": "/simsessions", "text": SID, "response_url": response_url}
    body, stamp = urlencode(about), str(int(time.time()))
    signed = hmac.new(SECRET.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    headers = {"x-slack-request-timestamp": stamp, "x-slack-signature": f"v0={signed}"}
    headers["content-type"] = "application/x-www-form-urlencoded"
    url = f"http://127.0.0.1:{bot.port}/slack/events"
    async with slack_itself.post(url, data=body, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
    await bot.services.tasks.drain(5)


async def main() -> None:
    """Print both."""
    with slack_stub() as slack:
        await cold(slack)
        await warm(slack)


if __name__ == "__main__":
    uvloop.run(main())
