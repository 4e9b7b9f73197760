"""/healthz, /readyz and /metrics."""

import httpx
import pytest
from starlette.applications import Starlette

from bot.ops.health import health_routes
from bot.ops.metrics import Metrics


async def get(path, reasons=(), notes=()):
    async def why_not():
        return reasons

    app = Starlette(routes=health_routes(why_not, lambda: notes, Metrics()))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
        return await client.get(path)


async def test_alive():
    """
    /healthz says ok whatever else is wrong: the loop turns.
    """
    response = await get("/healthz", ("draining",))

    assert (200, "ok") == (response.status_code, response.text)


@pytest.mark.parametrize(
    ("reasons", "status", "ready"), [((), 200, True), (("draining", "socket"), 503, False)]
)
async def test_ready(reasons, status, ready):
    """
    /readyz is 200 when nothing stands in the way, else 503 with what does.
    """
    response = await get("/readyz", reasons)

    assert status == response.status_code
    assert {"ready": ready, "reasons": list(reasons), "notes": []} == response.json()


async def test_ready_with_a_note():
    """
    What is amiss but stands in nobody's way is told, and the bot stays ready.
    """
    response = await get("/readyz", notes=("store: gone",))

    assert 200 == response.status_code
    assert {"ready": True, "reasons": [], "notes": ["store: gone"]} == response.json()


async def test_counted():
    """
    /metrics is Prometheus's text.
    """
    response = await get("/metrics")

    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "# TYPE simsessions_requests_total counter" in response.text
