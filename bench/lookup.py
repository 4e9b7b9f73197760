"""What a look-up takes: cold, over the same two requests of raw aiohttp; warm, in CPU.

The warm figure goes from the bytes of a signed command to the blocks of its answer.
"""

import asyncio
import json
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from tempfile import TemporaryDirectory

import aiohttp
import uvloop
from ack import SECRET, Caller, environment, kept_in, same
from rounds import ROUNDS, atimed, report, show
from slack import slack_stub
from stub import SID, stub

import handlers
from bot.app.bot import Bot
from bot.app.run import running_bot, tune_garbage_collector
from bot.blocks.kit import Screen
from bot.services import Services
from bot.settings import load_settings
from bot.slack.bolt_app import SignatureVerifier, SlackEndpoint, make_bolt_app
from bot.slack.client import open_session
from bot.slack.identity import Identity
from bot.struct import replace
from handlers.commands import holding_question

LATENCY = 0.1
COMMANDS = 200


@asynccontextmanager
async def bot_between(slack: str, kore: str) -> AsyncIterator[Bot]:
    """Run a bot between two stubs, with a store that ends with it."""
    with TemporaryDirectory(prefix="simsessions-bench-") as folder:
        told = environment(slack, kore) | kept_in(folder)
        async with running_bot(load_settings(told, None)) as bot:
            yield bot


async def cold(slack: str) -> None:
    """Compare wall time; every look-up asks KORE anew."""
    with stub(latency=LATENCY) as kore:
        async with bot_between(slack, kore) as bot, aiohttp.ClientSession() as raw:

            async def get(path: str) -> object:
                async with raw.get(f"{kore}/v1/Sims/{SID}{path}") as answer:
                    return json.loads(await answer.read())

            async def floor() -> None:
                await asyncio.gather(get(""), get("/DataSessions?PageSize=1000"))

            async def ours() -> None:
                await bot.services.views.of({""}).sessions.look_up(SID, fresh=True)

            figures = await atimed({"raw": floor, "ours": ours}, 2 * ROUNDS)
    show(figures)
    report("lookup: cold, over two raw requests", figures["ours"].wall / figures["raw"].wall, 1.15)


class DrawOnly:
    """Draws the answer, as the delivery does, and leaves it at that."""

    async def deliver(self, _to: object, screen: Screen, **_how: bool) -> str:
        """Draw it."""
        return "drawn" if screen.without(frozenset()).blocks else "nothing"


async def warm(slack: str) -> None:
    """Count CPU from the bytes of a signed command until the blocks of its answer."""
    with stub() as kore:
        async with bot_between(slack, kore) as bot, open_session() as session:
            replying = replace(bot.services.replying, delivery=DrawOnly())
            services = replace(bot.services, replying=replying)
            endpoint = await endpoint_of(services, session, slack)
            caller = Caller(slack, same)
            tune_garbage_collector()  # as in every process of ours

            cpu = []
            for _ in range(ROUNDS + 1):
                requests = [caller.request() for _ in range(COMMANDS)]  # the caller's work
                began = time.process_time()
                for request in requests:
                    await arrive(endpoint, request)
                    await services.tasks.drain(5)
                cpu.append((time.process_time() - began) / COMMANDS)
    report("lookup: warm, command to blocks", statistics.median(cpu[1:]) * 1e3, 2, "ms CPU")


async def endpoint_of(
    services: Services, session: aiohttp.ClientSession, slack: str
) -> SlackEndpoint:
    """Open what takes signed requests for a bot."""
    about = Identity(team="T0", enterprise=None, user="U9", bot="B9")
    app = make_bolt_app(session, about, token="xoxb-bench", api_url=f"{slack}/api/")
    handlers.register(app, services)
    verifier = SignatureVerifier(SECRET, services.clock)
    taking = partial(holding_question, services.questions)
    endpoint = SlackEndpoint(app, verifier, services.clock, services.metrics, taking)
    await endpoint.open()
    return endpoint


async def arrive(endpoint: SlackEndpoint, request: bytes) -> None:
    """Hand a request to the endpoint as the HTTP server does. Raises where it is not taken."""
    head, _, body = request.partition(b"\r\n\r\n")
    lines = [line.split(b": ", 1) for line in head.split(b"\r\n")[1:]]
    headers = [(name.lower(), value) for name, value in lines]

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body}

    async def send(message: dict[str, object]) -> None:
        if message.get("status", 200) != 200:
            raise SystemExit(f"the command was not taken: {message}")

    await endpoint({"type": "http", "headers": headers}, receive, send)


async def main() -> None:
    """Print both."""
    with slack_stub() as slack:
        await cold(slack)
        await warm(slack)


if __name__ == "__main__":
    uvloop.run(main())
