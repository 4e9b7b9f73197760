"""Two KORE accounts on the page: Acme's, and a partner's, Globex, which not everybody may see."""

import pytest_asyncio
from playwright.async_api import expect

from bot.demo.run import running_demo
from bot.digests.subscription import Selection, SelectionKind
from bot.struct import replace
from tests.alert_rig import FLEET_OPS, an_alert
from tests.digest_rig import pumps
from tests.e2e.steps import ask, button, trigger
from tests.e2e.test_alerts import MovedClock, Scene


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def two():
    """The demo with two accounts."""
    often = {"SIMSESSIONS_LOOKUPS_PER_MINUTE": "10000"}
    async with running_demo(accounts=2, settings=often) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def at_two(shown, two):
    """Windows on it, as somebody in a channel."""
    async with shown(two) as windows:

        async def opened(user="ana", channel="fleet-ops"):
            return await windows.open(f"/?as={user}&in={channel}")

        yield opened


async def test_a_name_that_both_have_is_a_choice(at_two):
    """The picker names the account of each; the one pressed is looked up."""
    page = await at_two()
    choice = await ask(page, "/simsessions pump-7")
    await expect(choice).to_contain_text("2 SIMs are called")
    await button(choice, "globex/pump-7").click()

    await expect(choice).to_contain_text("account Globex Shipping (globex)")
    await expect(choice).to_contain_text("pump-7 is online")


async def test_a_channel_bound_to_one_sees_only_that(at_two):
    """What all read in #partner-shared is of Globex, whoever asks; Chloé sees Acme's alone."""
    page = await at_two(channel="partner-shared")
    for typed, said in (("pump-7", "pump-7 is online"), ("truck-42", "No SIM is called truck-42")):
        await page.locator("#composer").fill(f"@simsessions {typed}")
        await page.locator("#composer").press("Enter")
        await expect(page.locator(".replies").last).to_contain_text(said)
    chloe = await at_two("chloe", "general")
    await expect(await ask(chloe, "/simsessions pump-7")).to_contain_text("pump-7 is offline")
    await expect(await ask(chloe, "/simsessions reefer-3")).to_contain_text("No SIM")


async def test_a_digest_and_an_alert_are_over_both(shown):
    """The digest counts both fleets; what falls in either is an incident that names its account."""
    clock = MovedClock()
    async with running_demo(accounts=2, clock=clock) as demo, shown(demo) as windows:
        scene, services = Scene(demo, clock), demo.bot.services
        page = await windows.open()
        every = Selection(SelectionKind.PATTERN, "*e*-*")
        demo.partner.events.recover("reefer-3")
        await trigger(page, "well-1", "Recover")
        digest = replace(pumps(selection=every), name="Fleets", channel=FLEET_OPS)
        await services.digests.subscriptions.add(digest)
        await ask(page, "/simsessions digest now Fleets")
        posted = page.get_by_role("article", name="simsessions: Fleets, ").first
        await expect(posted).to_contain_text("of acme, globex")
        alert = an_alert(name="Fleets", selection=every, made_at=clock.now(), mention_first=())
        await services.alerts.alerts.add(alert)
        await scene.settled()
        demo.partner.events.undo("reefer-3")
        await trigger(page, "well-1", "Its own story again")
        await scene.move(6)
        cards = page.get_by_role("article").filter(has_text="Alert Fleets ·")

        await expect(cards.filter(has_text="account globex").first).to_contain_text("reefer-3")
        await expect(cards.filter(has_text="account acme").first).to_contain_text("well-1")


async def test_the_other_account_down_changes_nothing(at_two, two):
    """Silenced by the page, Globex keeps no answer of Acme's."""
    page = await at_two()
    try:
        await page.locator(".partner summary").click()
        async with page.expect_response("**/page/partner"):
            await page.locator(".partner").get_by_role("radio", name="Silent").check()
        answer = await ask(page, "/simsessions truck-42")

        await expect(answer).to_contain_text("truck-42 is online")
        await expect(answer).not_to_contain_text("last answer")
    finally:
        two.partner.faults.clear()
