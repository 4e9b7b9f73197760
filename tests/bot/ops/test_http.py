"""/healthz, /readyz and /metrics."""

import signal
import socket

import aiohttp
import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.ops.http import health_routes, http_server
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


async def test_signals_are_left_alone():
    """Whoever runs the loop keeps the signal handlers."""
    before = signal.getsignal(signal.SIGTERM)

    async with http_server(APP, "127.0.0.1", 0):
        during = signal.getsignal(signal.SIGTERM)

    assert before == during
