"""The official client of the same API: what it can do with KORE it can do with the stand-in."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client

from bot.clock import SystemClock
from bot.demo.stories.story import all_stories
from bot.emulators.kore.api import KoreApi
from bot.emulators.kore.cards import Card
from bot.emulators.serve import serving

CARD = Card("a/b pump", 9, "Pump 9")
ASK = Callable[[Callable[[Any], Any]], Any]


class Bearer:
    """Gives the client our token where it would send a name and a password."""

    def __init__(self, token: str) -> None:
        self._token = token

    def to_auth_strategy(self) -> "Bearer":
        return self

    def requires_authentication(self) -> bool:
        return True

    def get_auth_string(self) -> str:
        return f"Bearer {self._token}"


@pytest.fixture
def api() -> KoreApi:
    """Return the stories, a fleet of 60, and one SIM with a name to encode and 31 sessions."""
    api = KoreApi(SystemClock(), sims=60, stories=all_stories())
    now = datetime.now(tz=UTC)
    api.add(CARD.sim(now), CARD.always_on(now), registration_code="R2D2")
    return api


@pytest.fixture
async def ask(api: KoreApi) -> AsyncIterator[ASK]:
    """Return a function that lets the client ask from a thread."""
    async with serving(api.app) as url:
        client = Client(credential_provider=Bearer(api.tokens.issue()), account_sid="AC" + "0" * 32)
        client.wireless.base_url = url

        async def asking(question: Callable[[Any], Any]) -> Any:
            return await asyncio.to_thread(question, client.wireless.v1)

        try:
            yield asking
        finally:
            client.http_client.session.close()


async def test_fetch(ask: ASK):
    """A SIM is fetched by SID and by unique name, with its dates and links understood."""
    by_name = await ask(lambda v1: v1.sims(quote(CARD.name, safe="")).fetch())
    by_sid = await ask(lambda v1: v1.sims(CARD.sid).fetch())

    assert CARD.sid == by_name.sid == by_sid.sid
    assert (CARD.name, "Pump 9", "active") == (
        by_name.unique_name,
        by_name.friendly_name,
        by_name.status,
    )
    assert isinstance(by_name.date_created, datetime)
    assert by_name.links["data_sessions"].endswith(f"/v1/Sims/{CARD.sid}/DataSessions")


async def test_list(ask: ASK, api: KoreApi):
    """All SIMs are listed over many pages, each once."""
    sims = await ask(lambda v1: v1.sims.list(page_size=7))
    asked = [request for request in api.requests if request.path == "/v1/Sims"]

    assert len(sims) == len({sim.sid for sim in sims}) > 60 + len(all_stories())
    assert -(-len(sims) // 7) == len(asked)


@pytest.mark.parametrize(
    "wanted",
    [
        {"status": "suspended"},
        {"status": "ready"},
        {"iccid": CARD.sim(datetime.now(tz=UTC))["iccid"]},
        {"rate_plan": "us-only"},
        {"sim_registration_code": "R2D2"},
    ],
    ids=str,
)
async def test_filter(ask: ASK, wanted: dict[str, str]):
    """Filters give some of the SIMs, and only such as fit."""
    sims = await ask(lambda v1: v1.sims.list(**wanted))
    every = await ask(lambda v1: v1.sims.list())

    assert 0 < len(sims) < len(every)
    assert {wanted.get("status")} >= {sim.status for sim in sims if "status" in wanted}
    assert {wanted.get("iccid")} >= {sim.iccid for sim in sims if "iccid" in wanted}


async def test_sessions(ask: ASK):
    """All sessions of a SIM are read over pages; times, packets and places are understood."""
    sessions = await ask(lambda v1: v1.sims(CARD.sid).data_sessions.list(page_size=10))
    newest, before = sessions[0], sessions[1]

    assert 31 == len(sessions)
    assert 3 == len(await ask(lambda v1: v1.sims(CARD.sid).data_sessions.list(limit=3)))
    assert (None, "LTE", "310", "260") == (
        newest.end,
        newest.radio_link,
        newest.operator_mcc,
        newest.operator_mnc,
    )
    assert timedelta(hours=23) < before.end - before.start < timedelta(hours=25)
    assert newest.packets_uploaded > 0
    assert {"lat", "lon"} == set(newest.cell_location_estimate)


async def test_usage(ask: ASK):
    """Usage is read by the day, with Start and End as the client sends them."""
    end = datetime.now(tz=UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    start = end - timedelta(days=3)
    days = await ask(
        lambda v1: v1.sims(CARD.sid).usage_records.list(start=start, end=end, granularity="daily")
    )

    assert 3 == len(days)
    assert all(day.data["total"] > 0 for day in days)


async def test_rate_plans(ask: ASK):
    """Rate plans are listed, and fetched by unique name."""
    plans = await ask(lambda v1: v1.rate_plans.list())
    plan = await ask(lambda v1: v1.rate_plans("fleet-1gb").fetch())

    assert plan.sid in {each.sid for each in plans}
    assert (1000, True) == (plan.data_limit, plan.data_enabled)


async def test_errors(ask: ASK, api: KoreApi):
    """Each raises the client's error with KORE's status and code, too large a list without."""
    with pytest.raises(TwilioRestException) as unknown:
        await ask(lambda v1: v1.sims("nobody").fetch())
    with pytest.raises(TwilioException):
        await ask(lambda v1: v1.sims.list(limit=5000))
    api.tokens.expire_all()
    with pytest.raises(TwilioRestException) as expired:
        await ask(lambda v1: v1.sims(CARD.sid).fetch())

    assert (404, 33107) == (unknown.value.status, unknown.value.code)
    assert 403 == expired.value.status
