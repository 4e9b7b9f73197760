"""The MCP server between the stand-in for KORE and the SDK's own client."""

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from bot.app.mcp import agent_services
from bot.mcp.lookups import AgentServices, Caller
from bot.mcp.server import make_server
from bot.settings import Need, Settings, load_settings
from tests.bot.cli.conftest import ROOT, kept_in, kore, strangers

__all__ = ["kore"]

LIMIT = {"SIMSESSIONS_LOOKUPS_PER_MINUTE": "10000"}
ONCALL = Caller("oncall")
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
def stdio(kore, tmp_path) -> Connect:
    """Return what connects a client to a server that it starts as a process."""

    @asynccontextmanager
    async def connect(*options: str, mode: str = "auto", **more: str) -> AsyncIterator[Client]:
        told = kore.settings | kept_in(tmp_path) | LIMIT | {"PYTHONPATH": str(ROOT)} | more
        server = StdioServerParameters(
            command=sys.executable,
            args=["-m", "bot", "mcp", *options],
            env=strangers() | told,
            cwd=tmp_path,
        )
        async with Client(server, mode=mode) as client:
            yield client

    return connect
