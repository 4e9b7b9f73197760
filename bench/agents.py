"""What a tool call over MCP costs, over the same look-up in the terminal's service: CPU.

Both ask KORE anew. The terminal's goes from the text to its JSON line; the tool call from the bytes
of an HTTP request with its token to the bytes of the answer, in the newest protocol.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from tempfile import TemporaryDirectory

import uvloop
from ack import kept_in
from mcp_types.version import LATEST_MODERN_VERSION as VERSION
from rounds import ROUNDS, atimed, report, show
from stub import SID, stub

from bot.app.mcp import agent_services
from bot.app.run import tune_garbage_collector
from bot.blocks.report import as_json
from bot.cli.lookups import meant, open_fleet
from bot.clock import SystemClock
from bot.mcp.lookups import Caller
from bot.mcp.server import make_server
from bot.mcp.transports import PATH, HttpAccess, http_app, who_by_token
from bot.settings import Need, Settings, load_settings

TIMES = 10
TOKEN = "bench-token-of-32-characters-or-more"
META = "io.modelcontextprotocol"


def settings(kore: str, folder: str) -> Settings:
    """Return the settings of both."""
    told = {
        "KORE_API_URL": kore,
        "KORE_TOKEN_URL": f"{kore}/token",
        "KORE_ACCESS_TOKEN": "bench",
        "SIMSESSIONS_LOOKUPS_PER_MINUTE": "10000",
    }
    return load_settings(told | kept_in(folder), None, need=Need.KORE)


def request() -> tuple[dict[str, object], bytes]:
    """Return the scope and the body of one call."""
    meta = {
        f"{META}/protocolVersion": VERSION,
        f"{META}/clientCapabilities": {},
        f"{META}/clientInfo": {"name": "bench", "version": "0"},
    }
    params = {"name": "look_up_sim", "arguments": {"sim": SID, "fresh": True}, "_meta": meta}
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    headers = {
        "host": "localhost",
        "authorization": f"Bearer {TOKEN}",
        "content-type": "application/json",
        "accept": "application/json, text/event-stream",
        "mcp-protocol-version": VERSION,
        "mcp-method": "tools/call",
        "mcp-name": "look_up_sim",
    }
    scope = {
        "type": "http",
        "method": "POST",
        "path": PATH,
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    return scope, json.dumps(call).encode()


def calling(app: Callable[..., Awaitable[None]]) -> Callable[[], Awaitable[object]]:
    """Return what makes some calls, and stops where one is not answered with a report."""
    scope, body = request()

    async def call() -> None:
        sent: list[dict[str, object]] = []
        parts = [{"type": "http.request", "body": body}]

        async def receive() -> dict[str, object]:
            if parts:
                return parts.pop()
            await asyncio.Event().wait()
            raise AssertionError

        async def send(message: dict[str, object]) -> None:
            sent.append(message)

        await app(dict(scope), receive, send)
        if b'"isError":false' not in sent[-1]["body"] or SID.encode() not in sent[-1]["body"]:
            raise SystemExit(f"no answer: {sent}")

    async def calls() -> None:
        for _ in range(TIMES):
            await call()

    return calls


async def main() -> None:
    """Print the share."""
    with stub() as kore, TemporaryDirectory(prefix="simsessions-bench-") as folder:
        told = settings(kore, folder)
        caller = {TOKEN: Caller("bench")}
        async with open_fleet(told, SystemClock()) as opened, agent_services(told) as services:
            terminal, _, spotter = opened
            server = make_server(services, who_by_token(caller.values()), "0")

            async def in_terminal() -> None:
                for _ in range(TIMES):
                    asked = await meant([SID], spotter)
                    (answer,) = await terminal.look_up_many(asked, fresh=True)
                    json.dumps(as_json(SID, answer))

            async with http_app(server, HttpAccess(caller)) as app:
                tune_garbage_collector()
                both = {"terminal": in_terminal, "tool": calling(app)}
                figures = await atimed(both, 5 * ROUNDS)
    show(figures, "a look-up", times=TIMES)
    ratio = figures["tool"].cpu / figures["terminal"].cpu
    report("agents: a tool call, over the terminal's look-up", ratio, 1.3)


if __name__ == "__main__":
    uvloop.run(main())
