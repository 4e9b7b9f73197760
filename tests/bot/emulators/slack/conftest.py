"""A workspace on a socket, and an app on the real SDK connected to it."""

import asyncio

import pytest
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from bot.emulators.serve import serving
from bot.emulators.slack.api import SlackApi
from bot.emulators.slack.workspace import Workspace
from tests.bot.emulators.slack.kit import APP_TOKEN, BOT, BOT_TOKEN, FLEET, SIGNING_SECRET, App


@pytest.fixture
def workspace(clock):
    """A workspace as it starts."""
    return Workspace(clock)


@pytest.fixture
def ack_seconds():
    """How long Slack waits for an ack; tests of its impatience say less."""
    return 3.0


@pytest.fixture
def api(workspace, ack_seconds):
    """The stand-in."""
    return SlackApi(
        workspace,
        bot_token=BOT_TOKEN,
        app_token=APP_TOKEN,
        signing_secret=SIGNING_SECRET,
        ack_seconds=ack_seconds,
    )


@pytest.fixture
async def base(api):
    """The stand-in's address."""
    async with serving(api.app) as address:
        api.base_url = address
        yield address
        await api.aclose()


@pytest.fixture
def web(base):
    """The real Web API client, with the bot's token, without retries."""
    return AsyncWebClient(BOT_TOKEN, base_url=f"{base}/api/", retry_handlers=[])


@pytest.fixture
async def connect(base, api):
    """Connect another app."""
    apps = []

    async def connected():
        web = AsyncWebClient(base_url=f"{base}/api/")
        client = SocketModeClient(APP_TOKEN, web_client=web, ping_interval=1)
        app = App(client)
        client.socket_mode_request_listeners.append(app.take)
        await client.connect()
        apps.append(app)
        await api.socket.connected(len(apps))
        return app

    yield connected
    await asyncio.gather(*(app.client.close() for app in apps))


@pytest.fixture
async def app(connect):
    """One connected app."""
    return await connect()


@pytest.fixture
def said(workspace):
    """Have the bot write a message; blocks as in Block Kit."""

    def write(*blocks, text="hello", channel=FLEET, **more):
        return workspace.write(channel, BOT, text, blocks=blocks, **more)

    return write
