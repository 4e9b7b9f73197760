"""The HTTP server inside the running loop."""

import signal
import socket

import aiohttp
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.ops.http_server import http_server


async def hello(_request):
    return PlainTextResponse("hello")


APP = Starlette(routes=[Route("/", hello)])


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_it_serves_while_the_block_runs(host):
    """
    It answers on the port it gives, and no longer after the block.
    """
    address = f"[{host}]" if ":" in host else host
    async with http_server(APP, host, 0) as port, aiohttp.ClientSession() as session:
        response = await session.get(f"http://{address}:{port}/")
        text = await response.text()

    assert "hello" == text
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((host, port), timeout=1)


async def test_a_taken_port_is_told():
    """
    A port in use is an OSError before anything runs.
    """
    async with http_server(APP, "127.0.0.1", 0) as port:
        second = http_server(APP, "127.0.0.1", port)

        with pytest.raises(OSError, match="in use"):
            await second.__aenter__()


async def test_signals_are_left_alone():
    """
    Whoever runs the loop keeps the signal handlers.
    """
    before = signal.getsignal(signal.SIGTERM)

    async with http_server(APP, "127.0.0.1", 0):
        during = signal.getsignal(signal.SIGTERM)

    assert before == during
