import httpx
import pytest

from bot.kore.connect import open_kore
from bot.kore.errors import KoreBadAnswer
from bot.kore.paging import DATA_SESSIONS
from bot.sandbox.kore_api.faults import foreign_next_page
from tests.bot.kore.conftest import paths
from tests.builders import SID

MANY = 2500


def fill(api):
    rows = [
        {
            "sid": f"WN{n}",
            "sim_sid": SID,
            "start": f"2026-01-01T{n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}Z",
        }
        for n in range(MANY)
    ]
    api.add({"sid": SID, "status": "active"}, rows[::2] + rows[1::2])
    return [row["sid"] for row in reversed(rows)]


@pytest.fixture
def many(api):
    return fill(api)


async def test_page_after_page(kore, api, many):
    """
    All rows of all pages come, a thousand at a time, ordered by us with the newest first.
    """
    found = await kore.data_sessions(SID)

    assert many == [session.sid for session in found.value]
    asked = [each for each in api.requests if "DataSessions" in each.path]
    assert 3 == len(asked)
    assert "PageSize=1000" == asked[0].query


async def test_a_foreign_next_page(kore, api, many):
    """
    Of a next page on another host only the query is taken: the token stays with KORE.
    """
    api.faults.add(foreign_next_page("https://evil.test", "DataSessions", times=2))

    assert MANY == len((await kore.data_sessions(SID)).value)


async def test_the_token_of_the_next_page_over_a_socket(wired, live):
    """
    Page tokens with odd characters come back to KORE as they were given.
    """
    fill(live)
    assert MANY == len((await wired().data_sessions(SID)).value)


def circling(*nexts):
    """Answer with these next pages in turn, then with the last for ever."""
    turns = list(nexts)

    async def answer(request):
        if request.method == "POST":
            return httpx.Response(200, json={"access_token": "t", "expires_in": 3600})
        url = turns.pop(0) if len(turns) > 1 else turns[0]
        meta = {"key": "data_sessions", "next_page_url": url}
        return httpx.Response(200, json={"data_sessions": [{}], "meta": meta})

    return answer


CIRCLES = [
    ["https://kore.test/x?Page=1"],
    ["https://kore.test/x?PageSize=1000"],
    ["https://kore.test/x?Page=1", "https://kore.test/x?Page=2", "https://kore.test/x?Page=1"],
]


@pytest.mark.parametrize("nexts", CIRCLES, ids=["to itself", "to the first", "in a ring"])
async def test_pages_in_a_circle(config, clock, nexts):
    """
    A page that was there before ends the reading with an error instead of going on for ever.
    """
    kore = open_kore(config, clock, transport=httpx.MockTransport(circling(*nexts)))
    with pytest.raises(KoreBadAnswer, match=r"circle\. Tell an admin"):
        await kore.data_sessions(SID)


async def test_pages_without_end(config, clock):
    """
    A list that never ends is an error: its order is not known, so a part of it could mislead.
    """
    endless = (f"https://kore.test/x?Page={n}" for n in range(1, 10_000))
    kore = open_kore(config, clock, transport=httpx.MockTransport(circling(*endless)))

    with pytest.raises(
        KoreBadAnswer, match=f"after {DATA_SESSIONS.most_pages} pages. Tell an admin"
    ):
        await kore.data_sessions(SID)


async def test_sims_are_streamed(kore, api):
    """
    The next page of SIMs is asked for only when it is wanted.
    """
    for number in range(1500):
        api.add({"sid": f"DE{number:032d}", "status": "active"})
    stream = kore.sims()
    first = await anext(stream)
    asked = len(paths(api))
    rest = [sim async for sim in stream]

    assert (1, 1500, 2) == (asked, len([first, *rest]), len(paths(api)))
