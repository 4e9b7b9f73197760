"""What can be done with a message, and what hangs below it."""

from playwright.async_api import expect

from bot.emulators.slack.payloads import preview
from bot.emulators.slack.state import Change
from tests.e2e.steps import choose
from tests.e2e.workspace_rig import DOMAIN

PAUSE_MS = 600  # longer than the page waits before it asks for previews
SIM = f"https://{DOMAIN}/sims/DE1"


async def test_a_shortcut_is_used_on_a_message(page, sandbox):
    """The app is told which shortcut, on which message, with an address for its answer."""
    message = await sandbox.workspace.say("ben", "fleet-ops", "pump-7 is down")
    await choose(page, page.get_by_role("article"), "Look up SIMs")

    (told,) = await sandbox.app.wait_for(lambda app: app.of("message_action"))
    assert ("look", message.ts) == (told["callback_id"], told["message_ts"])
    assert "response_url" in told


async def test_what_can_be_done_with_a_message(page, sandbox):
    """Others' messages are neither edited nor deleted; what one person sees has no shortcut."""
    await sandbox.workspace.say("ben", "fleet-ops", "mine")
    sandbox.post(text="psst", ephemeral_to="U0ANA0001")
    inside, look = "Notification and JSON", "Look up SIMs"
    of_all = ["Reply in thread", "Forward message", look, inside]
    for number, offered in enumerate((of_all, [inside])):
        article = page.get_by_role("article").nth(number)
        await article.hover()
        await article.get_by_role("button", name="About this message").click()
        shown = page.get_by_role("menuitem").locator("visible=true")
        assert offered == [text.splitlines()[0] for text in await shown.all_inner_texts()]
        await page.keyboard.press("Escape")


async def test_a_message_is_forwarded(page, sandbox):
    """It hangs below a note in the channel that was chosen, with its author, blocks and fields."""
    text = {"type": "mrkdwn", "text": "*truck-42* is silent"}
    ack = {"type": "button", "text": {"type": "plain_text", "text": "Ack"}, "action_id": "a"}
    blocks = [{"type": "section", "text": text}, {"type": "actions", "elements": [ack]}]
    fields = [{"title": "imei", "value": "356938035643809", "short": True}]
    await sandbox.workspace.alert("fleet-ops", "x", blocks=blocks, attachments=[{"fields": fields}])
    await choose(page, page.get_by_role("article"), "Forward message")
    await page.get_by_label("Forward to").select_option(label="#general")
    await page.get_by_role("button", name="Mention simsessions in it").click()
    await page.get_by_label("Message with it").type("this one?")
    await page.get_by_role("button", name="Forward", exact=True).click()
    await page.locator('[data-channel="general"]').click()
    shown = page.get_by_role("article", name="Ana Ruiz").locator(".attachment").first

    for words in ("Grafana", "truck-42 is silent", "356938035643809", "Posted in #fleet-ops"):
        await expect(shown).to_contain_text(words)
    await expect(shown.get_by_role("button")).to_have_count(0)
    (sent,) = sandbox.workspace.messages.in_channel(sandbox.workspace.channel("general").id)[-1:]
    assert "<@U0SIMSESS> this one?" == sent.text


async def test_a_message_is_forwarded_into_its_thread(page, sandbox):
    """By Enter, and without a note as well."""
    root = await sandbox.workspace.say("ben", "fleet-ops", "truck-42 is down")
    await choose(page, page.get_by_role("article"), "Forward message")
    await page.get_by_label("Forward to").select_option(label="Its own thread")
    await page.get_by_role("button", name="Forward", exact=True).click()

    await expect(page.locator(".replies .attachment")).to_contain_text("truck-42 is down")
    assert root.ts == sandbox.workspace.messages.all()[-1].thread_ts


async def test_ones_own_message_is_edited_and_deleted(page, sandbox):
    """It says so afterwards, the app gets what it was and what it is, and then it is gone."""
    await sandbox.workspace.say("ana", "fleet-ops", "pump-8 is down")
    article = page.get_by_role("article")
    await choose(page, article, "Edit message")
    await page.get_by_role("textbox", name="Message", exact=True).fill("pump-7 is down")
    await page.get_by_role("button", name="Save").click()
    await expect(article).to_contain_text("pump-7 is down (edited)")
    assert "message_changed" == sandbox.app.delivered[-1][1]["subtype"]
    await choose(page, article, "Delete message")

    await expect(article).to_have_count(0)
    assert () == sandbox.workspace.messages.all()


async def test_another_apps_alert(page, sandbox):
    """It bears the name the app gave itself, its attachment's colour, title, text and fields."""
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
    """A pause after a link lets the app show what it is, before it is sent; then it is sent too."""
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


async def test_nothing_to_preview(page, sandbox):
    """Other links, and what is no link, are not told while they are typed."""
    for text in ("see https://example.org/x", "example.com", "pump-7", f"see {SIM}"):
        await page.locator("#composer").fill(text)
        if DOMAIN not in text or "://" not in text:
            await page.wait_for_timeout(PAUSE_MS)
    (shared,) = await sandbox.app.wait_for(lambda app: app.events("link_shared"))

    assert [SIM] == [link["url"] for link in shared["links"]]
    assert 1 == len(sandbox.app.delivered)


async def test_a_group_is_named(page, sandbox):
    """The mention of a group shows its handle."""
    await sandbox.workspace.say("ben", "fleet-ops", "@on-call look")

    await expect(page.get_by_role("article").locator(".mention")).to_have_text("@on-call")
