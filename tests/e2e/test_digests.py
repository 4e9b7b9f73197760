"""A digest in the browser: made, posted when due, paused, resumed, previewed, removed."""

from time import time

from playwright.async_api import expect
from sqlalchemy import func, select, update

from bot.demo.run import running_demo
from bot.store.schema import jobs, schedules
from tests.e2e.steps import ask, button, trigger
from tests.fakes import YEARLY
from tests.waiting import until

NAME, SIMS = "Stories", "gateway-3, truck-42, pump-7, well-1, well-2, well-3, well-4, well-5"


async def made(page):
    """Fill in the form and submit it."""
    await page.locator("#composer").fill("/simsessions digest add")
    await page.locator("#composer").press("Enter")
    form = page.get_by_role("dialog", name="New digest")
    await form.get_by_label("Name", exact=True).fill(NAME)
    await form.get_by_label("Which SIMs").select_option(label="A pasted list")
    await form.get_by_label("SIMs", exact=True).fill(SIMS)
    await form.get_by_label("How often").select_option(label="By a cron line")
    await form.get_by_label("Cron line").fill(YEARLY)
    await form.get_by_role("button", name="Save").click()
    await expect(form).to_contain_text(f"by cron {YEARLY}")
    await form.get_by_role("button", name="Close").last.click()


def posted(page):
    """The digests in the channel so far."""
    return page.get_by_role("article", name=f"simsessions: {NAME}, ")


async def read(store, query):
    """Return the one value that is asked for."""
    async with store.read() as tx:
        return await tx.scalar(query)


async def is_due(demo):
    """Let the next one be due once none is under way: until then it would be skipped."""
    store, under_way = demo.bot.services.store, jobs.c.kind.in_(("digest", "scan_chunk"))
    left = select(func.count()).where(under_way, jobs.c.ended.is_(None))

    async def are_over():
        return not await read(store, left)

    await until(are_over)
    async with store.write() as tx:
        await tx.execute(update(schedules).values(next_due=int(time())))
    demo.bot.services.foreign_alerts._queue.news.set()


async def test_the_next_digest_says_what_changed(shown):
    """A digest is made in a modal and posted; a SIM falls silent, and the next one says so."""
    async with running_demo() as demo, shown(demo) as windows:
        page = await windows.open()
        await made(page)
        await ask(page, f"/simsessions digest now {NAME}")
        await expect(posted(page).first).to_contain_text("attention")
        await trigger(page, "gateway-3", "Fall silent: the session ends")
        await is_due(demo)

        await expect(posted(page).nth(1)).to_contain_text("1 went silent")
        await expect(posted(page).nth(1)).to_contain_text("went silent gateway-3")


async def press(page, label):
    """List the digests of the channel and press a button of the only one."""
    await ask(page, "/simsessions digest list")
    await button(page, label).last.click()


async def test_a_digest_is_paused_resumed_previewed_and_removed(ana):
    """Each is a button there; a preview comes as a direct message, and removing asks first."""
    await made(ana)
    for label, done in (("Pause", "@ana paused the digest"), ("Resume", "@ana resumed the")):
        await press(ana, label)
        await expect(ana.get_by_text(done)).to_be_visible()
    await press(ana, "Preview")
    await ana.locator(".notice", has_text=f"Preview: {NAME}").click()
    preview = ana.get_by_role("article", name=f"Preview: {NAME}")
    await expect(preview).to_contain_text("attention")
    await ana.get_by_role("button", name="fleet-ops").click()
    await press(ana, "Remove")
    await ana.get_by_role("dialog").get_by_role("button", name="Remove").click()
    await expect(ana.get_by_text("@ana removed the digest")).to_be_visible()
    await expect(ana.get_by_role("article", name=f"{NAME} has been removed")).to_be_visible()
    shown = await ask(ana, "/simsessions digest list")

    await expect(shown).not_to_contain_text(NAME)
