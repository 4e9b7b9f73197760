"""A real browser whose complaints are kept: errors, warnings, broken policy, failed requests."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

REQUIRED = "SIMSESSIONS_REQUIRE_ALL"
# the shell has no windows to draw, so it starts and opens pages at half the cost
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 30_000
NOTHING = "/static/icon.svg"  # at each address, and without a script
SIZES = {"desk": (1360, 900), "phone": (390, 844)}


def chromium() -> str:
    """Find the browser; without one skip, or fail where everything is required."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        message = f"No browser: install chromium (Debian: apt-get install {NAMES[0]})."
        if os.environ.get(REQUIRED):
            pytest.fail(message)
        pytest.skip(message)
    return found


class SharedBrowser:
    """One browser whose contexts, and so their caches, are used again.

    So are pages of an address that stays: another document costs a third of another page, whose
    process is new and has read no script yet.
    """

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self._contexts: dict[str, BrowserContext] = {}
        self._spare: dict[tuple[BrowserContext, str], list[Page]] = {}

    async def context(self, size: str, **options: Any) -> BrowserContext:
        """Return the context of a window size and options."""
        key = repr((size, options))
        if key not in self._contexts:
            width, height = SIZES[size]
            options = {"locale": "en-GB", "timezone_id": "UTC"} | options
            viewport = {"width": width, "height": height}
            made = await self.browser.new_context(viewport=viewport, **options)  # type: ignore[arg-type]
            made.set_default_timeout(PATIENCE_MS)
            self._contexts[key] = made
        return self._contexts[key]

    async def page(self, context: BrowserContext, address: str) -> Page:
        """Return a page of a context, one that was at this address before if there is one."""
        spare = self._spare.get((context, address))
        return spare.pop() if spare else await context.new_page()

    async def done(self, page: Page, address: str) -> None:
        """Take back a page: its scripts have ended, and what it points at is nothing."""
        await page.mouse.move(0, 0)
        await page.goto(f"{address}{NOTHING}")
        self._spare.setdefault((page.context, address), []).append(page)


@asynccontextmanager
async def launched_browser() -> AsyncIterator[SharedBrowser]:
    """Run a browser without a screen."""
    path = chromium()
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield SharedBrowser(launched)
        await launched.close()


class Window:
    """Opens pages and keeps what they complain of.

    Those at an address that stays are given back at the end, all others are closed.
    """

    def __init__(self, browser: SharedBrowser, stays: str | None = None) -> None:
        self.complaints: list[str] = []
        self._browser = browser
        self._stays = stays
        self._pages: list[Page] = []

    async def blank(self, *, size: str = "desk", **options: object) -> Page:
        """Open an empty page."""
        context = await self._browser.context(size, **options)
        page = await self._browser.page(context, self._stays or "")
        self._pages.append(page)
        for event, heard in self._listeners():
            page.on(event, heard)
        return page

    async def open(self, url: str, *, size: str = "desk", **options: object) -> Page:
        """Open an address and wait until the page is ready."""
        page = await self.blank(size=size, **options)
        await page.goto(url)
        await page.wait_for_selector("body[data-ready]")
        return page

    def forgive(self, *words: str) -> None:
        """Forget the complaints that a test brought about."""
        self.complaints = [said for said in self.complaints if not any(w in said for w in words)]

    async def close(self) -> None:
        """Close all pages."""
        for page in self._pages:
            await page.context.unroute_all()
            if self._stays and page.url.startswith(self._stays) and not page.is_closed():
                await page.unroute_all()
                for event, heard in self._listeners():
                    page.remove_listener(event, heard)
                await self._browser.done(page, self._stays)
            else:
                await page.close()

    def _listeners(self) -> Iterator[tuple[Any, Any]]:
        yield "console", self._console
        yield "pageerror", self._error
        yield "requestfailed", self._failed

    def _error(self, error: Any) -> None:
        self.complaints.append(str(error))

    def _console(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.type}: {message.text}")

    def _failed(self, request: Any) -> None:
        if not request.url.split("?")[0].endswith("/page/changes"):
            self.complaints.append(f"failed: {request.url} {request.failure}")


@asynccontextmanager
async def opened_window(browser: SharedBrowser, stays: str | None = None) -> AsyncIterator[Window]:
    """Return a window whose pages are gone at the end, before their server; none complained.

    `stays` is an address whose pages may be used again.
    """
    window = Window(browser, stays)
    yield window
    await window.close()

    assert [] == window.complaints
