"""A real browser whose complaints are kept: errors, warnings, broken policy, failed requests."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any, Literal
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.async_api import BrowserContext, Page, async_playwright, expect

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
CALLED_OFF = "net::ERR_ABORTED"  # by the page itself, or as an earlier app has ended
ANA = "/?as=ana&in=fleet-ops"
Scheme = Literal["light", "dark"]
SIZES = {"desk": (1360, 900), "phone": (390, 844)}
# Ends an app and begins another one in the same document, which costs a quarter of a new document.
# What would end with a document is ended: requests, streams, timers, and who listens to it.
AGAIN = """(() => {
  const { fetch, EventSource, setTimeout, setInterval } = window;
  const listen = document.addEventListener.bind(document);
  const timers = [];
  let life = new AbortController(), body, times = 0;
  listen("readystatechange", () => { body ??= document.body.cloneNode(true); });
  window.fetch = (url, options) => fetch(url, { ...options, signal: life.signal });
  window.EventSource = class extends EventSource {
    constructor(url) {
      super(url);
      life.signal.addEventListener("abort", () => this.close());
    }
  };
  window.setTimeout = (...what) => timers[timers.push(setTimeout(...what)) - 1];
  window.setInterval = (...what) => timers[timers.push(setInterval(...what)) - 1];
  document.addEventListener = (kind, heard, how) =>
    listen(kind, heard, { ...(how === true ? { capture: true } : how), signal: life.signal });
  window.endApp = () => {
    life.abort();
    life = new AbortController();
    timers.splice(0).forEach(clearTimeout);
    document.body.replaceWith(body.cloneNode());
  };
  window.beginApp = (url) => {
    history.replaceState(null, "", url);
    document.body.replaceWith(body.cloneNode(true));
    return import(`${document.querySelector("script[type=module]").src}?${times += 1}`);
  };
})();"""


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
    """One window of a browser, whose pages are used again: a new page has a process of its own."""

    def __init__(self, context: BrowserContext) -> None:
        self._context = context
        self._spare: list[Page] = []

    async def page(self) -> Page:
        """Return a page, one that was used before if there is one."""
        return self._spare.pop() if self._spare else await self._context.new_page()

    async def done(self, page: Page) -> None:
        """Take back a page, whose app has ended."""
        await page.unroute_all()
        await page.mouse.move(0, 0)
        await page.evaluate("endApp()")
        self._spare.append(page)


@asynccontextmanager
async def launched_browser() -> AsyncIterator[SharedBrowser]:
    """Run a browser without a screen."""
    path = chromium()
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        context = await launched.new_context(locale="en-GB", timezone_id="UTC")
        context.set_default_timeout(PATIENCE_MS)
        await context.add_init_script(AGAIN)
        yield SharedBrowser(context)
        await launched.close()


class Window:
    """Opens pages of an address and keeps what they complain of."""

    def __init__(self, browser: SharedBrowser, address: str) -> None:
        self.complaints: list[str] = []
        self._browser = browser
        self._address = address
        self._pages: list[Page] = []

    async def blank(self, *, size: str = "desk", scheme: Scheme = "light") -> Page:
        """Return a page without an app."""
        page = await self._browser.page()
        self._pages.append(page)
        for event, heard in self._listeners():
            page.on(event, heard)
        width, height = SIZES[size]
        await page.set_viewport_size({"width": width, "height": height})
        await page.emulate_media(color_scheme=scheme)
        return page

    async def open(self, path: str = ANA, *, size: str = "desk", scheme: Scheme = "light") -> Page:
        """Open an address, or a path of the window's own, and wait until the page is ready."""
        page = await self.blank(size=size, scheme=scheme)
        url = urljoin(self._address, path)
        if urlsplit(url).netloc == urlsplit(page.url).netloc:
            await page.evaluate("(url) => beginApp(url)", url)
        else:
            await page.goto(url)
        await page.wait_for_selector("body[data-ready]")
        return page

    def forgive(self, *words: str) -> None:
        """Forget the complaints that a test brought about."""
        self.complaints = [said for said in self.complaints if not any(w in said for w in words)]

    async def close(self) -> None:
        """Give back all pages but those that a test has closed."""
        for page in self._pages:
            await page.context.unroute_all()
            for event, heard in self._listeners():
                page.remove_listener(event, heard)
            if not page.is_closed():
                await self._browser.done(page)

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
        if request.failure != CALLED_OFF:
            self.complaints.append(f"failed: {request.url} {request.failure}")


@asynccontextmanager
async def opened_window(browser: SharedBrowser, address: str) -> AsyncIterator[Window]:
    """Return a window whose pages are given back at the end, before their server is gone.

    None of them may have complained.
    """
    window = Window(browser, address)
    yield window
    await window.close()

    assert [] == window.complaints
