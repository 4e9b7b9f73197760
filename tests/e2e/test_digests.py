"""A digest made, read, paused, previewed and removed in a real browser."""

import asyncio

import pytest
from playwright.async_api import expect
from sqlalchemy import text

from tests.e2e.asking import button, fate

SIM = "well-1"


async def said(page, words):
    """Type a command whose answer may be a window."""
    await page.locator("#composer").fill(words)
    await page.locator("#composer").press("Enter")


async def due_now(demo):
    """Let the minute be over, once the digest before is out with its thread."""
    keep, store = demo.bot.services.digests.subscriptions, demo.bot.services.store
    (one,) = await keep.every()
    while await keep.is_being_made(one):  # noqa: ASYNC110 -- nothing tells of it
        await asyncio.sleep(0.1)
    async with store.write() as tx:
        await tx.execute(
            text("UPDATE schedules SET next_due = :now WHERE kind = 'digest'"),
            {"now": demo.bot.services.clock.now().timestamp()},
        )
    demo.bot.services.digests.queue.news.set()


async def made(page):
    """Fill in the form: all SIMs, every minute."""
    await said(page, "/simsessions digest add")
    dialog = page.get_by_role("dialog", name="New digest")
    await expect(dialog.get_by_label("Name", exact=True)).to_be_visible()
    await dialog.get_by_label("Name", exact=True).fill("All SIMs")
    await dialog.get_by_label("Which SIMs").select_option("all")
    await expect(dialog.get_by_label("Name pattern")).to_have_count(0)
    await dialog.get_by_label("How often").select_option("cron")
    await dialog.get_by_label("Cron line").fill("61 * * * *")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_text("bad minute")).to_be_visible()
    await dialog.get_by_label("Cron line").fill("* * * * *")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_text("every minute")).to_be_visible()
    await dialog.get_by_role("button", name="Close").last.click()
    await expect(dialog).to_be_hidden()


@pytest.mark.slow
async def test_a_digest_from_its_making_to_its_removal(ana, demo):
    """
    Every minute it says how the fleet is; what changed in between is said in the next one.
    """
    await made(ana)
    await expect(ana.get_by_text("made the digest All SIMs").last).to_be_visible()
    await due_now(demo)
    digests = ana.get_by_role("article").filter(has=button(ana, "Details"))
    await expect(digests).to_have_count(1)

    await fate(ana, SIM, "Recover")
    await due_now(demo)
    await expect(digests).to_have_count(2)
    await expect(digests.last).to_contain_text("came back")
    await expect(digests.last).to_contain_text(SIM)

    await button(digests.last, "Pause").click()
    await expect(ana.get_by_text("All SIMs is paused").last).to_be_visible()
    await said(ana, "/simsessions digest resume All SIMs")
    await expect(ana.get_by_text("All SIMs is resumed").last).to_be_visible()
    await said(ana, "/simsessions digest preview")
    await expect(ana.get_by_text("comes to you as a direct message").last).to_be_visible()
    await said(ana, "/simsessions digest remove")
    await button(ana.get_by_role("article").last, "Remove").click()
    await expect(ana.get_by_text("All SIMs is removed").last).to_be_visible()
    assert () == await demo.bot.services.digests.subscriptions.every()
