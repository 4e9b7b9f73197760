"""A workspace with its page and no bot: messages are posted by hand, and what is done is kept."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette

from bot.clock import SystemClock
from bot.sandbox.kore_api.faults import Faults
from bot.sandbox.page.deed import Scene
from bot.sandbox.page.kore_side import FaultyKore
from bot.sandbox.page.page import page_routes
from bot.sandbox.serve import serving
from bot.sandbox.slack_api.delivery import Ack
from bot.sandbox.slack_api.people import BOT
from bot.sandbox.slack_api.workspace import Workspace
from bot.sandbox.stories.story import all_stories
from tests.e2e.windows import PATIENCE_MS


class App:
    """The app at the other end, as a test wants it: keeps what it is handed, answers `ack`."""

    def __init__(self):
        self.seen: list[tuple[str, Any]] = []
        self.ack = Ack(None, 0.01)
        self.on: dict[str, Any] = {}
        self._news = asyncio.Condition()

    def response_url(self, ticket):
        return f"http://127.0.0.1:1/response/{ticket}"

    async def hand_over(self, kind, payload):
        await self._tell(kind, payload)
        if payload.get("type", kind) in self.on:
            self.on[payload.get("type", kind)](payload)
        return self.ack

    def emit(self, event):
        self.seen.append(("events_api", event))

    async def _tell(self, kind, payload):
        async with self._news:
            self.seen.append((kind, payload))
            self._news.notify_all()

    async def told(self, part, count=1):
        """Wait until so much of something was handed over, and give it."""
        async with asyncio.timeout(PATIENCE_MS / 1000), self._news:
            await self._news.wait_for(lambda: len(part(self)) >= count)
        return part(self)

    @property
    def actions(self):
        """What was clicked so far."""
        return [a for _, payload in self.seen for a in payload.get("actions", ())]

    def of(self, kind):
        """The payloads of one kind so far."""
        return [payload for _, payload in self.seen if payload.get("type") == kind]


@dataclass
class Sandbox:
    """A workspace, its page's address, and who is at the other ends."""

    url: str
    workspace: Workspace
    app: App
    faults: Faults

    def post(self, *blocks: dict[str, Any], text: str = "hello", **more: object) -> Any:
        """Have the app write into #fleet-ops."""
        place = self.workspace.channel(str(more.pop("channel", "fleet-ops"))).id
        return self.workspace.write(place, BOT.id, text, blocks=blocks, **more)

    def at(self, user: str = "ana", channel: str = "fleet-ops") -> str:
        """Give the page's address as somebody in a channel."""
        return f"{self.url}/?as={user}&in={channel}"


@asynccontextmanager
async def opened_sandbox() -> AsyncIterator[Sandbox]:
    """Serve a new workspace's page."""
    clock = SystemClock()
    workspace, faults = Workspace(clock), Faults(clock)
    workspace.link = app = App()
    routes = page_routes(Scene(workspace, FaultyKore(faults)), stories=all_stories())
    async with serving(Starlette(routes=routes)) as url:
        yield Sandbox(url, workspace, app, faults)
        workspace.close()
