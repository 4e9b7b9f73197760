"""What a person does on the demo's page: ask, press, choose, reply."""

import asyncio
import contextlib
import re

from playwright.async_api import TimeoutError as PlaywrightTimeoutError
from playwright.async_api import expect

from tests.e2e.browser_rig import PATIENCE_MS


async def ask(page, text):
    """Type a command; return the answer as it is drawn."""
    async with answered(page, "command") as ticket:
        await page.locator("#composer").fill(text)
        await page.locator("#composer").press("Enter")
    return await with_ticket(page, await ticket())


async def press(page, pressed):
    """Press a button; return the new message that comes of it."""
    async with answered(page, "click") as ticket:
        await pressed.click()
    return await with_ticket(page, await ticket())


@contextlib.asynccontextmanager
async def answered(page, action):
    """Yield what returns the ticket of what the block does: its answers name it too."""

    async def ticket():
        return (await (await response.value).json())["ticket"]

    async with page.expect_response(f"**/page/{action}") as response:
        yield ticket


async def with_ticket(page, ticket):
    """Wait for the newest message with this ticket; others may come meanwhile, or late."""
    answer = page.locator(f'article[data-ticket="{ticket}"]').last
    await expect(answer).to_be_visible()
    return answer


def button(answer, caption):
    """The button with this caption; its accessible name may say more."""
    return answer.locator(".button", has_text=re.compile(rf"^{caption}↗?$"))


@contextlib.asynccontextmanager
async def change(demo, kind):
    """Wait at the end of the block until something of this kind changed in the workspace."""
    with demo.workspace.subscribe() as changes:
        yield
        async with asyncio.timeout(PATIENCE_MS / 1000):
            async for one in changes:
                if one.kind == kind:
                    return


async def choose(page, article, item):
    """Choose from the menu of a message; one that is drawn anew meanwhile has closed its menu."""
    chosen = page.get_by_role("menuitem", name=item).locator("visible=true")
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while True:
            await article.hover()
            await article.get_by_role("button", name="About this message").click()
            with contextlib.suppress(PlaywrightTimeoutError):
                await chosen.click(timeout=PATIENCE_MS / 10)
                return


async def reply_in_thread(page, article, text):
    """Answer a message in its thread."""
    await choose(page, article, "Reply in thread")
    box = page.get_by_label("Reply in thread", exact=True)
    await box.fill(text)
    await box.press("Enter")


async def trigger(page, sim, event):
    """Let an event happen to a SIM, by the menu beside its story."""
    await page.get_by_role("button", name=f"Let something happen to {sim}", exact=True).click()
    await page.get_by_role("menuitem", name=event).locator("visible=true").click()
    await expect(page.get_by_role("status").filter(has_text="✓").last).to_be_visible()
