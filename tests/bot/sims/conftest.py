"""Fixtures: the resolver over the real client and the stand-in's own app."""

import pytest

from bot.clock import Backoff
from bot.emulators.kore.api import KoreApi
from bot.kore.requester import RetryPolicy
from bot.sims.directory import SimDirectory
from bot.sims.resolver import SimResolver
from tests.builders import ICCID, SID
from tests.kore_rig import kore_client


def sid(number):
    return f"DE{number:032x}"


def a_row(number, **changes):
    """Return a SIM as KORE's payload has it, without names."""
    row = {"sid": sid(number), "status": "active", "iccid": f"89012600000000{number:05}"}
    return row | changes


def paths(api):
    """Return the paths asked for, without the token's."""
    return [asked.path for asked in api.requests if asked.path.startswith("/v1")]


FULL = Backoff(first=0.2, longest=2.0, jitter=0.5, chance=lambda: 1.0)


@pytest.fixture
def api(clock):
    """A fleet of named pumps and a truck, a friendly name here and there."""
    kore_api = KoreApi(clock)
    kore_api.add(a_row(1, sid=SID, unique_name="pump-7", iccid=ICCID))
    kore_api.add(a_row(2, unique_name="pump-17"))
    kore_api.add(a_row(3, unique_name="pump-70", friendly_name="North Gate"))
    kore_api.add(a_row(4, unique_name="truck-42", friendly_name="Depot"))
    kore_api.add(a_row(5, friendly_name="Depot"))
    kore_api.add(a_row(6, friendly_name="pump-7"))
    kore_api.add(a_row(7))
    return kore_api


@pytest.fixture
async def kore(api, clock):
    client = kore_client(api, clock, retry=RetryPolicy(backoff=FULL))
    yield client
    await client.aclose()


@pytest.fixture
async def directory(kore, clock):
    """The list of SIMs, not read yet."""
    listed = SimDirectory(kore, clock, chance=lambda: 0.5)
    yield listed
    await listed.aclose()


@pytest.fixture
def resolver(kore, directory, clock):
    return SimResolver(kore, directory, clock)
