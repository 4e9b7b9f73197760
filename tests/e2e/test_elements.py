"""Buttons, choices and menus: what is clicked reaches the app as Slack would report it."""

import pytest
from playwright.async_api import expect

from bot.emulators.slack.delivery import Ack
from tests.e2e import gallery


async def clicked(sandbox, count=1):
    """What the app was told, once so much of it is there."""
    return (await sandbox.app.wait_for(lambda app: app.actions, count))[-1]


async def test_a_button(page, sandbox):
    """A button's click reaches the app with its ids and its value."""
    sandbox.post(*gallery.REPORT)
    await page.get_by_role("button", name="Refresh").click()
    action = await clicked(sandbox)

    assert ("refresh", "report", "Refresh") == tuple(
        action[key] for key in ("action_id", "block_id", "value")
    )


async def test_plain_text_spells_emoji_where_it_is_told_to(page, sandbox):
    """`emoji: false` leaves `:fire:` as letters, on buttons and elsewhere; else it is drawn."""
    for emoji, drawn in ((False, ":fire:"), (True, "🔥")):
        text = {"type": "plain_text", "text": "Alert :fire:", "emoji": emoji}
        pick = {"type": "button", "action_id": "pick", "text": text}
        header = {"type": "header", "text": text}
        sandbox.post(header, {"type": "actions", "block_id": "picks", "elements": [pick]})
        message = page.get_by_role("article").last

        await expect(message.locator("[data-key=pick]")).to_have_text(f"Alert {drawn}")
        await expect(message.locator(".header")).to_have_text(f"Alert {drawn}")


async def test_a_button_that_asks_first(page, sandbox):
    """A confirmation stands between the click and the app; who declines has not clicked."""
    sandbox.post(*gallery.REPORT)
    dialog = page.get_by_role("dialog", name="Reset the SIM?")
    for answer in ("Escape", "Cancel", "Reset"):
        await page.locator(".message").get_by_role("button", name="Reset").click()
        await expect(dialog).to_contain_text("It loses its session for a minute.")
        if answer == "Escape":
            await page.keyboard.press("Escape")
        else:
            await dialog.get_by_role("button", name=answer).click()
        await expect(dialog).to_be_hidden()
    await clicked(sandbox)
    await page.get_by_role("button", name="Refresh").click()
    await clicked(sandbox, 2)

    assert ["reset", "refresh"] == [action["action_id"] for action in sandbox.app.actions]


async def test_a_link_button(page, sandbox):
    """A button with an address opens it apart and tells the app too."""
    sandbox.post(*gallery.REPORT)
    await page.context.route("https://maps.example/**", lambda route: route.fulfill(body="map"))
    async with page.context.expect_page() as opened:
        await page.get_by_role("link", name="Map").click()

    assert "https://maps.example/?q=37.883,-122.368" == (await opened.value).url
    assert "map" == (await clicked(sandbox))["action_id"]


async def test_an_overflow_menu_by_key(page, sandbox):
    """Escape closes the menu and gives the focus back; the arrows walk it, and Enter chooses."""
    sandbox.post(*gallery.REPORT)
    more = page.get_by_role("button", name="More actions")
    await more.click()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("menu")).to_be_hidden()
    await expect(more).to_be_focused()
    assert [] == sandbox.app.actions
    await more.press("Enter")
    await expect(page.get_by_role("menuitem", name="History")).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    action = await clicked(sandbox)

    assert "Raw" == action["selected_option"]["value"]
    await expect(page.get_by_role("menu")).to_be_hidden()


def values(chosen):
    """The values of options."""
    return [option["value"] for option in chosen]


async def test_choices(page, sandbox):
    """What is chosen reaches the app at once, in the shape of its element."""
    sandbox.post(*gallery.CHOICES)
    choices = [
        (page.get_by_label("Window").select_option("7 days"), "selected_option", "7 days"),
        (
            page.get_by_role("checkbox", name="Sessions").check(),
            "selected_options",
            ["Sessions", "Usage"],
        ),
        (page.get_by_label("3G").check(), "selected_option", "3G"),
        (page.locator("input[type=date]").fill("2026-01-02"), "selected_date", "2026-01-02"),
        (page.get_by_label("Time").fill("09:30"), "selected_time", "09:30"),
        (
            page.get_by_label("Whom to tell").select_option(label="@Ben Okafor"),
            "selected_user",
            "U0BEN0001",
        ),
        (
            page.get_by_label("Where").select_option(label="#general"),
            "selected_channel",
            "C0GENERAL",
        ),
    ]
    for count, (choose, field, expected) in enumerate(choices, 1):
        await choose
        chosen = (await clicked(sandbox, count))[field]
        if field == "selected_options":
            chosen = values(chosen)
        elif field == "selected_option":
            chosen = chosen["value"]

        assert expected == chosen, field


async def test_an_external_select(page, sandbox):
    """What is typed is sent to the app; its options are offered, if any, and the choice is sent."""
    sandbox.app.ack = Ack(None, 0.01, {"options": []})
    sandbox.post(*gallery.SEARCH)
    box = page.get_by_role("combobox", name="Which SIM")
    await box.press_sequentially("xyz")
    await expect(page.locator(".suggestions")).to_have_text("Nothing found")
    await box.press("Escape")
    await expect(page.locator(".suggestions")).to_be_hidden()
    sandbox.app.ack = Ack(None, 0.01, {"options": gallery.options("pump-7", "pump-17")})
    await box.fill("")
    await box.press_sequentially("pum")
    await expect(page.locator(".suggestions li")).to_have_text(["pump-7", "pump-17"])
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        await box.press(key)
    action = await clicked(sandbox)

    assert "pump-17" == action["selected_option"]["value"]
    await expect(box).to_have_value("pump-17")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("operation_timeout", "The app did not respond in 3 seconds."),
        ("dispatch_failed", "The app could not be reached."),
    ],
)
async def test_a_click_that_does_not_arrive(page, sandbox, error, said):
    """Where the app does not answer, the message says so with Slack's own error."""
    sandbox.app.ack = Ack(error, 3.0)
    sandbox.post(*gallery.REPORT)
    await page.get_by_role("button", name="Refresh").click()
    alert = page.locator(".message .trouble")

    await expect(alert).to_contain_text(said)
    await expect(alert).to_contain_text(error)


async def test_the_focus_outlives_a_refresh(page, sandbox):
    """Who pressed a button with the keyboard still has it when the app redraws the message."""
    message = sandbox.post(*gallery.REPORT)
    sandbox.app.on["block_actions"] = lambda _: sandbox.workspace.rewrite(
        message, "again", [gallery.section("Anew"), *gallery.REPORT]
    )
    await page.get_by_role("button", name="Refresh").press("Enter")

    await expect(page.get_by_text("Anew")).to_be_visible()
    await expect(page.get_by_role("button", name="Refresh")).to_be_focused()
