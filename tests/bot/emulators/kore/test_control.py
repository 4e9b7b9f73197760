import httpx
import pytest

from bot.emulators.kore.api import TOKEN_PATH, KoreApi
from bot.emulators.kore.control import KINDS
from bot.emulators.kore.faults import Fault

IDLE = {"latency": 0.0, "requests_per_second": None, "token_seconds": 3600, "next": []}


async def test_nothing_is_wrong_by_itself(ask: httpx.AsyncClient):
    """A stand-in that nobody has set anything on misbehaves in no way."""
    assert IDLE == (await ask.get("/_faults")).json()


async def test_everything_can_be_set_and_cleared(api: KoreApi, ask: httpx.AsyncClient):
    """Latency, limit, life of tokens and faults are set in one request, and cleared in one."""
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
    for body in (
        "",
        "nonsense",
        "[]",
        "7",
        '{"unknown": 1}',
        '{"latency": "soon"}',
        '{"next": 1}',
        '{"next": [{"kind": "unknown"}]}',
        '{"next": [{"path": "Sims"}]}',
        '{"next": [{"kind": "hang", "unknown": 1}]}',
        '{"next": ["hang"]}',
        '{"token_seconds": "x"}',
    ):
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

    assert 2 == listed["count"]
    assert {"method": "GET", "path": "/v1/Sims", "query": "Status=new", "authorized": True} == (
        listed["last"][0]
    )
    assert {"count": 0, "last": []} == cleared


@pytest.mark.parametrize("client", [("192.168.1.7", 99), ("127.0.0.11", 99), ("", 0), None])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_only_from_this_machine(api: KoreApi, method: str, client: tuple[str, int] | None):
    """To anybody else there is no control."""
    transport = httpx.ASGITransport(api.app, client=client)
    async with httpx.AsyncClient(transport=transport, base_url="http://kore.test") as stranger:
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
