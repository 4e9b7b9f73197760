import httpx
import pytest

from bot.sandbox.kore_api.faults import Fault, foreign_next_page, hang, slow_body, truncated
from tests.bot.sandbox.kore_api.conftest import PUMP

SESSIONS = f"/v1/Sims/{PUMP}/DataSessions"


@pytest.mark.parametrize("keep", [0, 1, 20, 1000])
async def test_truncated(live, keep: int):
    """
    A truncated body breaks off before its announced length; the next answer is whole.
    """
    api, client = live
    api.faults.add(truncated(keep=keep))
    with pytest.raises(httpx.RemoteProtocolError):
        await client.get(SESSIONS)
    whole = await client.get(SESSIONS)

    assert 50 == len(whole.json()["data_sessions"])


async def test_slow_body(live):
    """
    A slow body comes in parts and is whole in the end.
    """
    api, client = live
    api.faults.add(slow_body(pause=0.01))
    parts = []
    async with client.stream("GET", SESSIONS) as answer:
        parts = [part async for part in answer.aiter_raw()]
    whole = await client.get(SESSIONS)

    assert len(parts) > 1
    assert whole.content == b"".join(parts)


async def test_a_slow_body_runs_into_a_time_out(live):
    """
    Whoever waits less than a pause lasts gives up within the body.
    """
    api, client = live
    api.faults.add(slow_body(pause=60))

    with pytest.raises(httpx.ReadTimeout):
        await client.get(SESSIONS, timeout=0.1)


async def test_hang(live):
    """
    A request that hangs is never answered, and holds no other up.
    """
    api, client = live
    api.faults.add(hang())
    with pytest.raises(httpx.ReadTimeout):
        await client.get(SESSIONS, timeout=0.1)
    other = await client.get(SESSIONS)

    assert 200 == other.status_code


async def test_foreign_next_page(live):
    """
    next_page_url can be made to lead to another host; the rest of it stays.
    """
    api, client = live
    api.faults.add(foreign_next_page("https://wireless.twilio.com"))
    foreign = (await client.get(SESSIONS)).json()["meta"]
    own = (await client.get(SESSIONS)).json()["meta"]
    path = own["next_page_url"].removeprefix(str(client.base_url).rstrip("/"))

    assert f"https://wireless.twilio.com{path}" == foreign["next_page_url"]
    assert own["url"] == foreign["url"]


async def test_odd_content_is_sent_as_it_is(live):
    """
    A body of odd letters arrives letter for letter, with its length.
    """
    api, client = live
    api.faults.add(Fault(status=200, body="ü — 😀"))
    answer = await client.get(SESSIONS)

    assert "ü — 😀" == answer.text
    assert len(answer.content) == int(answer.headers["content-length"])
