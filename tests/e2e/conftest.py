"""A real browser, and pages whose every complaint makes the test fail.

Without a browser the tests are skipped; with SIMSESSIONS_REQUIRE_ALL in the environment that is a
failure.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect
from pytest_asyncio import is_async_test
from starlette.applications import Starlette

from bot.clock import SystemClock
from bot.sandbox.kore_api.faults import Faults
from bot.sandbox.page.kore_side import FaultyKore
from bot.sandbox.page.page import page_routes
from bot.sandbox.serve import serving
from bot.sandbox.slack_api.delivery import Ack
from bot.sandbox.slack_api.people import BOT
from bot.sandbox.slack_api.workspace import Workspace
from bot.sandbox.stories.story import all_stories

REQUIRED = "SIMSESSIONS_REQUIRE_ALL"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 10_000
SIZES = {"desk": (1360, 900), "phone": (390, 844)}


def pytest_collection_modifyitems(items):
    """Let all of these tests share one loop, so that they can share one browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents and is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


def chromium() -> str:
    """Find the browser; without one skip, or fail where everything is required."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        message = "No browser: install chromium (Debian: apt-get install chromium)."
        if os.environ.get(REQUIRED):
            pytest.fail(message)
        pytest.skip(message)
    return found


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One browser for all tests."""
    path = chromium()
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield launched
        await launched.close()


@dataclass
class Window:
    """Opens pages and hears what they complain of: errors, warnings, broken policy."""

    browser: Browser
    complaints: list[str] = field(default_factory=list)
    contexts: list[Any] = field(default_factory=list)

    async def open(self, url: str, *, size: str = "desk", **options: object) -> Page:
        """Open an address in a window of its own."""
        width, height = SIZES[size]
        told: dict[str, Any] = {"locale": "en-GB", "timezone_id": "UTC"} | options
        context = await self.browser.new_context(
            viewport={"width": width, "height": height}, **told
        )
        context.set_default_timeout(PATIENCE_MS)
        self.contexts.append(context)
        page = await context.new_page()
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("requestfailed", self._failed)
        await page.goto(url)
        await page.wait_for_selector("body[data-ready]")
        return page

    def forgive(self, *words: str) -> None:
        """Forget the complaints that a test brought about."""
        self.complaints = [said for said in self.complaints if not any(w in said for w in words)]

    async def close(self) -> None:
        """Close all windows."""
        for context in self.contexts:
            await context.close()

    def _console(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.type}: {message.text}")

    def _failed(self, request: Any) -> None:
        if not request.url.split("?")[0].endswith("/page/changes"):
            self.complaints.append(f"failed: {request.url} {request.failure}")


@asynccontextmanager
async def opened_window(browser: Browser) -> AsyncIterator[Window]:
    """Give windows that are closed at the end, before their server, and must not complain."""
    window = Window(browser)
    yield window
    await window.close()

    assert [] == window.complaints


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
    """A workspace with its page, and no bot: messages are posted by hand."""

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
    routes = page_routes(workspace, stories=all_stories(), kore_side=FaultyKore(faults))
    async with serving(Starlette(routes=routes)) as url:
        yield Sandbox(url, workspace, app, faults)
        workspace.close()


@pytest_asyncio.fixture(loop_scope="session")
async def sandbox() -> AsyncIterator[Sandbox]:
    """A new workspace with its page."""
    expect.set_options(timeout=PATIENCE_MS)
    async with opened_sandbox() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def window(browser, sandbox) -> AsyncIterator[Window]:
    """Windows of the browser."""
    async with opened_window(browser) as opened:
        yield opened


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def scripts(browser) -> AsyncIterator[Page]:
    """A page whose modules are called directly; tests leave nothing behind in it."""
    async with opened_sandbox() as quiet, opened_window(browser) as window:
        yield await window.open(quiet.at())


@pytest_asyncio.fixture(loop_scope="session")
async def page(window, sandbox) -> Page:
    """The page, opened by Ana in #fleet-ops of an empty workspace."""
    return await window.open(sandbox.at())
