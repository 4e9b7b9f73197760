from urllib.parse import quote, unquote

import httpx
import pytest

from bot.demo.stories.story import all_stories
from bot.emulators.kore.api import KoreApi
from bot.emulators.kore.faults import Fault, foreign_next_page, hang, slow_body, truncated
from tests.bot.emulators.kore.conftest import PUMP, asking
from tests.fakes import FakeClock

SESSIONS = f"/v1/Sims/{PUMP}/DataSessions"


@pytest.mark.parametrize("keep", [0, 1, 20, 1000])
async def test_truncated(live, keep: int):
    """A truncated body breaks off before its announced length; the next answer is whole."""
    api, client = live
    api.faults.add(truncated(keep=keep))
    with pytest.raises(httpx.RemoteProtocolError):
        await client.get(SESSIONS)
    whole = await client.get(SESSIONS)

    assert 50 == len(whole.json()["data_sessions"])


async def test_slow_body(live):
    """A slow body comes in parts and is whole in the end."""
    api, client = live
    api.faults.add(slow_body(pause=0.01))
    parts = []
    async with client.stream("GET", SESSIONS) as answer:
        parts = [part async for part in answer.aiter_raw()]
    whole = await client.get(SESSIONS)

    assert len(parts) > 1
    assert whole.content == b"".join(parts)


@pytest.mark.parametrize("fault", [hang(), slow_body(pause=60)], ids=["hang", "slow"])
async def test_what_runs_into_a_time_out(live, fault: Fault):
    """Whoever waits too short for a response, or for a part of it, gives up; others are served."""
    api, client = live
    api.faults.add(fault)
    with pytest.raises(httpx.ReadTimeout):
        await client.get(SESSIONS, timeout=0.1)

    assert 200 == (await client.get(SESSIONS)).status_code


async def test_foreign_next_page(live):
    """next_page_url can be made to lead to another host; the rest of it stays."""
    api, client = live
    api.faults.add(foreign_next_page("https://wireless.twilio.com"))
    foreign = (await client.get(SESSIONS)).json()["meta"]
    own = (await client.get(SESSIONS)).json()["meta"]
    path = own["next_page_url"].removeprefix(str(client.base_url).rstrip("/"))

    assert f"https://wireless.twilio.com{path}" == foreign["next_page_url"]
    assert own["url"] == foreign["url"]


async def test_odd_content_is_sent_as_it_is(live):
    """A body of odd letters arrives letter for letter, with its length."""
    api, client = live
    api.faults.add(Fault(status=200, body="ü — 😀"))
    answer = await client.get(SESSIONS)

    assert "ü — 😀" == answer.text
    assert len(answer.content) == int(answer.headers["content-length"])


async def walk(ask: httpx.AsyncClient, url: str) -> list[dict]:
    """Return all pages of a list, following next_page_url as it stands."""
    pages = []
    while url:
        pages.append((await ask.get(url)).json())
        url = pages[-1]["meta"]["next_page_url"]
    return pages


async def test_to_the_end(ask: httpx.AsyncClient):
    """Following next_page_url gives every row once, in order, and ends with null."""
    for query, sizes in (
        ("", [50, 50, 20]),
        ("?PageSize=50", [50, 50, 20]),
        ("?PageSize=40", [40, 40, 40]),
        ("?PageSize=119", [119, 1]),
        ("?PageSize=120", [120]),
        ("?PageSize=1000", [120]),
        ("?PageSize=1", [1] * 120),
    ):
        pages = await walk(ask, SESSIONS + query)
        sids = [row["sid"] for page in pages for row in page["data_sessions"]]

        assert sizes == [len(page["data_sessions"]) for page in pages], (query, sizes)
        assert [f"WN{place:032x}" for place in range(120)] == sids, (query, sizes)
        assert list(range(len(sizes))) == [page["meta"]["page"] for page in pages], (query, sizes)


async def test_meta(ask: httpx.AsyncClient):
    """`meta` has the documented keys; `key` names the list, and there is no total."""
    pages = await walk(ask, SESSIONS)
    first, second, last = [page["meta"] for page in pages]
    back = (await ask.get(last["previous_page_url"])).json()
    keys = {"first_page_url", "key", "next_page_url", "page", "page_size", "previous_page_url"}

    assert keys | {"url"} == set(first)
    assert "data_sessions" == first["key"]
    assert (None, None) == (first["previous_page_url"], last["next_page_url"])
    assert first["url"] == second["previous_page_url"] == last["first_page_url"]
    assert second["url"] == first["next_page_url"] == last["previous_page_url"]
    assert pages[1] == back


async def test_filters_stay_on_the_next_page(ask: httpx.AsyncClient, api: KoreApi):
    """The filters of a list are kept in the addresses of its pages, encoded."""
    for place in range(3):
        api.add({"sid": f"DE{place:032x}", "status": "new"})
    pages = await walk(ask, "/v1/Sims?Status=new&PageSize=2&Odd=%2F%26")

    assert [2, 1] == [len(page["sims"]) for page in pages]
    assert "Status=new&Odd=%2F%26&" in pages[0]["meta"]["next_page_url"]


SPOILT = {
    "without quoting": unquote,
    "quoted once more": lambda token: quote(token, safe=""),
    "in small letters": lambda token: token.replace("%2F", "%2f"),
    "moved on": lambda token: token.replace("%2B32%2B", "%2B33%2B"),
    "lower": str.lower,
    "none": lambda _: "",
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
async def test_a_token_is_good_as_it_was_given(ask: httpx.AsyncClient, spoil):
    """A PageToken that was quoted anew, made up, or given for another list is refused."""
    url = (await ask.get(SESSIONS)).json()["meta"]["next_page_url"]
    head, token = url.split("PageToken=")
    answer = await ask.get(httpx.URL(f"{head}PageToken={spoil(token)}"))
    elsewhere = await ask.get(f"/v1/Sims?PageToken={token}")

    assert spoil(token) != token
    assert (400, 33103) == (answer.status_code, answer.json()["code"])
    assert 33103 == elsewhere.json()["code"]


SIZES = [f"PageSize={size}" for size in (0, -1, 1001, 5000, "many", 1.5, "", "٣")]


@pytest.mark.parametrize("query", [*SIZES, "Page=-1", "Page=x", "PageToken=PA%2F1%2B2"])
@pytest.mark.parametrize("path", [SESSIONS, "/v1/Sims", "/v1/RatePlans"])
async def test_bad_paging(ask: httpx.AsyncClient, path: str, query: str):
    """Sizes beyond 1 to 1000 and pages that are no number are refused."""
    answer = await ask.get(f"{path}?{query}")

    code = 33103 if "Token" in query else 33101
    assert (400, code) == (answer.status_code, answer.json()["code"])


async def test_the_page_number_says_nothing(ask: httpx.AsyncClient):
    """Page alone is the client's own state: it comes back, with the rows of the first page."""
    told = (await ask.get(f"{SESSIONS}?Page=2")).json()

    assert 2 == told["meta"]["page"]
    assert f"WN{0:032x}" == told["data_sessions"][0]["sid"]


async def test_a_list_does_not_move_under_its_reader(clock: FakeClock):
    """Pages of one reading show one moment, however long the reading takes."""
    api = KoreApi(clock, stories=all_stories())
    async with asking(api) as ask:
        sid = (await ask.get("/v1/Sims/station-1")).json()["sid"]
        whole = (await ask.get(f"/v1/Sims/{sid}/DataSessions?PageSize=1000")).json()
        first = (await ask.get(f"/v1/Sims/{sid}/DataSessions?PageSize=400")).json()
        clock.move(3000)
        second = (await ask.get(first["meta"]["next_page_url"])).json()

    assert whole["data_sessions"] == first["data_sessions"] + second["data_sessions"]
