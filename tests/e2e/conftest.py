"""One browser for all tests, and pages in it: without the bot, and of the whole demo.

Without a browser the tests are skipped; with SIMSESSIONS_REQUIRE_ALL in the environment that is a
failure. What a page complains of makes its test fail.
"""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page
from pytest_asyncio import is_async_test

from bot.demo.run import Demo, Stage, running_demo
from bot.emulators.serve import serving
from bot.emulators.slack.people import ANA
from tests.e2e.browser_rig import SharedBrowser, Window, launched_browser, opened_window
from tests.e2e.workspace_rig import Sandbox, SharedAddress, opened_sandbox


def pytest_collection_modifyitems(items):
    """Let all of these tests share one loop, so that they can share one browser."""
    here = str(Path(__file__).parent) + os.sep
    for item in items:
        if str(item.path).startswith(here) and is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[SharedBrowser]:
    """One browser for all tests."""
    async with launched_browser() as launched:
        yield launched


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def address() -> AsyncIterator[SharedAddress]:
    """One address for the pages of all tests."""
    shared = SharedAddress()
    async with serving(shared, patience=0) as shared.url:
        yield shared


@pytest_asyncio.fixture(loop_scope="session")
async def sandbox(address) -> AsyncIterator[Sandbox]:
    """A new workspace with its page."""
    async with opened_sandbox(address) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def window(browser, address, sandbox) -> AsyncIterator[Window]:
    """Windows of the browser, closed before the sandbox is."""
    async with opened_window(browser, address.url) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def page(window, sandbox) -> Page:
    """The page, opened by Ana in #fleet-ops of an empty workspace."""
    return await window.open(sandbox.at())


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def demo() -> AsyncIterator[Demo]:
    """The demo, in this loop; a test asks more in a minute than a person may."""
    async with running_demo(settings={"SIMSESSIONS_LOOKUPS_PER_MINUTE": "10000"}) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def shown(browser, address) -> Callable[[Stage], AbstractAsyncContextManager[Window]]:
    """Shows a demo's page in windows that are closed before the demo ends."""

    @asynccontextmanager
    async def of(demo: Stage) -> AsyncIterator[Window]:
        address.app = demo.page
        async with opened_window(browser, address.url) as opened:
            yield opened

    return of


@pytest_asyncio.fixture(loop_scope="session")
async def windows(shown, demo) -> AsyncIterator[Window]:
    """Windows on the demo, closed before it ends."""
    async with shown(demo) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def ana(windows, demo) -> Page:
    """The demo's page, opened by Ana in #fleet-ops; nothing of an earlier test is in the way.

    What was said to others in other tests would be drawn again each time.
    """
    for message in demo.workspace.messages.all():
        demo.workspace.messages.remove(message.ts)
    while demo.workspace.views.top(ANA.id):
        await demo.workspace.close_view(ANA.id)
    return await windows.open()
