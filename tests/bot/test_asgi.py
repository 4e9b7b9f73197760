"""Requests to the few paths of a bot, over its own HTTP server."""

import httpx
import pytest

from bot.asgi import TEXT, Response, Router
from bot.ops.http import http_server

APP = Router(
    {"/ok": ("GET", Response("fine", headers=TEXT)), "/in": ("POST", Response(b"\xff", 202))}
)
TABLE = (
    ("GET", "/ok", 200, b"fine"),
    ("GET", "/ok/?probe=1", 200, b"fine"),
    ("HEAD", "/ok", 200, b""),
    ("POST", "/in", 202, b"\xff"),
    ("POST", "/ok", 405, b"Method Not Allowed"),
    ("HEAD", "/in", 405, b""),
    ("GET", "/", 404, b"Not Found"),
    ("GET", "/ok/more", 404, b"Not Found"),
)


@pytest.mark.parametrize(("method", "path", "status", "body"), TABLE)
async def test_a_path_and_its_method(method, path, status, body):
    """The app of a path answers what it takes; the rest is 404 or 405, and says what is taken."""
    async with http_server(APP, "127.0.0.1", 0) as port, httpx.AsyncClient() as client:
        answer = await client.request(method, f"http://127.0.0.1:{port}{path}")

    allow = {"/ok": "GET, HEAD", "/in": "POST"}[path] if status == 405 else None
    assert (status, body) == (answer.status_code, answer.content)
    assert allow == answer.headers.get("allow")
    if body == b"fine":
        assert ("4", TEXT["content-type"]) == (
            answer.headers["content-length"],
            answer.headers["content-type"],
        )
