"""The MCP server between the stand-in for KORE and the SDK's own client."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from bot.app.mcp import agent_services, serving_http
from bot.app.resources import existing_store
from bot.emulators.kore.faults import Fault
from bot.mcp.lookups import AgentServices, Caller
from bot.mcp.server import make_server
from bot.mcp.transports import PATH
from bot.settings import Need, Settings, load_settings
from bot.store.lookups import LookupFilter, Lookups
from tests.bot.cli.conftest import ROOT, kept_in, kore, strangers

__all__ = ["kore"]

LIMIT = {"SIMSESSIONS_LOOKUPS_PER_MINUTE": "10000"}
ONCALL = Caller("oncall")
PARTNER = Caller("partner", redacts=True)
ABOUT_PUMP_7 = {
    "look_up_sim": {"sim": "pump-7"},
    "triage_sims": {"sims": ["pump-7"]},
    "find_sims": {"name": "pump-7"},
    "sim_history": {"sim": "pump-7"},
    "explain_verdict": {"sim": "pump-7"},
    "list_incidents": {},
    "list_rules": {},
}
Connect = Callable[..., AbstractAsyncContextManager[Client]]


def settings_of(told: dict[str, str], folder: Path) -> Settings:
    """Return the settings of a server whose store is in a folder."""
    return load_settings(told | kept_in(folder) | LIMIT, None, need=Need.KORE)


@pytest.fixture
async def services(kore, tmp_path) -> AsyncIterator[AgentServices]:
    """Open what the tools use."""
    async with agent_services(settings_of(kore.settings, tmp_path)) as opened:
        yield opened


@pytest.fixture
def here(services) -> Connect:
    """Return what connects a client to a server in this process, on a token's behalf."""

    @asynccontextmanager
    async def connect(caller: Caller = ONCALL, **how: Any) -> AsyncIterator[Client]:
        async with Client(make_server(services, lambda _: caller, "0"), **how) as client:
            yield client

    return connect


@pytest.fixture
def stdio(kore, tmp_path, forked) -> Connect:
    """Return what connects a client to a server that it starts as a process."""

    @asynccontextmanager
    async def connect(*options: str, mode: str = "auto", **more: str) -> AsyncIterator[Client]:
        told = kore.settings | kept_in(tmp_path) | LIMIT | {"PYTHONPATH": str(ROOT)} | more
        server = StdioServerParameters(
            command=forked,
            args=["-m", "bot", "mcp", *options],
            env=strangers() | told,
            cwd=tmp_path,
        )
        async with Client(server, mode=mode) as client:
            yield client

    return connect


async def given_up(client: Client, kore: Any) -> None:
    """Ask for truck-42, and give it up while KORE is asked; then ask again, and get an answer."""
    await client.call_tool("look_up_sim", {"sim": "pump-7"})
    kore.api.faults.add(Fault("/DataSessions", delay=4.0))
    with anyio.fail_after(60):
        async with anyio.create_task_group() as group:
            group.start_soon(lambda: client.call_tool("look_up_sim", {"sim": "truck-42"}))
            while kore.api.faults.waiting:  # noqa: ASYNC110 -- nothing tells
                await anyio.sleep(0.01)
            group.cancel_scope.cancel()
    answer = await client.call_tool("look_up_sim", {"sim": "truck-42"})
    assert "truck-42" == answer.structured_content["sim"]["unique_name"]


async def noted(kore: Any, folder: Path) -> list[str | None]:
    """Return the names in the audit that a server has left, newest first."""
    async with existing_store(settings_of(kore.settings, folder)) as store:
        return [row.name for row in await Lookups(store).find(LookupFilter())]


TOKENS = {"oncall": "oncall-token-of-32-characters-or-more", "partner": "p" * 40}


@dataclass(frozen=True, slots=True)
class Served:
    """A server over HTTP, and how to reach it."""

    url: str

    @asynccontextmanager
    async def connect(
        self, token: str | None = TOKENS["oncall"], mode: str = "auto", **headers: str
    ) -> AsyncIterator[Client]:
        """Connect the SDK's client with a token and headers of one's own."""
        told = headers | ({"Authorization": f"Bearer {token}"} if token else {})
        async with httpx2.AsyncClient(headers=told, timeout=30) as web:
            transport = streamable_http_client(self.url, http_client=web)
            async with Client(transport, mode=mode) as client:
                yield client


@asynccontextmanager
async def serving(kore: Any, folder: Path) -> AsyncIterator[Served]:
    """Serve over HTTP on a free port, to two tokens."""
    told = {
        "SIMSESSIONS_MCP_TOKENS": f"oncall={TOKENS['oncall']}, partner:redact={TOKENS['partner']}",
        "SIMSESSIONS_MCP_HOSTS": "mcp.Example.com:8443 [2001:DB8::1]",
        "SIMSESSIONS_MCP_ORIGINS": "https://Tools.example.com",
    }
    async with serving_http(settings_of(kore.settings | told, folder), "0") as port:
        yield Served(f"http://127.0.0.1:{port}{PATH}")


@pytest.fixture
async def served(kore, tmp_path) -> AsyncIterator[Served]:
    """Serve over HTTP while the test lasts."""
    async with serving(kore, tmp_path) as server:
        yield server


async def told(client, name, /, **arguments):
    """Call a tool; return its answer, which stands in its text too."""
    result = await client.call_tool(name, arguments)

    assert not result.is_error, result.content[0].text
    assert json.loads(result.content[0].text) == result.structured_content
    return result.structured_content


async def refused(client, name, /, **arguments):
    """Call a tool; return the error that it answers with."""
    result = await client.call_tool(name, arguments)

    assert result.is_error
    assert json.loads(result.content[0].text) == result.structured_content
    return result.structured_content["error"]
