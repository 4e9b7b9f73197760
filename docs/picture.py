"""Takes the pictures of README.md: the demo's page in a real browser, and a timeline.

PYTHONPATH=. .venv/bin/python docs/picture.py [/usr/bin/chromium]
"""

import asyncio
import shutil
import sys
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from bot.demo.run import running_demo
from bot.demo.stage import COMMAND

HERE = Path(__file__).parent
WIDTH = 1120
ROAMING = "truck-42"


async def main(chromium: str) -> None:
    """Take one after the other."""
    async with running_demo() as demo, async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        await shot(browser, f"{demo.url}/?as=ana", "pump-7", 1150, "answer.png")
        await shot(browser, f"{demo.url}/?as=ben", f"history {ROAMING} 7", 1440, "history.png")
        await browser.close()
        report = await demo.bot.services.sessions.look_up(ROAMING)
        drawn = await demo.bot.services.renderer.timeline(report)
        (HERE / "timeline.png").write_bytes(drawn)


async def shot(browser: Browser, url: str, typed: str, height: int, name: str) -> None:
    """Type, wait for the answer's buttons, and keep what is seen."""
    size = {"width": WIDTH, "height": height}
    page = await browser.new_page(viewport=size, color_scheme="light", locale="en-US")
    await page.goto(url)
    await page.get_by_text("This is the very beginning of").wait_for()
    box = page.get_by_role("textbox")
    await box.fill(f"{COMMAND} {typed}")
    await box.press("Enter")
    await page.get_by_role("article").locator(".button").last.wait_for()
    await page.wait_for_timeout(300)  # fonts and the scroll to the answer
    await page.screenshot(path=HERE / name)
    await page.close()


if __name__ == "__main__":
    given = sys.argv[1:] or [shutil.which("chromium") or "chromium"]
    asyncio.run(main(given[0]))
