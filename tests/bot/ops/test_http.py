"""/healthz, /readyz and /metrics."""

import asyncio
import signal
import socket
from contextlib import suppress

import aiohttp
import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.ops.http import ConnectionGuard, health_routes, http_server
from bot.ops.metrics import Metrics


async def get(path, reasons=(), notes=()):
    async def why_not():
        return reasons

    app = Starlette(routes=health_routes(why_not, lambda: notes, Metrics()))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
        return await client.get(path)


async def test_alive():
    """/healthz says ok whatever else is wrong: the loop turns."""
    response = await get("/healthz", ("draining",))

    assert (200, "ok") == (response.status_code, response.text)


@pytest.mark.parametrize(
    ("reasons", "status", "ready"), [((), 200, True), (("draining", "socket"), 503, False)]
)
async def test_ready(reasons, status, ready):
    """/readyz is 200 when nothing stands in the way, else 503 with what does."""
    response = await get("/readyz", reasons)

    assert status == response.status_code
    assert {"ready": ready, "reasons": list(reasons), "notes": []} == response.json()


async def test_ready_with_a_note():
    """What is amiss but stands in nobody's way is told, and the bot stays ready."""
    response = await get("/readyz", notes=("store: gone",))

    assert 200 == response.status_code
    assert {"ready": True, "reasons": [], "notes": ["store: gone"]} == response.json()


async def test_counted():
    """/metrics is Prometheus's text."""
    response = await get("/metrics")

    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "# TYPE simsessions_requests_total counter" in response.text


async def hello(_request):
    return PlainTextResponse("hello")


APP = Starlette(routes=[Route("/", hello)])


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_it_serves_while_the_block_runs(host):
    """It answers on the port it gives, and no longer after the block."""
    address = f"[{host}]" if ":" in host else host
    async with http_server(APP, host, 0) as port, aiohttp.ClientSession() as session:
        response = await session.get(f"http://{address}:{port}/")
        text = await response.text()

    assert "hello" == text
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((host, port), timeout=1)


async def test_a_taken_port_is_told():
    """A port in use is an OSError before anything runs."""
    async with http_server(APP, "127.0.0.1", 0) as port:
        second = http_server(APP, "127.0.0.1", port)

        with pytest.raises(OSError, match="in use"):
            await second.__aenter__()


async def test_what_is_written_leaves_at_once():
    """The body of an answer does not wait until its head is acknowledged."""
    asked = []

    class Asking(ConnectionGuard):
        def wait(self, connection):
            connected = connection.transport.get_extra_info("socket")
            asked.append(connected.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    async with (
        http_server(APP, "127.0.0.1", 0, guard=Asking()) as port,
        aiohttp.ClientSession() as session,
    ):
        await session.get(f"http://127.0.0.1:{port}/")

    assert asked
    assert all(asked)


async def test_who_connects_as_it_stops_is_not_left_connected():
    """However little of a connection it knows by then, it ends that."""
    for turns in range(6):
        with socket.socket() as client:
            async with http_server(APP, "127.0.0.1", 0) as port:
                client.connect(("127.0.0.1", port))
                client.setblocking(False)
                for _ in range(turns):
                    await asyncio.sleep(0)
            with suppress(ConnectionResetError):  # it was never taken
                async with asyncio.timeout(5):
                    assert not await asyncio.get_running_loop().sock_recv(client, 1), turns


async def test_signals_are_left_alone():
    """Whoever runs the loop keeps the signal handlers."""
    before = signal.getsignal(signal.SIGTERM)

    async with http_server(APP, "127.0.0.1", 0):
        during = signal.getsignal(signal.SIGTERM)

    assert before == during


HEAD = b"POST / HTTP/1.1\r\nhost: bot\r\n"
HALVES = [b"", HEAD, HEAD + b"content-length: 9\r\n\r\nhalf"]


@pytest.mark.parametrize("half", HALVES, ids=["nothing", "half a head", "half a body"])
async def test_a_request_that_does_not_come_whole(half, caplog):
    """It is waited for so long, then the connection is cut, counted and logged."""
    cut = []
    guard = ConnectionGuard(cut.append, seconds=0.05)
    async with http_server(APP, "127.0.0.1", 0, guard=guard) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(half)
        with suppress(ConnectionError):
            await reader.read()
        writer.close()

    assert ["slow"] == cut
    assert ["connections-cut"] == [r.message for r in caplog.records]


async def test_a_crowd_shuts_nobody_out():
    """Of too many connections without a request the oldest are cut, and a request is answered."""
    cut = []
    guard = ConnectionGuard(cut.append, most=5)
    async with http_server(APP, "127.0.0.1", 0, guard=guard) as port:
        crowd = [await asyncio.open_connection("127.0.0.1", port) for _ in range(20)]
        async with httpx.AsyncClient() as client:
            answers = [await client.get(f"http://127.0.0.1:{port}/") for _ in range(3)]
        for _, writer in crowd:
            writer.close()

    assert [200] * 3 == [answer.status_code for answer in answers]
    assert ["crowd"] * 16 == cut[:16]


async def test_halves_do_not_fill_the_memory():
    """What unfinished requests hold together is bounded too: the oldest are cut."""
    cut = []
    guard = ConnectionGuard(cut.append, most_bytes=250_000)
    half = HEAD + b"content-length: 900000\r\n\r\n" + bytes(100_000)
    async with asyncio.timeout(5), http_server(APP, "127.0.0.1", 0, guard=guard) as port:
        crowd = [await asyncio.open_connection("127.0.0.1", port) for _ in range(5)]
        for _, writer in crowd:
            writer.write(half)
        for reader, _ in crowd[:3]:
            with suppress(ConnectionError):
                await reader.read()
        async with httpx.AsyncClient() as client:
            answer = await client.get(f"http://127.0.0.1:{port}/")
        for _, writer in crowd:
            writer.close()

    assert 200 == answer.status_code
    assert ["crowd"] * 3 == cut


ASKED = b"GET / HTTP/1.1\r\nhost: bot\r\n\r\n"


async def test_a_second_request_that_does_not_come_whole():
    """A connection that was answered before is cut like a new one."""
    cut = []
    guard = ConnectionGuard(cut.append, seconds=0.05)
    async with asyncio.timeout(30), http_server(APP, "127.0.0.1", 0, guard=guard) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ASKED)
        await reader.readuntil(b"hello")
        writer.write(HEAD)
        with suppress(ConnectionError):
            await reader.read()
        writer.close()

    assert ["slow"] == cut


async def large(_request):
    return PlainTextResponse("x" * (8 << 20))


LARGE = Starlette(routes=[Route("/", large)])
UNREAD = [ASKED, ASKED * 20, ASKED.replace(b"1.1", b"1.0")]


@pytest.mark.parametrize("asked", UNREAD, ids=["once", "many at once", "the last time"])
async def test_an_answer_that_is_not_read(asked):
    """Whoever asks and takes nothing of the answer is cut, whatever they asked and how often."""
    cut, why = asyncio.Queue(), ""
    guard = ConnectionGuard(cut.put_nowait, seconds=0.2)
    async with http_server(LARGE, "127.0.0.1", 0, guard=guard) as port:
        with socket.socket() as lazy:
            lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            lazy.connect(("127.0.0.1", port))
            lazy.sendall(asked)
            async with asyncio.timeout(30):
                why = await cut.get()

    assert "slow" == why


async def slow(_request):
    await asyncio.sleep(0.3)
    return PlainTextResponse("hello")


async def test_what_is_asked_behind_another_may_take_long():
    """Of two requests that were sent at once the second is not waited for while it is answered."""
    cut = []
    guard = ConnectionGuard(cut.append, seconds=0.1)
    app = Starlette(routes=[Route("/", slow)])
    async with asyncio.timeout(30), http_server(app, "127.0.0.1", 0, guard=guard) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ASKED * 2)
        for _ in range(2):
            await reader.readuntil(b"hello")
        writer.close()

    assert [] == cut


async def test_an_answer_that_is_read_slowly():
    """Whoever takes a part of the answer in each such time gets all of it."""
    cut = []
    guard = ConnectionGuard(cut.append, seconds=1.0)
    async with http_server(LARGE, "127.0.0.1", 0, guard=guard) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 18)
        writer.write(ASKED.replace(b"1.1", b"1.0"))
        got = 0
        while chunk := await reader.read(1 << 19):
            got += len(chunk)
            await asyncio.sleep(0.1)
        writer.close()

    assert got > 8 << 20
    assert [] == cut


async def test_a_head_without_end():
    """What is no request after 64 KB never becomes one."""
    cut = []
    async with (
        asyncio.timeout(5),
        http_server(APP, "127.0.0.1", 0, guard=ConnectionGuard(cut.append)) as port,
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        with suppress(ConnectionError):
            writer.write(b"GET /")
            for _ in range(1000):
                writer.write(b"a" * 65_536)
                await writer.drain()
            await reader.read()
        writer.close()

    assert ["large"] == cut


NO_HTTP = [b"\x16\x03\x01\x00\x05hello", b"GET / HTTP/9.9\r\n\r\n", b"POST / HTTP/1.1\r\na\r\n\r\n"]


async def test_what_is_no_http_does_not_fill_the_log(caplog):
    """However much of it comes, it is one line a minute, and counted."""
    cut = []
    async with http_server(APP, "127.0.0.1", 0, guard=ConnectionGuard(cut.append)) as port:
        for nonsense in NO_HTTP * 10:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(nonsense)
            with suppress(ConnectionError):
                await reader.read()
            writer.close()

    assert ["malformed"] * 30 == cut
    assert ["connections-cut"] == [r.message for r in caplog.records]
