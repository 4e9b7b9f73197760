"""Which proxy a call to Slack takes."""

import ssl

import pytest
import trustme

from bot.errors import SlackLost
from bot.proxies import proxy_for
from bot.slack.client import SlackClient
from bot.slack.errors import SlackUnreachable
from bot.slack.identity import identify
from tests.bot.kore.conftest import a_server
from tests.bot.kore.test_http import answering
from tests.builders import NO_SUCH_HOST
from tests.slack_rig import BOT_TOKEN

pytestmark = pytest.mark.usefixtures("behind_a_proxy")


async def test_a_call_goes_by_the_proxy(slack, session, clock, monkeypatch):
    """Where the environment names a proxy, it is the proxy that is connected to."""
    monkeypatch.setenv("http_proxy", slack.base)
    client = SlackClient(session, clock, token=BOT_TOKEN, api_url="http://slack.invalid/api/")

    answer = await client.call("auth.test")

    assert answer.body["ok"]
    assert ["auth.test"] == [call.method for call in slack.api.calls]


async def test_a_stand_in_on_this_machine_is_reached_behind_a_proxy(client):
    """The demo works on a machine whose environment names a proxy for everything."""
    answer = await client.call("auth.test")

    assert answer.body["ok"]


@pytest.mark.parametrize("status", [403, 407, 502, 503])
async def test_a_proxy_that_lets_nothing_through(session, clock, monkeypatch, status):
    """Nothing reached Slack, so nothing is in doubt; the proxy is what is named."""
    refusal = f"HTTP/1.1 {status} No\r\ncontent-length: 0\r\n\r\n".encode()
    async with a_server(answering(refusal)) as port:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{port}")
        client = SlackClient(session, clock, token=BOT_TOKEN, api_url="https://slack.invalid/api/")
        with pytest.raises(SlackUnreachable, match="the proxy in between refuses us"):
            await client.call("chat.postMessage", {"channel": "C1", "text": "hello"})


async def in_clear(_reader, writer):
    """Answer what is to be TLS in clear."""
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    writer.close()


async def test_why_slack_cannot_be_reached(session, clock, monkeypatch):
    """The start names the cause, as the log and doctor do."""
    monkeypatch.setenv("no_proxy", "*")
    mine = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(mine)

    async def said(url):
        with pytest.raises(SlackLost) as lost:
            await identify(SlackClient(session, clock, token=BOT_TOKEN, api_url=url))
        return lost.value.sentence

    async with a_server(answering(), ssl=mine) as port:
        assert "its certificate is not trusted here" in await said(f"https://127.0.0.1:{port}")
    async with a_server(in_clear) as port:
        assert "no TLS connection comes about" in await said(f"https://127.0.0.1:{port}")
    assert "its host name is not found (DNS)" in await said(f"https://{NO_SUCH_HOST}")
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    proxy_for.cache_clear()
    assert "the proxy in between fails" in await said("https://slack.invalid")
