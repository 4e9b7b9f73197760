"""The right side: the bot is killed and started, KORE gets modes, events happen to SIMs."""

from playwright.async_api import expect

from bot.emulators.slack.people import ANA
from tests.e2e.steps import trigger


def newest_session(kore, name):
    """The newest of a SIM's sessions as KORE tells it."""
    record = kore.account.find(name)
    return record.sessions(kore.events._clock.now())[0]


async def test_a_bot_is_killed_and_started(page, sandbox):
    """The panel says whether it runs, and offers the one thing that can be done."""
    panel = page.get_by_role("region", name="The bot")
    await expect(panel).to_contain_text("Bot 1: running, pid 4711")
    await panel.get_by_role("button", name="Kill bot 1").click()
    await expect(panel).to_contain_text("Bot 1: not running")
    assert not sandbox.bots.runs
    await panel.get_by_role("button", name="Start bot 1").click()

    await expect(panel).to_contain_text("Bot 1: running")
    assert sandbox.bots.runs


async def test_events_happen_to_sims(page, sandbox):
    """What is chosen beside a story happens at once, and is said there."""
    for sim, event, is_open in (
        ("pump-7", "Recover", True),
        ("gateway-3", "Fall silent: the session ends", False),
    ):
        await trigger(page, sim, event)

        story = page.get_by_role("listitem").filter(has_text=f"/simsessions {sim}").last
        await expect(story.get_by_role("status")).to_contain_text("✓")
        assert is_open == (newest_session(sandbox.kore, sim)["end"] is None), sim


async def test_modes_stand_above_the_long_list(page):
    """Nobody scrolls past the stories to change KORE's mode; a channel has no tabs."""
    await expect(page.get_by_role("tab")).to_have_count(0)
    modes = await page.get_by_role("region", name="KORE's API").bounding_box()
    things = await page.get_by_role("region", name="Things to try").bounding_box()

    assert modes["y"] + modes["height"] <= things["y"]
    assert modes["y"] + modes["height"] < 600


async def test_on_a_phone_the_panel_is_in_reach(window, sandbox):
    """In the drawer of a phone the same can be done, and nothing is wider than the screen."""
    page = await window.open(sandbox.at(), size="phone")
    await page.get_by_role("button", name="Things to try").click()
    await page.get_by_role("button", name="Kill bot 1").click()

    await expect(page.get_by_role("button", name="Start bot 1")).to_be_visible()
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390


async def test_home_is_drawn_and_clicked(window, sandbox):
    """Opening Home tells the app; what it publishes is drawn, changed in place, and clicked."""
    workspace = sandbox.workspace
    page = await window.open(sandbox.at(channel="ana"))
    await page.get_by_role("tab", name="Home").click()
    opened = await sandbox.app.wait_for(lambda app: app.events("app_home_opened"))
    home = page.get_by_role("region", name="Home")
    await expect(home).to_contain_text("nothing here yet")
    for said in ("No watches", "One watch"):
        button = {
            "type": "button",
            "action_id": "add",
            "text": {"type": "plain_text", "text": said},
        }
        blocks = [{"type": "actions", "block_id": "row", "elements": [button]}]
        view = workspace.views.publish(ANA.id, {"type": "home", "blocks": blocks})
        workspace.show("home", view)
        await expect(home.get_by_role("button", name=said)).to_be_visible()
    await home.get_by_role("button", name="One watch").click()
    (told,) = await sandbox.app.wait_for(lambda app: app.of("block_actions"))
    await page.get_by_role("tab", name="Messages").click()

    assert ("app_home_opened", "home") == (opened[0]["type"], opened[0]["tab"])
    assert "home" == told["view"]["type"]
    await expect(home).to_be_hidden()
    await expect(page.locator("#composer")).to_be_visible()
