import httpx
import pytest

from bot.emulators.kore.api import KoreApi
from bot.emulators.kore.cards import sid
from tests.fakes import FakeClock

GOLD = {"sid": sid("WP", "gold"), "unique_name": "gold"}
SIMS = (
    {"sid": sid("DE", "one"), "status": "new", "iccid": "8901", "rate_plan_sid": GOLD["sid"]},
    {"sid": sid("DE", "two"), "status": "active", "iccid": "8902", "eid": "8904"},
    {"sid": sid("DE", "three"), "status": "active", "iccid": "8903", "e_id": "8905"},
)
FLEET = 200


@pytest.fixture
def api(clock: FakeClock) -> KoreApi:
    """Return an account of three SIMs and a fleet of 200."""
    api = KoreApi(clock, sims=FLEET)
    api.add(SIMS[0], rate_plan=GOLD, registration_code="H3TW7QK2LM")
    for sim in SIMS[1:]:
        api.add(sim)
    return api


async def found(ask: httpx.AsyncClient, query: str) -> list[dict]:
    """Return all SIMs of all pages of a list."""
    url, sims = f"/v1/Sims?{query}", []
    while url:
        page = (await ask.get(url)).json()
        sims += page["sims"]
        url = page["meta"]["next_page_url"]
    return sims


async def test_filters(ask: httpx.AsyncClient):
    """SIMs are filtered as documented, all filters at once; other parameters filter nothing."""
    for query, names in (
        ("Status=new", ["one"]),
        ("Status=suspended", []),
        ("Iccid=8902", ["two"]),
        ("Iccid=8902&Status=active", ["two"]),
        ("Iccid=8902&Status=new", []),
        ("Iccid=89", []),
        ("Iccid=", []),
        (f"RatePlan={GOLD['sid']}", ["one"]),
        ("RatePlan=gold", ["one"]),
        ("RatePlan=nobody", []),
        ("EId=8904", ["two"]),
        ("EId=8905", ["three"]),
        ("SimRegistrationCode=H3TW7QK2LM", ["one"]),
        ("SimRegistrationCode=h3tw7qk2lm", []),
        ("FriendlyName=one&UniqueName=one&Iccid=8903", ["three"]),
    ):
        sims = await found(ask, query)

        assert [sid("DE", name) for name in names] == [sim["sid"] for sim in sims], (query, names)


@pytest.mark.parametrize("size", [2, 3, 50, 1000])
async def test_the_fleet_follows(ask: httpx.AsyncClient, size: int):
    """Whatever the size of a page, a list holds every SIM once: those put in, then the fleet."""
    sims = await found(ask, f"PageSize={size}")

    assert [sim["sid"] for sim in SIMS] == [sim["sid"] for sim in sims[:3]]
    assert 3 + FLEET == len({sim["sid"] for sim in sims}) == len(sims)


@pytest.mark.parametrize("size", [7, 1000])
async def test_the_fleet_is_filtered_too(ask: httpx.AsyncClient, size: int):
    """Status, ICCID and rate plan pick from the fleet as from the others."""
    everything = (await found(ask, "PageSize=1000"))[3:]
    one = everything[150]
    by_status = {
        status: await found(ask, f"Status={status}&PageSize={size}")
        for status in ("active", "ready", "new")
    }
    by_plan = await found(ask, f"RatePlan=fleet-1gb&PageSize={size}")

    assert [sim for sim in everything if sim["status"] == "ready"] == by_status["ready"]
    assert FLEET + 2 == len(by_status["active"]) + len(by_status["ready"])
    assert ["one"] == [name for name in ("one",) if by_status["new"][0]["sid"] == sid("DE", name)]
    assert everything == by_plan
    assert [one] == await found(ask, f"Iccid={one['iccid']}")
    assert [] == await found(ask, f"Iccid={one['iccid']}&Status=new")
    assert [] == await found(ask, "EId=1")


async def test_a_plan_put_in_again_is_replaced(api: KoreApi, ask: httpx.AsyncClient):
    """The newest plan of a SID holds, and stands in the list once."""
    api.add(SIMS[0], rate_plan=GOLD | {"data_limit": 5})
    plans = (await ask.get("/v1/RatePlans")).json()["rate_plans"]
    plan = (await ask.get("/v1/RatePlans/gold")).json()

    assert ["fleet-1gb", "gold"] == [each["unique_name"] for each in plans]
    assert 5 == plan["data_limit"]
