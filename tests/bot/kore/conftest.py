"""Fixtures: the real client, over the stand-in's own app or over sockets."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import pytest

from bot.clock import Backoff, SystemClock
from bot.emulators.kore.api import KoreApi
from bot.emulators.serve import serving
from bot.kore.connect import KoreConfig, open_kore
from bot.kore.requester import RetryPolicy
from tests.builders import SID
from tests.kore_rig import kore_config

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Counts:
    """An observer that keeps what it is told."""

    def __init__(self):
        self.asks = []
        self.caches = []
        self.skipped = 0
        self.circuits = []

    def asked(self, endpoint, outcome, seconds):
        self.asks.append((endpoint, outcome))

    def cached(self, what, outcome):
        self.caches.append((what, outcome))

    def skipped_row(self, endpoint):
        self.skipped += 1

    def circuit(self, *, is_open):
        self.circuits.append(is_open)


FULL = Backoff(first=0.2, longest=2.0, jitter=0.5, chance=lambda: 1.0)


@pytest.fixture
def counts():
    return Counts()


def an_api(clock):
    kore_api = KoreApi(clock)
    kore_api.add({"sid": SID, "unique_name": "pump-7", "status": "active"})
    return kore_api


@pytest.fixture
def api(clock):
    """Return a KORE whose time is the test's."""
    return an_api(clock)


@pytest.fixture
def live():
    """Return a KORE that really takes its time."""
    return an_api(SystemClock())


@pytest.fixture
def config(api):
    return kore_config(api, retry=RetryPolicy(backoff=FULL))


@pytest.fixture
async def kore(api, clock, counts, config):
    client = open_kore(config, clock, counts, httpx.ASGITransport(app=api.app))
    yield client
    await client.aclose()


@pytest.fixture
async def wired(live, counts):
    """Return a function that opens a client over a real socket."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(serving(live.app))

        def connect(**changes):
            settings = {
                "api_url": url,
                "token_url": f"{url}/api-services/v1/auth/token",
                "client_id": live.client_id,
                "client_secret": live.client_secret,
                "retry": RetryPolicy(backoff=FULL),
            }
            client = open_kore(KoreConfig(**settings | changes), SystemClock(), counts)
            stack.push_async_callback(client.aclose)
            return client

        yield connect


@asynccontextmanager
async def a_server(serve: Serve, **options) -> AsyncIterator[int]:
    """Serve raw bytes on a port of its own."""
    server = await asyncio.start_server(serve, "127.0.0.1", 0, **options)
    async with server:
        yield server.sockets[0].getsockname()[1]


def paths(api: KoreApi) -> list[str]:
    """Return the paths asked so far, tokens left out."""
    return [asked.path for asked in api.requests if "token" not in asked.path]
