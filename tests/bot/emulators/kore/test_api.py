import httpx
import pytest

from bot.demo.stories.story import all_stories
from bot.emulators.kore.api import TOKEN_PATH, KoreApi
from tests.bot.emulators.kore.conftest import PUMP, TRUCK
from tests.fakes import FakeClock


async def test_what_is_refused(ask: httpx.AsyncClient):
    """What is not there or not right is refused in KORE's envelope, with its code."""
    for path, status, code in (
        ("/", 404, 20404),
        ("/v1", 404, 20404),
        ("/v1/Sims/", 404, 33107),
        ("/v1/Sims/pump-7/", 404, 20404),
        ("/v1/Commands", 404, 20404),
        ("/v2/Sims", 404, 20404),
        ("/v1/sims", 404, 20404),
        ("/v1/Sims/nobody", 404, 33107),
        ("/v1/Sims/nobody/DataSessions", 404, 33107),
        ("/v1/Sims/pump-7/DataSessions", 404, 33107),
        ("/v1/Sims/pump-7/UsageRecords", 404, 33107),
        ("/v1/Sims/HS00000000000000000000000000000001", 404, 33107),
        (f"/v1/Sims/{PUMP}/Nothing", 404, 20404),
        ("/v1/RatePlans/nobody", 404, 33108),
        ("/v1/Sims?Status=deleted", 400, 33101),
        ("/v1/Sims?Status=", 400, 33101),
        ("/v1/Sims?PageSize=0", 400, 33101),
        ("/v1/Sims?PageToken=x", 400, 33103),
    ):
        answer = await ask.get(path)
        told = answer.json()

        assert (status, code) == (answer.status_code, told["code"]), (path, status, code)
        assert status == told["status"], (path, status, code)
        assert f"https://docs.korewireless.com/errors/{code}" == told["more_info"]
        assert told["message"], (path, status, code)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
async def test_only_reading(ask: httpx.AsyncClient, method: str):
    """Nothing can be changed: every method but GET, or POST for a token, is answered with 405."""
    for path in ("/v1/Sims", f"/v1/Sims/{PUMP}", "/v1/RatePlans"):
        assert 405 == (await ask.request(method, path)).status_code, path
    if method != "POST":
        assert 405 == (await ask.request(method, TOKEN_PATH)).status_code
    assert 405 == (await ask.get(TOKEN_PATH)).status_code


@pytest.mark.parametrize("name", [TRUCK, "a%2Fb%20%3F%26%252F%C3%BC"])
async def test_a_name_may_hold_anything(ask: httpx.AsyncClient, name: str):
    """A SIM is found by its SID and by its unique name, whose odd characters come encoded."""
    answer = await ask.get(f"/v1/Sims/{name}")

    assert TRUCK == answer.json()["sid"]


async def test_it_names_its_own_host(ask: httpx.AsyncClient):
    """All addresses in an answer lead back to the host that was asked."""
    here = "https://kore.test/v1/Sims"
    sim = (await ask.get("/v1/Sims/pump-7")).json()
    meta = (await ask.get(f"/v1/Sims/{PUMP}/DataSessions?PageSize=5")).json()["meta"]
    other = (await ask.get("/v1/Sims/pump-7", headers={"Host": "127.0.0.1:99"})).json()

    assert f"{here}/{PUMP}" == sim["url"]
    assert f"{here}/{PUMP}/DataSessions" == sim["links"]["data_sessions"]
    assert meta["next_page_url"].startswith(f"{here}/{PUMP}/DataSessions?PageSize=5&Page=1&")
    assert f"https://127.0.0.1:99/v1/Sims/{PUMP}" == other["url"]


async def test_what_was_asked_is_remembered(api: KoreApi, ask: httpx.AsyncClient):
    """Requests are kept as they came, and whether they had a key; the key itself is not."""
    await ask.get("/v1/Sims/a%2Fb?x=%2F")
    await ask.get("/v1/Sims", headers={"Authorization": ""})
    await ask.post(TOKEN_PATH, data={"client_secret": "hush"})
    told = [(a.method, a.path, a.query, a.authorized) for a in api.requests]

    assert [
        ("GET", "/v1/Sims/a%2Fb", "x=%2F", True),
        ("GET", "/v1/Sims", "", True),
        ("POST", TOKEN_PATH, "", True),
    ] == told
    assert "Bearer" not in repr(api.requests)


async def test_a_sim_put_in_again_is_replaced(api: KoreApi, ask: httpx.AsyncClient):
    """What is put in holds from the next question on, though the last answer was just rendered."""
    before = (await ask.get("/v1/Sims/pump-7")).json()["status"]
    api.add({"sid": PUMP, "unique_name": "pump-7", "status": "suspended"}, [])
    after = (await ask.get("/v1/Sims/pump-7")).json()["status"]
    sessions = (await ask.get(f"/v1/Sims/{PUMP}/DataSessions")).json()["data_sessions"]

    assert ("active", "suspended") == (before, after)
    assert [] == sessions


async def test_the_past_of_a_story_stays(clock: FakeClock):
    """Hours later closed sessions and the SIM are unchanged; open ones alive have grown."""
    api = KoreApi(clock, stories=all_stories())
    headers = {"Authorization": f"Bearer {api.tokens.issue()}"}

    async def rows() -> dict[str, tuple[dict, list[dict]]]:
        """Return the SIM and the sessions of each story."""
        read = {}
        for story in all_stories():
            sim = (await client.get(f"/v1/Sims/{story.sim(clock.now())['sid']}")).json()
            url = f"{sim['links']['data_sessions']}?PageSize=1000"
            read[story.name] = sim, (await client.get(url)).json()["data_sessions"]
        return read

    transport = httpx.ASGITransport(api.app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://kore.test", headers=headers
    ) as client:
        clock.move(20 * 60)
        before = await rows()
        clock.move(39)
        same_minute = await rows()
        api.tokens.seconds = 10 * 3600
        headers = client.headers["Authorization"] = f"Bearer {api.tokens.issue()}"
        clock.move(3 * 3600 + 21)
        after = await rows()

    grown = set()
    for name, (sim, sessions) in before.items():
        later_sim, later = after[name]
        changed = [new for old, new in zip(sessions, later, strict=True) if old != new]
        grown |= {name} if changed else set()
        assert sim == later_sim, name
        assert [row["start"] for row in sessions] == [row["start"] for row in later], name
        assert all(row["end"] is None for row in changed), name
    assert before == same_minute
    assert {"gateway-3", "truck-42", "station-1"} <= grown
    assert set() == {"sensor-21", "pump-7", "sensor-40"} & grown
    old, new = before["gateway-3"][1][0], after["gateway-3"][1][0]
    assert ("2026-01-05T12:18:00Z", "2026-01-05T15:19:00Z") == (
        old["last_updated"],
        new["last_updated"],
    )
    assert old["packets_uploaded"] < new["packets_uploaded"]


async def test_other_protocols_are_left_alone(api: KoreApi):
    """A server that asks for a lifespan or a web socket gets nothing, and nothing is remembered."""

    async def never(*_: object) -> None:
        raise AssertionError

    await api.app({"type": "lifespan"}, never, never)

    assert 0 == len(api.requests)
