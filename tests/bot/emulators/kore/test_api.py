"""The documented answers of the stand-in for KORE, its tokens, and its own endpoints."""

import base64
import json

import httpx
import pytest

from bot.demo.stories.story import all_stories
from bot.emulators.kore.api import KINDS, TOKEN_PATH, KoreApi
from bot.emulators.kore.faults import Fault
from tests.bot.emulators.kore.conftest import PUMP, TRUCK, asking
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

    async def rows() -> dict[str, tuple[dict, list[dict]]]:
        """Return the SIM and the sessions of each story."""
        read = {}
        for story in all_stories():
            sim = (await client.get(f"/v1/Sims/{story.sim(clock.now())['sid']}")).json()
            url = f"{sim['links']['data_sessions']}?PageSize=1000"
            read[story.name] = sim, (await client.get(url)).json()["data_sessions"]
        return read

    async with asking(api) as client:
        clock.move(20 * 60)
        before = await rows()
        clock.move(39)
        same_minute = await rows()
        api.tokens.seconds = 10 * 3600
        client.headers["Authorization"] = f"Bearer {api.tokens.issue()}"
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
    assert "2026-01-05T12:18:00Z" == old["last_updated"]
    assert "2026-01-05T15:19:00Z" == new["last_updated"]
    assert old["packets_uploaded"] < new["packets_uploaded"]


async def test_other_protocols_are_left_alone(api: KoreApi):
    """A server that asks for a lifespan or a web socket gets nothing, and nothing is remembered."""

    async def never(*_: object) -> None:
        raise AssertionError

    await api.app({"type": "lifespan"}, never, never)

    assert 0 == len(api.requests)


IDLE = {"latency": 0.0, "requests_per_second": None, "token_seconds": 3600, "next": []}


async def test_everything_can_be_set_and_cleared(api: KoreApi, ask: httpx.AsyncClient):
    """Nothing is wrong by itself; all is set in one request, and cleared in one."""
    assert IDLE == (await ask.get("/_faults")).json()
    wanted = {
        "latency": 0.5,
        "requests_per_second": 100,
        "token_seconds": 60,
        "next": [{"kind": "too_many", "path": "DataSessions", "times": 3, "retry_after": "2"}],
    }
    state = (await ask.post("/_faults", json=wanted)).json()
    waiting = api.faults.waiting
    cleared = (await ask.delete("/_faults")).json()

    assert (0.5, 100, 60) == tuple(state[name] for name in list(IDLE)[:3])
    assert ["DataSessions"] == [fault["path"] for fault in state["next"]]
    assert [(429, "2", 3)] == [(f.status, f.retry_after, f.times) for f in waiting]
    assert IDLE == cleared


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind(api: KoreApi, ask: httpx.AsyncClient, kind: str):
    """Every kind of fault can be asked for from outside, for a path and a number of times."""
    needs = {
        "answer": {"status": 418},
        "late": {"seconds": 1},
        "foreign_next_page": {"origin": "https://x.test"},
    }
    fault = {"kind": kind, "path": "Sims", "times": 2} | needs.get(kind, {})
    answer = await ask.post("/_faults", json={"next": [fault]})
    (waiting,) = api.faults.waiting

    assert 200 == answer.status_code
    assert ("Sims", 2) == (waiting.path, waiting.times)
    assert Fault("Sims", 2) != waiting


async def test_tokens_are_expired(ask: httpx.AsyncClient):
    """Tokens can be made worthless from outside."""
    await ask.post("/_faults", json={"expire_tokens": False})
    before = await ask.get("/v1/Sims")
    await ask.post("/_faults", json={"expire_tokens": True})
    after = await ask.get("/v1/Sims")

    assert [200, 403] == [before.status_code, after.status_code]


async def test_what_is_not_understood(api: KoreApi, ask: httpx.AsyncClient):
    """A body that is not understood is refused with a list of what there is, and sets nothing."""
    faults = ({"kind": "unknown"}, {"path": "Sims"}, {"kind": "hang", "unknown": 1}, "hang")
    wrong = ({"unknown": 1}, {"latency": "soon"}, {"next": 1}, {"token_seconds": "x"})
    wrong += tuple({"next": [fault]} for fault in faults)
    for body in ("", "nonsense", "[]", "7", *map(json.dumps, wrong)):
        answer = await ask.post("/_faults", content=body)

        assert 400 == answer.status_code, body
        assert list(KINDS) == answer.json()["kinds"], body
        assert () == api.faults.waiting, body


async def test_what_was_asked(ask: httpx.AsyncClient):
    """The requests of the API are listed and can be cleared; those of the control do not count."""
    await ask.get("/v1/Sims?Status=new")
    await ask.post(TOKEN_PATH)
    listed = (await ask.get("/_requests")).json()
    cleared = (await ask.delete("/_requests")).json()

    first = {"method": "GET", "path": "/v1/Sims", "query": "Status=new", "authorized": True}
    assert (2, first) == (listed["count"], listed["last"][0])
    assert {"count": 0, "last": []} == cleared


@pytest.mark.parametrize("client", [("192.168.1.7", 99), ("127.0.0.11", 99), ("", 0), None])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_only_from_this_machine(api: KoreApi, method: str, client: tuple[str, int] | None):
    """To anybody else there is no control."""
    async with asking(api, client=client) as stranger:
        answer = await stranger.request(method, "/_faults", content=b"{}")

    assert 404 == answer.status_code


async def test_there_is_no_more(ask: httpx.AsyncClient):
    """Other paths of the control do not exist, and nobody counts them."""
    for path in ("/_", "/_fault", "/_faults/", "/_requests/1"):
        assert 404 == (await ask.get(path)).status_code, path


async def test_an_event_is_triggered_from_outside(api: KoreApi, ask: httpx.AsyncClient):
    """The events are listed, and one happens to the SIM that is named."""
    listed = (await ask.get("/_events")).json()["events"]
    answer = await ask.post("/_events", json={"sim": "pump-7", "event": "suspend"})
    sim = (await ask.get("/v1/Sims/pump-7")).json()

    assert {"recover", "go_silent", "stall", "undo"} <= {each["event"] for each in listed}
    assert (200, "suspended") == (answer.status_code, sim["status"])


@pytest.mark.parametrize(
    "wanted",
    [{"sim": "nobody", "event": "recover"}, {"sim": "pump-7", "event": "explode"}, {}, [], "{"],
    ids=["sim", "event", "nothing", "list", "no-json"],
)
async def test_an_event_that_cannot_be(ask: httpx.AsyncClient, wanted: object):
    """An unknown SIM or event, or a body that names none, is refused with a list of all events."""
    sent = {"content": wanted} if isinstance(wanted, str) else {"json": wanted}
    answer = await ask.post("/_events", **sent)

    assert 400 == answer.status_code
    assert answer.json()["events"]


GOOD = {
    "grant_type": "client_credentials",
    "client_id": "sandbox-client",
    "client_secret": "sandbox-secret",
}
DENIED = {
    "message": "User is not authorized to access this resource with an explicit deny",
    "error": "Invalid or expired token",
}


async def bearer(ask: httpx.AsyncClient) -> dict[str, str]:
    told = (await ask.post(TOKEN_PATH, data=GOOD)).json()
    return {"Authorization": f"Bearer {told['access_token']}"}


async def test_a_token(clock: FakeClock, ask: httpx.AsyncClient):
    """The right credentials in a form give a bearer for an hour, a JWT that says so itself."""
    told = (await ask.post(TOKEN_PATH, data=GOOD)).json()
    claims = json.loads(base64.urlsafe_b64decode(told["access_token"].split(".")[1] + "=="))

    assert ("Bearer", 3600) == (told["token_type"], told["expires_in"])
    assert clock.now().timestamp() + 3600 == claims["exp"]
    assert isinstance(told["scope"], str)


async def test_no_token(ask: httpx.AsyncClient):
    """Wrong forms and wrong credentials are refused in the shapes of the token API."""
    for form, status, keys in (
        ({}, 400, {"code", "message"}),
        (GOOD | {"grant_type": "password"}, 400, {"code", "message"}),
        (GOOD | {"client_id": "x"}, 401, {"error", "error_description"}),
        (GOOD | {"client_secret": "x"}, 401, {"error", "error_description"}),
        (GOOD | {"client_secret": "pässword"}, 401, {"error", "error_description"}),
        (GOOD | {"client_secret": ""}, 401, {"error", "error_description"}),
        ({"grant_type": "client_credentials"}, 401, {"error", "error_description"}),
    ):
        answer = await ask.post(TOKEN_PATH, data=form)

        assert status == answer.status_code, (form, status, keys)
        assert keys == set(answer.json()), (form, status, keys)


async def test_without_a_header(api: KoreApi):
    """Without an Authorization header the gateway answers 401, without a code."""
    async with asking(api, has_key=False) as client:
        answer = await client.get("/v1/Sims")

    assert (401, {"message": "Unauthorized"}) == (answer.status_code, answer.json())


@pytest.mark.parametrize(
    "authorization",
    ["Bearer x", "Bearer ", "x", "Basic c2FuZGJveC1jbGllbnQ6c2FuZGJveC1zZWNyZXQ=", "bearer"],
)
async def test_with_a_bad_header(ask: httpx.AsyncClient, authorization: str):
    """Any other header is denied with 403, HTTP Basic with the right credentials included."""
    answer = await ask.get("/v1/Sims", headers={"Authorization": authorization})

    assert (403, DENIED) == (answer.status_code, answer.json())


async def test_tokens_expire(clock: FakeClock, api: KoreApi, ask: httpx.AsyncClient):
    """A token holds until its last second, or until all are expired; a new one holds again."""
    first = await bearer(ask)
    clock.move(3599)
    statuses = [(await ask.get("/v1/Sims", headers=first)).status_code]
    clock.move(1)
    expired = await ask.get("/v1/Sims", headers=first)
    second = await bearer(ask)
    statuses.append((await ask.get("/v1/Sims", headers=second)).status_code)
    api.tokens.expire_all()
    later = [await ask.get("/v1/Sims", headers=each) for each in (second, await bearer(ask))]
    statuses += [each.status_code for each in later]

    assert (403, DENIED) == (expired.status_code, expired.json())
    assert [200, 200, 403, 200] == statuses


async def test_expiry_may_be_text(api: KoreApi, ask: httpx.AsyncClient):
    """The lifetime can be set, and told as text, as the documentation shows it."""
    api.tokens.seconds = 60
    api.tokens.expires_in_as_text = True
    told = (await ask.post(TOKEN_PATH, data=GOOD)).json()

    assert "60" == told["expires_in"]
