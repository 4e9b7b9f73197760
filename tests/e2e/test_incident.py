"""An incident from its alert to the notice that it is over, the bot killed in between."""

import asyncio
import sys
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import expect
from sqlalchemy import func, select, update

from bot.demo.controls import DELIVERY_TITLES, DeliveryMode
from bot.demo.run import running_subprocesses
from bot.store.database import Database
from bot.store.schema import jobs
from tests.databases import time_passes
from tests.e2e.steps import button, reply_in_thread, trigger

SIM, FIVE = "well-1", ("pump-7", "truck-42", "well-1", "well-2", "well-3")
PATIENCE_MS = 90_000
MINUTE = 60.0  # longer than claims hold, posts are on their way and cards rest


def notices(demo):
    """The messages that say that the SIM is back."""
    said = f"{SIM} is back online"
    return [each for each in demo.workspace.messages.all() if said in each.text]


async def triaged(page):
    """Raise an alert, ask in its thread; return the answer with its table."""
    await page.get_by_role("button", name="Raise an alert").click()
    alert = page.get_by_role("article", name="Grafana")
    await reply_in_thread(page, alert, "@simsessions")
    answer = page.locator(".replies article").filter(has=page.get_by_role("table"))
    for sim in FIVE:
        await expect(answer.get_by_role("rowheader", name=sim)).to_be_visible()
    return answer


async def watched(page, answer):
    """Open the details of one SIM and watch it; return the card."""
    details = answer.locator("select")
    chosen = details.locator("option", has_text=SIM)
    await details.select_option(value=await chosen.get_attribute("value"))
    report = page.locator(".replies article", has_text=f"{SIM} has sent no update").last
    await button(report, "Watch").click()
    card = page.locator(".replies article", has_text=f"Watching {SIM} for @ana")
    await expect(card).to_be_visible()
    return card


@asynccontextmanager
async def store_of(data):
    """Open the store of the bot beside it."""
    store = await Database.open(f"sqlite:///{data / 'simsessions.db'}")
    try:
        yield store
    finally:
        await store.aclose()


async def nothing_under_way(store):
    """Wait until no job of a watch is left that could post a second notice; bring it nearer."""
    left = jobs.c.kind.startswith("watch") & jobs.c.ended.is_(None)
    nearer = update(jobs).where(left, jobs.c.state == "ready").values(due=jobs.c.due - MINUTE)
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while True:
            async with store.write() as tx:
                if not await tx.scalar(select(func.count()).where(left)):
                    return
                await tx.execute(nearer)
            await asyncio.sleep(0.2)


@pytest.mark.parametrize("over_http", [False, True], ids=["socket", "http"])
async def test_an_incident_is_followed_to_its_end(shown, tmp_path, over_http, forked, monkeypatch):
    """Alert, mention, table, details, watch; kill, start; the SIM recovers, and it is said once."""
    monkeypatch.setattr(sys, "executable", forked)
    async with (
        running_subprocesses(data=tmp_path, over_http=over_http) as demo,
        shown(demo) as windows,
    ):
        page = await windows.open()
        card = await watched(page, await triaged(page))
        await page.get_by_role("button", name="Kill bot 1").click()
        await expect(page.get_by_text("Bot 1: not running")).to_be_visible()
        async with store_of(tmp_path) as store:
            await time_passes(store, MINUTE)
        await page.get_by_role("button", name="Start bot 1").click()
        await expect(page.get_by_text("Bot 1: running")).to_be_visible()
        await trigger(page, SIM, "Recover")
        back = page.locator(".replies article", has_text=f"@ana {SIM} is back online")
        await expect(back).to_be_visible(timeout=PATIENCE_MS)
        await expect(button(card, "Stop")).to_have_count(0, timeout=PATIENCE_MS)
        async with store_of(tmp_path) as store:
            await nothing_under_way(store)

        assert 1 == len(notices(demo))


async def deliver(page, mode):
    """Have Slack deliver events so from now on."""
    async with page.expect_response("**/page/delivery"):
        await page.get_by_role("radio", name=DELIVERY_TITLES[mode]).check()


@pytest.mark.parametrize(
    ("mode", "answers"),
    [(DeliveryMode.TWICE, 1), (DeliveryMode.BACKWARDS, 1), (DeliveryMode.LATE, 0)],
)
async def test_however_slack_delivers_there_is_one_answer(ana, demo, mode, answers):
    """A mention that comes twice or backwards is answered once, and 10 minutes late not at all."""
    before = len(demo.workspace.messages.all())
    await ana.locator("summary", has_text="Slack's delivery").click()
    await deliver(ana, mode)
    await ana.locator("#composer").fill("@simsessions gateway-3")
    await ana.locator("#composer").press("Enter")
    await expect(ana.get_by_role("article").last).to_contain_text("gateway-3")
    await demo.slack.dispatcher.settled()
    await demo.bot.services.tasks.drain(5)
    await deliver(ana, DeliveryMode.NORMAL)

    fresh = demo.workspace.messages.all()[before:]
    assert answers == len([each for each in fresh if each.is_the_bots])
