"""The box to type in, while the page is still being read."""

import asyncio

from playwright.async_api import expect


async def test_nothing_can_be_typed_before_the_page_knows_where(window, sandbox, address):
    """Until the channels are there the box is closed: what is typed too early would be lost."""
    held = asyncio.Event()
    page = await window.blank()

    async def hold(route):
        await held.wait()
        await route.continue_()

    await page.route("**/page/state*", hold)
    await page.goto(f"{address.url}{sandbox.at()}")
    box = page.locator("#composer")
    await expect(box).to_be_disabled()
    held.set()
    await expect(box).to_be_enabled()
    await box.fill("hello")
    await box.press("Enter")

    await expect(page.get_by_role("article")).to_contain_text("hello")
    await page.close()
