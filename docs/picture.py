"""Takes the picture of README.md: the demo's page after somebody typed, in a real browser.

PYTHONPATH=. .venv/bin/python docs/picture.py [/usr/bin/chromium]
"""

import asyncio
import shutil
import sys
from pathlib import Path

from playwright.async_api import async_playwright

from bot.sandbox.run import COMMAND, running_demo

PICTURE = Path(__file__).parent / "answer.png"
TYPED = f"{COMMAND} pump-7"
SIZE = {"width": 1120, "height": 1150}


async def main(chromium: str) -> None:
    """Type, wait for the answer's last button, and keep what is seen."""
    async with running_demo() as demo, async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = await browser.new_page(viewport=SIZE, color_scheme="light", locale="en-US")
        await page.goto(demo.url)
        await page.get_by_text("This is the very beginning of").wait_for()
        box = page.get_by_role("textbox")
        await box.fill(TYPED)
        await box.press("Enter")
        await page.get_by_text("Share to channel").wait_for()
        await page.wait_for_timeout(300)  # fonts and the scroll to the answer
        await page.screenshot(path=PICTURE)
        await browser.close()


if __name__ == "__main__":
    given = sys.argv[1:] or [shutil.which("chromium") or "chromium"]
    asyncio.run(main(given[0]))
