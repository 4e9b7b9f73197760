"""What can be done with a message, and what hangs below it."""

import asyncio

import pytest
from playwright.async_api import expect

from bot.emulators.slack.changes import Change
from bot.emulators.slack.events import preview
from tests.e2e.steps import choose
from tests.e2e.workspace_rig import DOMAIN

SIM = f"https://{DOMAIN}/sims/DE1"


async def test_a_shortcut_is_used_on_a_message(page, sandbox):
    """The app is told which shortcut, on which message, with an address for its answer."""
    message = await sandbox.workspace.say("ben", "fleet-ops", "pump-7 is down")
    await choose(page, page.get_by_role("article"), "Look up SIMs")

    (told,) = await sandbox.app.wait_for(lambda app: app.of("message_action"))
    assert ("look", message.ts) == (told["callback_id"], told["message_ts"])
    assert "response_url" in told


async def test_no_shortcut_on_what_one_person_sees(page, sandbox):
    """An ephemeral message offers the look inside, and no shortcut."""
    sandbox.post(text="psst", ephemeral_to="U0ANA0001")
    article = page.get_by_role("article")
    await article.hover()
    await article.get_by_role("button", name="About this message").click()

    await expect(page.get_by_role("menuitem")).to_have_text(["Notification and JSON"])


async def test_ones_own_message_is_edited(page, sandbox):
    """It says so afterwards, and the app hears what it was and what it is."""
    await sandbox.workspace.say("ana", "fleet-ops", "pump-8 is down")
    await choose(page, page.get_by_role("article"), "Edit message")
    await page.get_by_role("textbox", name="Message", exact=True).fill("pump-7 is down")
    await page.get_by_role("button", name="Save").click()

    await expect(page.get_by_role("article")).to_contain_text("pump-7 is down (edited)")
    assert "message_changed" == sandbox.app.delivered[-1][1]["subtype"]


async def test_ones_own_message_is_deleted(page, sandbox):
    """It goes away for everybody."""
    await sandbox.workspace.say("ana", "fleet-ops", "never mind")
    await choose(page, page.get_by_role("article"), "Delete message")

    await expect(page.get_by_role("article")).to_have_count(0)
    assert () == sandbox.workspace.messages.all()


async def test_others_messages_stay(page, sandbox):
    """What somebody else wrote can be neither edited nor deleted."""
    await sandbox.workspace.say("ben", "fleet-ops", "mine")
    article = page.get_by_role("article")
    await article.hover()
    await article.get_by_role("button", name="About this message").click()

    await expect(page.get_by_role("menuitem", name="Edit message")).to_have_count(0)
    await expect(page.get_by_role("menuitem", name="Delete message")).to_have_count(0)


async def test_another_apps_alert(page, sandbox):
    """
    It bears the name that the app gave itself, its attachment's colour, title, text and fields.
    """
    await page.get_by_role("button", name="Raise an alert").click()
    article = page.get_by_role("article", name="Grafana")

    await expect(article.locator(".byline")).to_contain_text("Grafana")
    await expect(article.locator(".attachment")).to_contain_text("alertname = SimSilent")
    await expect(article.locator(".attachment .field")).to_have_count(2)
    colour = await article.locator(".attachment").evaluate("(n) => getComputedStyle(n).borderColor")
    assert "rgb(208, 52, 44)" in colour


async def test_a_preview_under_a_message(page, sandbox):
    """It is drawn with its buttons, a click on which says in which preview it was."""
    text = {"type": "mrkdwn", "text": "*truck-42* is online"}
    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Open"}}
    blocks = [
        {"type": "section", "block_id": "said", "text": text},
        {"type": "actions", "block_id": "row", "elements": [button]},
    ]
    message = await sandbox.workspace.say("ben", "fleet-ops", f"see {SIM}")
    shown = preview(SIM, {"blocks": blocks}) | {"id": 1}
    sandbox.workspace.keep(message, attachments=(shown,))
    article = page.get_by_role("article")
    await expect(article.locator(".attachment")).to_contain_text("truck-42 is online")
    await article.get_by_role("button", name="Open").click()

    (told,) = await sandbox.app.wait_for(lambda app: app.of("block_actions"))
    assert ("message_attachment", SIM) == (
        told["container"]["type"],
        told["container"]["app_unfurl_url"],
    )


async def test_a_preview_while_composing(page, sandbox):
    """
    A pause after a link lets the app show what it is, before anything is sent; then it is sent too.
    """
    box = page.locator("#composer")
    await box.fill(f"see {SIM}")
    told = await sandbox.app.wait_for(lambda app: app.events("link_shared"))
    draft = sandbox.workspace.unfurls.drafts[told[0]["unfurl_id"]]
    shown = preview(SIM, {"title": "truck-42", "text": "online"})
    draft.previews[SIM] = shown
    sandbox.workspace.publish(Change("previews", {"previews": [shown]}, only_for="U0ANA0001"))
    await expect(page.locator(".previews")).to_contain_text("truck-42")
    await box.press("Enter")

    assert "composer" == told[0]["source"]
    await expect(page.get_by_role("article").locator(".attachment")).to_contain_text("truck-42")
    await expect(page.locator(".previews")).to_be_empty()


@pytest.mark.parametrize("text", ["see https://example.org/x", "example.com", "pump-7"])
async def test_nothing_to_preview(page, sandbox, text):
    """Other links, and what is no link, are not told while they are typed."""
    await page.locator("#composer").fill(text)
    await asyncio.sleep(0.6)

    assert [] == sandbox.app.delivered


async def test_a_group_is_named(page, sandbox):
    """The mention of a group shows its handle."""
    await sandbox.workspace.say("ben", "fleet-ops", "@on-call look")

    await expect(page.get_by_role("article").locator(".mention")).to_have_text("@on-call")
