"""The page over a workspace, asked as a browser on this machine asks."""

from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.applications import Starlette

from bot.demo.controls import Controls, DeliveryControl, KoreControl
from bot.demo.page.page import page_routes
from bot.demo.stories.story import all_stories
from bot.demo.subprocesses import BotDidNotStart
from bot.emulators.kore.api import KoreApi
from bot.emulators.slack.api import SlackApi
from bot.emulators.slack.delivery import Ack
from bot.emulators.slack.workspace import Workspace

HERE = "http://127.0.0.1:8080"


class App:
    """The app at the other end: keeps what is delivered, answers with `ack`."""

    def __init__(self):
        self.delivered = []
        self.ack = Ack(None, 0.01)

    def response_url(self, ticket):
        return f"http://127.0.0.1:1/response/{ticket}"

    async def hand_over(self, kind, payload):
        self.delivered.append((kind, payload))
        return self.ack

    def emit(self, event):
        self.delivered.append(("events_api", event))

    @property
    def last(self):
        return self.delivered[-1][1]


class Bots:
    """Two bots of which the second never starts."""

    def __init__(self):
        self.done = []

    def state(self):
        return [{"number": 1, "pid": 7, "running": True}]

    def kill(self, number=1):
        self.done.append(("kill", {1: 1, 2: 2}[number]))

    async def start(self, number=1):
        if number == 2:
            raise BotDidNotStart
        self.done.append(("start", {1: 1}[number]))


@asynccontextmanager
async def browser_of(page):
    """Open an ASGI app of a page in a browser."""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(page), base_url=HERE, headers={"Origin": HERE}
    ) as client:
        yield client


@pytest.fixture
def workspace(clock):
    """A workspace as it starts."""
    return Workspace(clock)


@pytest.fixture
def kore(clock):
    """The stand-in for KORE's API."""
    return KoreApi(clock, stories=all_stories())


@pytest.fixture
def controls(workspace, kore):
    """All that the page can change."""
    slack = SlackApi(workspace, bot_token="xoxb", app_token="xapp", signing_secret="s")
    delivery = DeliveryControl(slack.dispatcher)
    return Controls(
        workspace, KoreControl(kore.faults), kore.events, delivery, Bots(), slack.faults
    )


@pytest.fixture
def app(workspace, controls):
    """The app that the workspace delivers to, in place of the stand-in's own link."""
    workspace.link = App()
    return workspace.link


@pytest.fixture
def page(controls):
    """The page's own ASGI app."""
    return Starlette(routes=page_routes(controls, stories=all_stories()))


@pytest.fixture
async def browser(page):
    """A browser that has the page open."""
    async with browser_of(page) as client:
        yield client
