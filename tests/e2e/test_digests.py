"""A digest of every minute: made, seen, told of a change, paused, resumed, previewed, removed."""

from playwright.async_api import expect

from bot.demo.run import running_demo
from tests.e2e.asking import ask, button, fate
from tests.e2e.windows import opened_window

NAME, SIMS = "Stories", "gateway-3, truck-42, pump-7, well-1, well-2, well-3, well-4, well-5"
NEXT_MS = 90_000  # the next full minute, and the scan


async def made(page):
    """Fill in the form and send it off."""
    await page.locator("#composer").fill("/simsessions digest add")
    await page.locator("#composer").press("Enter")
    form = page.get_by_role("dialog", name="New digest")
    await form.get_by_label("Name", exact=True).fill(NAME)
    await form.get_by_label("Which SIMs").select_option(label="A pasted list")
    await form.get_by_label("SIMs", exact=True).fill(SIMS)
    await form.get_by_label("How often").select_option(label="By a cron line")
    await form.get_by_label("Cron line").fill("* * * * *")
    await form.get_by_role("button", name="Save").click()
    await expect(form).to_contain_text("every minute")
    await form.get_by_role("button", name="Close").last.click()


def posted(page):
    """The digests in the channel so far."""
    return page.get_by_role("article", name=f"simsessions: {NAME}, ")


async def test_a_digest_tells_each_minute_what_changed(browser):
    """
    It is made in a window and seen; a SIM falls silent, and the next one says so.
    """
    async with running_demo() as demo, opened_window(browser) as windows:
        page = await windows.open(f"{demo.url}/?as=ana&in=fleet-ops")
        await made(page)
        await ask(page, f"/simsessions digest now {NAME}")
        await expect(posted(page).first).to_contain_text("without a warning", timeout=NEXT_MS)
        await fate(page, "gateway-3", "Fall silent: the session ends")

        await expect(posted(page).nth(1)).to_contain_text("1 went silent", timeout=NEXT_MS)
        await expect(posted(page).nth(1)).to_contain_text("went silent gateway-3")


async def press(page, label):
    """List the digests of the channel and press a button of the only one.

    The newest of its kind: each minute a digest may come between a list and the one before it.
    """
    await ask(page, "/simsessions digest list")
    await button(page, label).last.click()


async def test_a_digest_is_paused_resumed_previewed_and_removed(browser):
    """
    Each is a button of the list; a preview comes to the asker directly, and to remove asks first.
    """
    async with running_demo() as demo, opened_window(browser) as windows:
        page = await windows.open(f"{demo.url}/?as=ana&in=fleet-ops")
        await made(page)
        for label, done in (("Pause", "@ana paused the digest"), ("Resume", "@ana resumed the")):
            await press(page, label)
            await expect(page.get_by_text(done)).to_be_visible()
        await press(page, "Preview")
        await page.locator(".notice", has_text=f"Preview: {NAME}").click()
        preview = page.get_by_role("article", name=f"Preview: {NAME}")
        await expect(preview).to_contain_text("SIMs without a warning")
        await page.get_by_role("button", name="fleet-ops").click()
        await press(page, "Remove")
        await page.get_by_role("dialog").get_by_role("button", name="Remove").click()
        await expect(page.get_by_text("@ana removed the digest")).to_be_visible()
        shown = await ask(page, "/simsessions digest list")

        await expect(shown).not_to_contain_text(NAME)
