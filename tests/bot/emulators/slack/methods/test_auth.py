"""apps.connections.open and api.test."""

from slack_sdk.web.async_client import AsyncWebClient

from tests.bot.emulators.slack.kit import APP_TOKEN, ask_json


async def test_each_connection_gets_its_own_address(base):
    """
    Two calls give two WebSocket addresses on this server.
    """
    web = AsyncWebClient(base_url=f"{base}/api/")
    one = (await web.apps_connections_open(app_token=APP_TOKEN))["url"]
    two = (await web.apps_connections_open(app_token=APP_TOKEN))["url"]

    assert one != two
    assert one.startswith(base.replace("http://", "ws://"))


async def test_without_a_token_the_server_can_be_tried(base):
    """
    api.test gives back what it was sent.
    """
    answer = await ask_json(f"{base}/api/api.test?foo=bar", "GET")

    assert {"ok": True, "args": {"foo": "bar"}} == answer
