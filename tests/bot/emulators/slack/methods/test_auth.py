"""apps.connections.open."""

from slack_sdk.web.async_client import AsyncWebClient

from tests.bot.emulators.slack.kit import APP_TOKEN


async def test_each_connection_gets_its_own_address(base):
    """Two calls give two WebSocket addresses on this server."""
    web = AsyncWebClient(base_url=f"{base}/api/")
    one = (await web.apps_connections_open(app_token=APP_TOKEN))["url"]
    two = (await web.apps_connections_open(app_token=APP_TOKEN))["url"]

    assert one != two
    assert one.startswith(base.replace("http://", "ws://"))
