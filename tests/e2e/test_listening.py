"""A channel that listens: another app's alert gets the triage in its thread, unasked and once."""

from playwright.async_api import expect

from bot.demo.run import running_demo
from tests.e2e.steps import ask, choose

FIVE = ("pump-7", "truck-42", "well-1", "well-2", "well-3")


async def raised(page):
    """Let Grafana raise an alert; return the newest."""
    await page.get_by_role("button", name="Raise an alert").click()
    return page.get_by_role("article", name="Grafana").last


async def test_an_alert_gets_the_triage_in_its_thread(shown):
    """Switched on by a command; the same alert again brings the one answer up to date."""
    async with running_demo() as demo, shown(demo) as windows:
        page = await windows.open()
        shown = await ask(page, "/simsessions alert listen on")
        await expect(shown).to_contain_text("I'm listening to alerts in this channel")
        alert = await raised(page)
        await choose(page, alert, "Reply in thread")
        answer = page.locator(".replies article").filter(has=page.get_by_role("table"))
        for sim in FIVE:
            await expect(answer.get_by_role("rowheader", name=sim)).to_be_visible()
        await expect(answer).to_contain_text("This channel listens to alerts")

        await raised(page)
        await expect(answer).to_contain_text("The alert came 2 times")

        every = demo.workspace.messages.all()
        assert 1 == len([m for m in every if m.is_the_bots and m.thread_ts])
