import asyncio
import signal
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from bot.emulators.serve import serving


async def hello(scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer every HTTP request with its path."""
    if scope["type"] != "http":
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["path"].encode()})


async def test_it_serves_while_the_block_lasts():
    """The address answers within the block, and nobody does after it."""
    async with httpx.AsyncClient() as client:
        async with serving(hello) as url:
            answer = await client.get(f"{url}/there")
        with pytest.raises(httpx.ConnectError):
            await client.get(f"{url}/there")

    assert "/there" == answer.text
    assert url.startswith("http://127.0.0.1:")


async def test_every_answer_has_its_date():
    """A clock can be compared with the answer's `Date`, as with that of a real server."""
    async with serving(hello) as url, httpx.AsyncClient() as client:
        answer = await client.get(url)

    told = parsedate_to_datetime(answer.headers["Date"])
    assert abs(datetime.now(tz=UTC) - told) < timedelta(minutes=1)


async def test_several_at_once():
    """Each server has a port of its own."""
    async with serving(hello) as one, serving(hello) as other, httpx.AsyncClient() as client:
        told = [(await client.get(f"{url}/x")).text for url in (one, other)]

    assert one != other
    assert ["/x", "/x"] == told


async def test_a_taken_port_is_said():
    """A port that is taken raises OSError, and leaves nothing running."""
    async with serving(hello) as url:
        with pytest.raises(OSError, match="in use"):
            async with serving(hello, port=int(url.rpartition(":")[2])):
                raise AssertionError

    assert 1 == len(asyncio.all_tasks())


async def test_signals_are_left_alone():
    """The process's signal handlers are those that it had."""
    before = signal.getsignal(signal.SIGTERM)
    async with serving(hello):
        during = signal.getsignal(signal.SIGTERM)

    assert before == during == signal.getsignal(signal.SIGTERM)


async def test_a_hanging_request_does_not_hold_it_up(caplog):
    """Requests that never end are cut off with 500 when patience ends, and nobody is alarmed."""
    came = asyncio.Event()

    async def never(scope: Scope, _receive: Receive, _send: Send) -> None:
        if scope["type"] == "http":
            came.set()
            await asyncio.Event().wait()

    async with httpx.AsyncClient() as client:
        async with serving(never, patience=0) as url:
            asking = asyncio.create_task(client.get(url))
            await came.wait()
        answer = await asking

    assert 500 == answer.status_code
    assert [] == caplog.messages


async def test_the_block_may_raise():
    """An error in the block comes out of it, and the server is gone."""
    with pytest.raises(ZeroDivisionError):
        async with serving(hello):
            raise ZeroDivisionError

    assert 1 == len(asyncio.all_tasks())
