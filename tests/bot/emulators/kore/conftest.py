"""Fixtures: the stand-in, asked straight as an app or over a real socket."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from bot.clock import SystemClock
from bot.emulators.kore.api import KoreApi
from bot.emulators.serve import serving
from tests.fakes import FakeClock

PUMP = "DE" + "a" * 31 + "7"
TRUCK = "DE" + "b" * 31 + "2"


def fill(api: KoreApi) -> KoreApi:
    """Put in a pump with 120 sessions and a truck with none."""
    pump = {"sid": PUMP, "unique_name": "pump-7", "iccid": "8901260000000000071"}
    rows = [{"sid": f"WN{place:032x}", "sim_sid": PUMP} for place in range(120)]
    api.add(pump | {"status": "active"}, rows)
    api.add({"sid": TRUCK, "unique_name": "a/b ?&%2Fü", "status": "suspended"})
    return api


def asking(api: KoreApi, *, has_key: bool = True, **options: Any) -> httpx.AsyncClient:
    """Return a client on the app itself, with a bearer unless said otherwise."""
    headers = {"Authorization": f"Bearer {api.tokens.issue()}"} if has_key else {}
    transport = httpx.ASGITransport(api.app, **options)
    return httpx.AsyncClient(transport=transport, base_url="https://kore.test", headers=headers)


@pytest.fixture
def api(clock: FakeClock) -> KoreApi:
    """Return a stand-in without stories, in a time that stands still."""
    return fill(KoreApi(clock))


@pytest.fixture
async def ask(api: KoreApi) -> AsyncIterator[httpx.AsyncClient]:
    """Return a client with a bearer, on the app itself."""
    async with asking(api) as client:
        yield client


@pytest.fixture
async def live() -> AsyncIterator[tuple[KoreApi, httpx.AsyncClient]]:
    """Return a stand-in on a real socket, and a client with a bearer."""
    api = fill(KoreApi(SystemClock()))
    headers = {"Authorization": f"Bearer {api.tokens.issue()}"}
    async with (
        serving(api.app, patience=0) as url,
        httpx.AsyncClient(base_url=url, headers=headers, timeout=10) as client,
    ):
        yield api, client
