"""Which proxy a request takes."""

import asyncio
import socket

import aiohttp
import pytest

from bot.proxies import origin_of, proxy_for, why_no_answer

pytestmark = pytest.mark.usefixtures("behind_a_proxy")


def test_the_environments_proxy_is_taken():
    """By scheme; a WebSocket goes as HTTP does."""
    for origin, proxy in (
        ("https://slack.com", "http://proxy:3129"),
        ("http://slack.example:8080", "http://proxy:3128"),
        ("wss://wss-primary.slack.com", "http://proxy:3129"),
        ("ws://slack.example", "http://proxy:3128"),
    ):
        assert proxy == proxy_for(origin), (origin, proxy)


def test_some_hosts_need_none():
    """This machine itself, what NO_PROXY names, and what is no URL."""
    for origin in (
        "http://127.0.0.1:8080", "http://localhost:3000", "ws://[::1]:3000",
        "https://internal.example", "not a url", "",
    ):  # fmt: skip
        assert proxy_for(origin) is None, origin


def test_the_origin_of_a_url():
    """The scheme and the host, so that few are remembered."""
    for url, origin in (
        ("https://slack.com/api/auth.test", "https://slack.com"),
        ("https://hooks.slack.com/commands/T1/2/x?y=/", "https://hooks.slack.com"),
        ("http://127.0.0.1:1", "http://127.0.0.1:1"),
    ):
        assert origin == origin_of(url), (url, origin)


async def test_why_nothing_came_back_is_said_in_words():
    """Nobody listens, nobody answers, or it hangs up: no address, and no name of a class alone."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        refused = await failure(taken.getsockname()[1])
        taken.listen()
        silent = await failure(taken.getsockname()[1])
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    async with server:
        broken = await failure(server.sockets[0].getsockname()[1])

    assert "the connection is refused" == why_no_answer(refused)
    assert "nothing came back in time" == why_no_answer(silent)
    assert "the connection broke off (ServerDisconnectedError)" == why_no_answer(broken)


async def failure(port):
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=1)) as session:
        with pytest.raises((aiohttp.ClientError, TimeoutError)) as raised:
            await session.get(f"http://127.0.0.1:{port}/")
    return raised.value
