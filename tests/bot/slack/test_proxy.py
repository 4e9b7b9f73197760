"""Which proxy a call to Slack takes."""

import pytest

from bot.proxies import proxy_for
from bot.slack.client import SlackClient
from tests.slack_rig import BOT_TOKEN


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    """A machine behind a proxy, and nothing remembered."""
    for name in ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", "http://proxy:3128")
    monkeypatch.setenv("https_proxy", "http://proxy:3129")
    monkeypatch.setenv("no_proxy", "internal.example")
    proxy_for.cache_clear()
    yield
    proxy_for.cache_clear()


async def test_a_call_goes_by_the_proxy(slack, session, clock, monkeypatch):
    """Where the environment names a proxy, it is the proxy that is connected to."""
    monkeypatch.setenv("http_proxy", slack.base)
    client = SlackClient(session, clock, token=BOT_TOKEN, api_url="http://slack.invalid/api/")

    answer = await client.call("auth.test")

    assert answer.body["ok"]
    assert ("auth.test",) == slack.api.calls.methods()


async def test_a_stand_in_on_this_machine_is_reached_behind_a_proxy(client):
    """The demo works on a machine whose environment names a proxy for everything."""
    answer = await client.call("auth.test")

    assert answer.body["ok"]
