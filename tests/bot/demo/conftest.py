"""The page over a workspace, asked as a browser on this machine asks."""

import httpx
import pytest
from starlette.applications import Starlette

from bot.demo.action import Scene
from bot.demo.page.kore_side import FaultyKore
from bot.demo.page.page import page_routes
from bot.demo.stories.story import all_stories
from bot.emulators.kore.faults import Faults
from bot.emulators.slack.delivery import Ack
from bot.emulators.slack.workspace import Workspace
from tests.fakes import FakeClock

HERE = "http://127.0.0.1:8080"


class App:
    """The app at the other end: keeps what it is handed, answers with `ack`."""

    def __init__(self):
        self.seen = []
        self.ack = Ack(None, 0.01)

    def response_url(self, ticket):
        return f"http://127.0.0.1:1/response/{ticket}"

    async def hand_over(self, kind, payload):
        self.seen.append((kind, payload))
        return self.ack

    def emit(self, event):
        self.seen.append(("events_api", event))

    @property
    def last(self):
        return self.seen[-1][1]


@pytest.fixture
def clock():
    """Time that only tests move."""
    return FakeClock()


@pytest.fixture
def workspace(clock):
    """A workspace as it starts."""
    return Workspace(clock)


@pytest.fixture
def app(workspace):
    """The app that the workspace delivers to."""
    workspace.link = App()
    return workspace.link


@pytest.fixture
def faults(clock):
    """The faults of KORE's stand-in."""
    return Faults(clock)


@pytest.fixture
def page(workspace, faults):
    """The page's own ASGI app."""
    routes = page_routes(Scene(workspace, FaultyKore(faults)), stories=all_stories())
    return Starlette(routes=routes)


@pytest.fixture
async def browser(page):
    """A browser that has the page open."""
    transport = httpx.ASGITransport(page)
    async with httpx.AsyncClient(
        transport=transport, base_url=HERE, headers={"Origin": HERE}
    ) as client:
        yield client
