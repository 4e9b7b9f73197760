"""A workspace with its page and no bot: tests post messages and read what the app gets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.clock import SystemClock
from bot.demo.controls import Controls, KoreControl
from bot.demo.page.page import page_routes
from bot.demo.stories.story import all_stories
from bot.emulators.kore.api import KoreApi
from bot.emulators.slack.delivery import Ack
from bot.emulators.slack.people import BOT
from bot.emulators.slack.state import Change
from bot.emulators.slack.workspace import Workspace
from tests.e2e.browser_rig import PATIENCE_MS

SHORTCUTS = (
    {"name": "Look up SIMs", "type": "message", "callback_id": "look", "description": "Here"},
    {"name": "New watch", "type": "global", "callback_id": "watch", "description": "Anywhere"},
)
DOMAIN = "example.com"


class Bots:
    """One bot that is no process."""

    def __init__(self, workspace):
        self.runs = True
        self._workspace = workspace

    def state(self):
        return [{"number": 1, "pid": 4711 if self.runs else None, "running": self.runs}]

    def kill(self, number=1):
        self._become(number, runs=False)

    async def start(self, number=1):
        self._become(number, runs=True)

    def _become(self, number, *, runs):
        assert number == 1
        self.runs = runs
        self._workspace.publish(Change("bots", {"bots": self.state()}))


class App:
    """The app at the other end: keeps what is delivered to it, answers with `ack`."""

    def __init__(self):
        self.delivered: list[tuple[str, Any]] = []
        self.ack = Ack(None, 0.01)
        self.on: dict[str, Any] = {}
        self._news = asyncio.Event()

    def response_url(self, ticket):
        return f"http://127.0.0.1:1/response/{ticket}"

    async def hand_over(self, kind, payload):
        self._keep(kind, payload)
        if payload.get("type", kind) in self.on:
            self.on[payload.get("type", kind)](payload)
        return self.ack

    def emit(self, event):
        self._keep("events_api", event)

    def _keep(self, kind, payload):
        self.delivered.append((kind, payload))
        self._news.set()

    async def wait_for(self, part, count=1):
        """Wait until so much of something was delivered, and return it."""
        async with asyncio.timeout(PATIENCE_MS / 1000):
            while len(part(self)) < count:
                self._news.clear()
                await self._news.wait()
        return part(self)

    def events(self, kind):
        """The events of one type so far."""
        return [
            each for way, each in self.delivered if way == "events_api" and each["type"] == kind
        ]

    @property
    def actions(self):
        """What was clicked so far."""
        return [a for _, payload in self.delivered for a in payload.get("actions", ())]

    def of(self, kind):
        """The payloads of one kind so far."""
        return [payload for _, payload in self.delivered if payload.get("type") == kind]


@dataclass
class Sandbox:
    """A workspace, and who is at the other ends."""

    workspace: Workspace
    app: App
    kore: KoreApi
    bots: Bots

    def post(self, *blocks: dict[str, Any], text: str = "hello", **more: object) -> Any:
        """Have the app write into #fleet-ops."""
        place = self.workspace.channel(str(more.pop("channel", "fleet-ops"))).id
        return self.workspace.write(place, BOT.id, text, blocks=blocks, **more)

    def at(self, user: str = "ana", channel: str = "fleet-ops") -> str:
        """Return the page's path as somebody in a channel."""
        return f"/?as={user}&in={channel}"


class SharedAddress:
    """One address for the pages of all tests, so that the browser keeps their scripts.

    `app` is the page of the moment.
    """

    url: str

    def __init__(self) -> None:
        self.app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if self.app:
            await self.app(scope, receive, send)


@asynccontextmanager
async def opened_sandbox(shared: SharedAddress) -> AsyncIterator[Sandbox]:
    """Serve a new workspace's page at an address that others had before."""
    clock = SystemClock()
    workspace = Workspace(clock, shortcuts=SHORTCUTS, unfurl_domains=(DOMAIN,))
    workspace.link = app = App()
    kore, bots = KoreApi(clock, stories=all_stories()), Bots(workspace)
    controls = Controls(workspace, KoreControl(kore.faults), kore.events, None, bots)
    shared.app = Starlette(routes=page_routes(controls, stories=all_stories()))
    yield Sandbox(workspace, app, kore, bots)
    workspace.close()
