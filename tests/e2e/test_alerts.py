"""An alert in the browser: made, opened, taken, over; in a time that is moved on."""

import asyncio
from datetime import timedelta

from playwright.async_api import expect
from sqlalchemy import update

from bot.blocks.format import ordinal
from bot.clock import SystemClock
from bot.demo.run import running_demo
from bot.store.schema import NOW, digest_runs, jobs
from tests.e2e.browser_rig import PATIENCE_MS
from tests.e2e.steps import button, trigger

WELLS = ("well-1", "well-2", "well-3")
PUMP = "pump-7"
ALERTING = ("alert", "incident", "scan_chunk")
ON_CALL = "S0ONCALL1"


class MovedClock(SystemClock):
    """The machine's own clock, and so much later as a test says."""

    def __init__(self):
        self.ahead = 0.0

    def now(self):
        return super().now() + timedelta(seconds=self.ahead)

    def monotonic(self):
        return super().monotonic() + self.ahead


class Scene:
    """A demo whose time can be moved on."""

    def __init__(self, demo, clock):
        self.demo = demo
        self._clock = clock
        self._store = demo.bot.services.store

    async def move(self, minutes):
        """Let time pass: what is due by then comes at once."""
        await self.settled()
        self._clock.ahead += minutes * 60
        async with self._store.write() as tx:
            waits = jobs.c.kind.in_(ALERTING), jobs.c.state == "ready"
            await tx.execute(update(jobs).where(*waits).values(due=NOW))
            ago = minutes * 60
            at = {"started": digest_runs.c.started - ago, "ended": digest_runs.c.ended - ago}
            await tx.execute(update(digest_runs).values(at))
        self.demo.bot.services.foreign_alerts._queue.news.set()

    async def settled(self):
        """Wait until every alert has been scanned for."""
        alerts = self.demo.bot.services.alerts.alerts
        async with asyncio.timeout(PATIENCE_MS / 1000):
            while True:
                states = [(await alerts.with_state(one.id))[1] for one in await alerts.every()]
                if all(state.scanned_at for state in states):
                    return
                await asyncio.sleep(0.05)

    def mentions(self):
        """The messages that mention the group."""
        every = self.demo.workspace.messages.all()
        return [each for each in every if f"<!subteam^{ON_CALL}>" in each.text]

    def cards(self):
        """The incidents' cards in the channel."""
        every = self.demo.workspace.messages.all()
        mine = (each for each in every if each.is_the_bots and each.thread_ts is None)
        return [each for each in mine if "Alert *" in str(each.blocks)]


async def made(page, name="Wells", pattern="well-*"):
    """Fill in the form and submit it."""
    await page.locator("#composer").fill("/simsessions alert add")
    await page.locator("#composer").press("Enter")
    form = page.get_by_role("dialog", name="New alert")
    await form.get_by_label("Name", exact=True).fill(name)
    await form.get_by_label("Name pattern").fill(pattern)
    await form.get_by_role("combobox", name="Mention").first.fill("on-call")
    await form.locator(".suggestions li").first.click()
    await form.get_by_role("button", name="Save").click()
    await expect(form).to_contain_text(name)
    await form.get_by_role("button", name="Close").last.click()


async def test_three_wells_fall_silent_and_come_back(shown):
    """One card and one mention; it is taken; two are back, then the third, and it is over."""
    clock = MovedClock()
    async with running_demo(clock=clock) as demo, shown(demo) as windows:
        scene = Scene(demo, clock)
        page = await windows.open()
        for well in WELLS:
            await trigger(page, well, "Recover")
        await made(page)
        await scene.settled()
        for well in WELLS:
            await trigger(page, well, "Its own story again")
        await scene.move(6)
        card = page.get_by_role("article").filter(has_text="Common outage: 3 SIMs").first
        await expect(card).to_contain_text("well-3")
        await button(card, "I'm on it").click()
        await expect(card).to_contain_text("@ana has been on it")
        for back in (WELLS[:2], WELLS[2:]):
            for well in back:
                await trigger(page, well, "Recover")
            await scene.move(6)
            await expect(card).to_contain_text(f"{back[-1]} back")
        await scene.move(6)
        await expect(card).to_contain_text("Over after")

        assert [1, 1] == [len(scene.cards()), len(scene.mentions())]


async def test_a_flapping_pump_is_one_incident(shown):
    """A pump that falls silent again and again has one card and one mention; its thread has all."""
    clock = MovedClock()
    async with running_demo(clock=clock) as demo, shown(demo) as windows:
        scene = Scene(demo, clock)
        page = await windows.open()
        await trigger(page, PUMP, "Recover")
        await made(page, "Pumps", "pump-*")
        await scene.settled()
        card = page.get_by_role("article").filter(has_text="Alert Pumps ·").first
        for times in range(1, 4):
            await trigger(page, PUMP, "Its own story again")
            await scene.move(6)
            again = f", for the {ordinal(times)} time" if times > 1 else ""
            await expect(card).to_contain_text(again or f"{PUMP} since")
            await trigger(page, PUMP, "Recover")
            await scene.move(6)
            await expect(card).to_contain_text(f"{PUMP} back")
        await scene.move(30)
        await expect(card).to_contain_text("Over after")

        assert [1, 1] == [len(scene.cards()), len(scene.mentions())]
