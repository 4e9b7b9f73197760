"""A real browser, whose every complaint is heard."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

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
PATIENCE_MS = 20_000
SIZES = {"desk": (1360, 900), "phone": (390, 844)}


def chromium() -> str:
    """Find the browser; without one skip, or fail where everything is required."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        message = "No browser: install chromium (Debian: apt-get install chromium)."
        if os.environ.get(REQUIRED):
            pytest.fail(message)
        pytest.skip(message)
    return found


@asynccontextmanager
async def launched_browser() -> AsyncIterator[Browser]:
    """Run a browser without a screen."""
    path = chromium()
    expect.set_options(timeout=PATIENCE_MS)
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
    """Return windows that are closed at the end, before their server, and must not complain."""
    window = Window(browser)
    yield window
    await window.close()

    assert [] == window.complaints
