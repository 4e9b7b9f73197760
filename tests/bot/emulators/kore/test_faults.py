from typing import NamedTuple

import httpx
import pytest

from bot.emulators.kore.api import TOKEN_PATH, KoreApi
from bot.emulators.kore.faults import Fault, broken, late, not_json, too_many
from tests.bot.emulators.kore.conftest import PUMP
from tests.fakes import FakeClock


class Limited(NamedTuple):
    """A limit, and how many of eight requests are refused when so many seconds lie between."""

    rate: float
    burst: float | None
    wait: float
    refused: int


async def statuses(ask: httpx.AsyncClient, *paths: str) -> list[int]:
    return [(await ask.get(path)).status_code for path in paths]


async def test_faults_happen_in_turn(api: KoreApi, ask: httpx.AsyncClient):
    """Each fault happens as often as told, in the order in which they were added."""
    api.faults.add(broken(500, times=2), too_many())
    told = await statuses(ask, *["/v1/Sims"] * 5)

    assert [500, 500, 429, 200, 200] == told
    assert () == api.faults.waiting


async def test_a_fault_waits_for_its_path(api: KoreApi, ask: httpx.AsyncClient):
    """A fault for one path leaves the others alone, and is found behind those for others."""
    api.faults.add(broken(502, TOKEN_PATH), broken(503, "DataSessions"))
    told = await statuses(ask, "/v1/Sims", f"/v1/Sims/{PUMP}/DataSessions", "/v1/Sims")
    token = await ask.post(TOKEN_PATH)

    assert [200, 503, 200] == told
    assert 502 == token.status_code


async def test_a_fault_may_last(api: KoreApi, ask: httpx.AsyncClient):
    """A fault without a number of times lasts until all is cleared."""
    api.faults.add(broken(times=None))
    during = await statuses(ask, "/v1/Sims", "/v1/Sims", "/v1/Sims")
    api.faults.clear()
    after = await statuses(ask, "/v1/Sims")

    assert [503, 503, 503, 200] == during + after


async def test_too_many(api: KoreApi, ask: httpx.AsyncClient):
    """429 says when to come again, in seconds or as a date, or does not say."""
    date = "Mon, 05 Jan 2026 12:00:09 GMT"
    api.faults.add(too_many(), too_many(retry_after=date), too_many(retry_after=None))
    answers = [await ask.get("/v1/Sims") for _ in range(3)]

    assert ["1", date, None] == [each.headers.get("retry-after") for each in answers]
    assert [429] * 3 == [each.json()["status"] for each in answers]


async def test_not_json(api: KoreApi, ask: httpx.AsyncClient):
    """A page for people comes with 200 and as HTML."""
    api.faults.add(not_json())
    answer = await ask.get("/v1/Sims")

    assert (200, "text/html") == (answer.status_code, answer.headers["content-type"])
    assert answer.text.startswith("<html>")


async def test_any_answer(api: KoreApi, ask: httpx.AsyncClient):
    """Any status and body can be put in the place of the real ones, also an empty one."""
    api.faults.add(Fault(status=418, body="teapot", content_type="text/plain"), Fault(status=204))
    first, second = await ask.get("/v1/Sims"), await ask.get("/v1/Sims")

    assert (418, "teapot") == (first.status_code, first.text)
    assert (204, b"") == (second.status_code, second.content)


async def test_latency(clock: FakeClock, api: KoreApi, ask: httpx.AsyncClient):
    """Latency comes before every answer, a late one before its own besides."""
    api.faults.latency = 0.25
    api.faults.add(late(3.0, "Sims"))
    await statuses(ask, "/v1/Sims", "/v1/Sims")

    assert [0.25, 3.0, 0.25] == clock.slept


@pytest.mark.parametrize(
    "case",
    [
        Limited(5, None, wait=0, refused=3),
        Limited(5, 2, wait=0, refused=6),
        Limited(8, 1, wait=0.125, refused=0),
        Limited(8, 1, wait=0.0625, refused=4),
        Limited(0.5, None, wait=1, refused=4),
    ],
)
async def test_a_rate_limit(clock: FakeClock, api: KoreApi, ask: httpx.AsyncClient, case: Limited):
    """More requests than the rate and burst allow get 429 and a second, until it is lifted."""
    api.faults.limit(case.rate, case.burst)
    answers = []
    for _ in range(8):
        clock.move(case.wait)
        answers.append(await ask.get("/v1/Sims"))
    limited = [each for each in answers if each.status_code == 429]

    assert case.refused == len(limited)
    assert {"1"} >= {each.headers["retry-after"] for each in limited}
    assert case.rate == api.faults.requests_per_second
    api.faults.limit(None)
    assert [200] * 9 == await statuses(ask, *["/v1/Sims"] * 9)
    assert api.faults.requests_per_second is None
