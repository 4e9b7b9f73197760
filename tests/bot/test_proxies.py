"""Which proxy a request takes."""

import pytest

from bot.proxies import origin_of, proxy_for

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
