import httpx
import pytest

from bot.emulators.kore.api import KoreApi
from bot.emulators.kore.cards import Card
from tests.fakes import FakeClock

CARD = Card("pump-9", 9, "Pump 9")
SESSION = {
    "sid", "sim_sid", "account_sid", "radio_link", "operator_mcc", "operator_mnc",
    "operator_country", "operator_name", "cell_id", "cell_location_estimate", "packets_uploaded",
    "packets_downloaded", "last_updated", "start", "end", "imei",
}  # fmt: skip
SIM = {
    "sid", "unique_name", "friendly_name", "account_sid", "status", "rate_plan_sid", "iccid", "eid",
    "commands_callback_url", "commands_callback_method", "date_created", "date_updated",
    "ip_address", "reset_status", "links", "url", "voice_url", "voice_method",
    "voice_fallback_url", "voice_fallback_method", "sms_url", "sms_method", "sms_fallback_url",
    "sms_fallback_method",
}  # fmt: skip
PLAN = {
    "sid", "unique_name", "account_sid", "friendly_name", "data_enabled", "data_metering",
    "data_limit", "data_limit_strategy", "messaging_enabled", "voice_enabled",
    "national_roaming_enabled", "national_roaming_data_limit", "international_roaming",
    "international_roaming_data_limit", "date_created", "date_updated", "url",
}  # fmt: skip
USAGE = {"account_sid", "sim_sid", "period", "data", "commands"}


@pytest.fixture
def api(clock: FakeClock) -> KoreApi:
    """Return an account of one SIM with a month of sessions."""
    api = KoreApi(clock)
    api.add(CARD.sim(clock.now()), CARD.always_on(clock.now()))
    return api


async def test_every_property_is_there(ask: httpx.AsyncClient):
    """A list stands under its documented key, and its rows have every documented property."""
    for path, key, properties in (
        ("/v1/Sims", "sims", SIM),
        (f"/v1/Sims/{CARD.sid}/DataSessions", "data_sessions", SESSION),
        (f"/v1/Sims/{CARD.sid}/UsageRecords", "usage_records", USAGE),
        ("/v1/RatePlans", "rate_plans", PLAN),
    ):
        told = (await ask.get(path)).json()

        assert {"meta", key} == set(told), (path, key, properties)
        assert key == told["meta"]["key"], (path, key, properties)
        assert [properties] == list({frozenset(row) for row in told[key]}), (path, key, properties)


@pytest.mark.parametrize(
    ("path", "properties"),
    [(f"/v1/Sims/{CARD.sid}", SIM), ("/v1/Sims/pump-9", SIM), ("/v1/RatePlans/fleet-1gb", PLAN)],
)
async def test_one_alone(ask: httpx.AsyncClient, path: str, properties: set[str]):
    """A single resource comes bare, with every documented property."""
    told = (await ask.get(path)).json()

    assert properties == set(told)


async def test_an_open_session(ask: httpx.AsyncClient):
    """A session that is open has no end, was updated lately, and is told in KORE's own forms."""
    told = (await ask.get(f"/v1/Sims/{CARD.sid}/DataSessions")).json()["data_sessions"]
    newest, before = told[0], told[1]

    assert newest["end"] is None
    assert ("2026-01-05T03:00:00Z", "2026-01-05T11:58:00Z") == (
        newest["start"],
        newest["last_updated"],
    )
    assert before["end"] == before["last_updated"]
    assert ("310", "260", "USA", "T-Mobile USA") == tuple(
        newest[name]
        for name in ("operator_mcc", "operator_mnc", "operator_country", "operator_name")
    )
    assert "310-260-40482-1243" == newest["cell_id"]
    assert {"lat", "lon"} == set(newest["cell_location_estimate"])


async def test_links_can_be_followed(ask: httpx.AsyncClient):
    """A SIM's links lead to its plan, its usage and its sessions."""
    links = (await ask.get("/v1/Sims/pump-9")).json()["links"]

    assert {"rate_plan", "usage_records", "data_sessions"} == set(links)
    assert [200] * 3 == [(await ask.get(url)).status_code for url in links.values()]


async def test_without_a_plan(api: KoreApi, ask: httpx.AsyncClient):
    """A SIM without a rate plan has no link to one."""
    api.add({"sid": "DE" + "1" * 32, "rate_plan_sid": None})
    links = (await ask.get(f"/v1/Sims/DE{'1' * 32}")).json()["links"]

    assert {"usage_records", "data_sessions"} == set(links)
