"""Who says what to whom: people, channels, commands, threads, and what happens when it breaks."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from playwright.async_api import expect
from starlette.applications import Starlette

from bot.demo.controls import Controls
from bot.demo.page.page import page_routes
from bot.emulators.serve import serving
from bot.emulators.slack.delivery import Ack
from bot.emulators.slack.people import ANA, BEN
from tests.e2e import gallery
from tests.e2e.steps import choose


async def type_in(page, text):
    """Type into the composer and send."""
    await page.locator("#composer").fill(text)
    await page.locator("#composer").press("Enter")


async def test_what_is_said_is_seen_by_all(window, sandbox):
    """A message appears for its author and for others, with name and time, as it was typed."""
    ana, ben = await window.open(sandbox.at("ana")), await window.open(sandbox.at("ben"))
    await type_in(ana, "is *pump-7* up, @ben?")

    for page in (ana, ben):
        message = page.get_by_role("article")
        await expect(message).to_contain_text("Ana Ruiz")
        await expect(message.locator("b", has_text="pump-7")).to_be_visible()
        await expect(message.locator(".mention")).to_have_text("@ben")
    await expect(ben.locator(".mention.me")).to_be_visible()
    await expect(ana.locator("#composer")).to_have_value("")


async def test_what_is_said_stays_text(page):
    """Markup that somebody types is shown as it was typed, and does nothing."""
    texts = ["<img src=x onerror=alert(1)>", "<script>alert(1)</script>", "a & b &lt; c"]
    for text in texts:
        await type_in(page, text)

    await expect(page.locator(".message .text-only")).to_have_text(texts)


async def test_shift_enter_begins_a_line(page):
    """Shift and Enter begin a new line; Enter sends both."""
    box = page.locator("#composer")
    await box.press_sequentially("one")
    await box.press("Shift+Enter")
    await box.press_sequentially("two")
    await box.press("Enter")

    await expect(page.locator(".message .text-only")).to_have_text("one\ntwo", use_inner_text=True)


async def test_nothing_is_not_sent(page, sandbox):
    """An empty box, or one of blanks, sends nothing."""
    await type_in(page, "  ")
    await type_in(page, "something")

    await expect(page.get_by_role("article")).to_have_count(1)
    assert ["something"] == [message.text for message in sandbox.workspace.messages.all()]


async def test_a_command_goes_to_the_app(page, sandbox):
    """It is delivered, is not posted as a message, and comes back with the arrow up."""
    await type_in(page, "/simsessions truck-42")
    ((kind, payload),) = await sandbox.app.wait_for(lambda app: app.delivered)
    sent = [payload[key] for key in ("command", "text", "user_id")]
    await page.locator("#composer").press("ArrowUp")

    assert ("slash_commands", ["/simsessions", "truck-42", ANA.id]) == (kind, sent)
    assert () == sandbox.workspace.messages.all()
    await expect(page.locator("#composer")).to_have_value("/simsessions truck-42")


async def test_an_answer_for_one(window, sandbox):
    """An ephemeral answer is seen by who asked, marked so, and by nobody else."""
    ana, ben = await window.open(sandbox.at("ana")), await window.open(sandbox.at("ben"))
    sandbox.post(text="only for Ana", ephemeral_to=ANA.id)
    sandbox.post(text="for everybody")

    await expect(ana.locator(".ephemeral")).to_contain_text("Only visible to you")
    await expect(ana.get_by_role("article")).to_have_count(2)
    await expect(ben.get_by_role("article")).to_have_count(1)
    await expect(ben.get_by_role("article")).to_contain_text("for everybody")


async def test_a_command_that_fails(page, sandbox):
    """Slackbot says so, to the one who typed it, in Slack's words; an unknown one is not posted."""
    for error in ("operation_timeout", "dispatch_failed"):
        sandbox.app.ack = Ack(error, 3.0)
        await type_in(page, "/simsessions truck-42")
        said = page.locator(".ephemeral").last
        await expect(said).to_contain_text(f'/simsessions failed with the error "{error}"')
        await expect(said).to_contain_text("slackbot")
    await type_in(page, "/simsesions truck-42")

    said = page.locator(".ephemeral").last
    await expect(said).to_contain_text("/simsesions is not a valid command.")


async def test_somebody_else_sees_their_own(page):
    """Who becomes somebody else sees that person's channels, in that person's time zone."""
    private = page.get_by_role("button", name="on-call-private")
    await expect(private).to_be_visible()
    await page.get_by_role("radio", name="Ben Okafor").check(force=True)

    await expect(private).to_be_hidden()
    await expect(page.get_by_text("Europe/Berlin")).to_be_visible()
    await expect(page).to_have_url(re.compile("as=ben"))


async def test_people_change_by_key(page):
    """The arrow keys go from person to person without losing the place."""
    await page.get_by_role("radio", name="Ana Ruiz").focus()
    for zone in ("Europe/Berlin", "Asia/Tokyo"):
        await page.keyboard.press("ArrowRight")
        await expect(page.get_by_text(zone)).to_be_visible()

    await expect(page.get_by_role("radio", name="Chloé Tanaka")).to_be_focused()


async def test_the_address_remembers(page):
    """A reload keeps the person and the channel."""
    await page.get_by_role("button", name="general").click()
    await page.get_by_role("radio", name="Chloé Tanaka").check(force=True)
    await expect(page.get_by_text("Asia/Tokyo")).to_be_visible()
    await page.reload()

    await expect(page.get_by_role("heading", level=1)).to_have_text("# general")
    await expect(page.get_by_role("radio", name="Chloé Tanaka")).to_be_checked()


async def test_news_from_elsewhere(page, sandbox):
    """A message in another channel is marked there and noticed by text; a click leads to it."""
    sandbox.post(*gallery.REPORT, text="truck-42 is online.", channel="general")
    channel = page.get_by_role("navigation").get_by_role("button", name="general")
    notice = page.get_by_role("button", name="truck-42 is online.")

    await expect(channel.get_by_label("new messages")).to_be_visible()
    await expect(notice).to_contain_text("simsessions in #general")
    await notice.click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("# general")
    await expect(channel.get_by_label("new messages")).to_be_hidden()


async def test_what_is_inside_a_message(page, sandbox):
    """The notification, which a screen reader hears, and the blocks as sent can be read."""
    sandbox.post(*gallery.REPORT, text="truck-42 is online.")
    await expect(page.get_by_role("log")).to_have_text("simsessions: truck-42 is online.")
    await choose(page, page.get_by_role("article"), "Notification and JSON")
    dialog = page.get_by_role("dialog", name="Inside this message")

    await expect(dialog.locator(".notification")).to_have_text("truck-42 is online.")
    await expect(dialog.locator("pre")).to_contain_text('"type": "section"')


async def test_a_thread(page, sandbox):
    """Anybody begins one; replies stand below their root, counted; commands are refused there."""
    root = sandbox.post(text="pump-7 is down")
    await choose(page, page.get_by_role("article"), "Reply in thread")
    await expect(page.get_by_label("Reply in thread")).to_be_focused()
    await page.keyboard.type("on it")
    await page.keyboard.press("Enter")
    await expect(page.locator(".thread").get_by_role("article")).to_contain_text("on it")
    await expect(page.get_by_text("1 reply", exact=True)).to_be_visible()
    line = page.get_by_label("Reply in thread")
    await line.fill("thanks")
    await line.press("Enter")
    await expect(page.get_by_text("2 replies", exact=True)).to_be_visible()
    await expect(page.locator(".thread").get_by_role("article")).to_have_count(2)
    await expect(line).to_have_value("")
    assert root.ts == sandbox.workspace.messages.all()[-1].thread_ts
    await line.fill("/simsessions pump-7")
    await line.press("Enter")

    refused = page.get_by_text("/simsessions is not supported in threads. Sorry!")
    await expect(refused).to_be_visible()
    assert "slash_commands" not in [kind for kind, _ in sandbox.app.delivered]


async def test_a_message_changes_and_goes(page, sandbox):
    """An edited message says so; a deleted one is gone."""
    message = sandbox.post(text="checking…")
    await expect(page.get_by_text("checking…", exact=True)).to_be_visible()
    message = sandbox.workspace.rewrite(message, "found", ())
    await expect(page.get_by_role("article")).to_contain_text("found (edited)")
    sandbox.workspace.erase(message)

    await expect(page.get_by_role("article")).to_have_count(0)
    await expect(page.get_by_role("heading", name="the very beginning")).to_be_visible()


async def test_what_is_sorted_stays_sorted(page, sandbox):
    """New messages, or somebody's closed modal, leave a table as its reader arranged it."""
    sandbox.post(*gallery.DATA_TABLE)
    head = page.get_by_role("columnheader", name="Up")
    await head.get_by_role("button").click()
    sandbox.post(text="something else")
    view = sandbox.workspace.views.open(ANA.id, gallery.MODAL)
    sandbox.workspace.show("view_opened", view)
    await page.get_by_role("dialog").get_by_role("button", name="Not now").click()
    await expect(page.get_by_role("article")).to_have_count(2)

    await expect(head).to_have_attribute("aria-sort", "ascending")


async def test_an_example_is_one_click(page, sandbox):
    """A click on an example sends it, and every story is among them."""
    examples = page.get_by_role("region", name="Things to try")
    await examples.get_by_role("button", name="A SIM by its name").click()
    ((_, payload),) = await sandbox.app.wait_for(lambda app: app.delivered)

    assert "truck-42" == payload["text"]
    await expect(
        examples.get_by_role("button", name="A gateway that is always on and well")
    ).to_be_visible()


async def test_the_stories_stand_at_a_time(page):
    """The page says as of when its stories are told, in the time zone of who reads it."""
    told = page.get_by_text("They are told as of").get_by_role("time")
    for person, zone in (("Ana Ruiz", "America/New_York"), ("Chloé Tanaka", "Asia/Tokyo")):
        await page.get_by_role("radio", name=person).check(force=True)
        at = datetime.fromisoformat(await told.get_attribute("datetime")).astimezone(ZoneInfo(zone))

        await expect(told).to_have_text(f"{at.hour}:{at.minute:02}")


async def test_kores_api(page, sandbox):
    """KORE's stand-in can be made to fail, and to behave again."""
    modes = page.get_by_role("region", name="KORE's API")
    asked = (("Down", 503), ("Too busy", 429), ("Silent", None), ("Answers as it should", None))
    for mode, status in asked:
        async with page.expect_response("**/page/kore"):
            await modes.get_by_role("radio", name=mode).check()

        assert status == next((fault.status for fault in sandbox.kore.faults.waiting), None)
        assert (mode == "Silent") == any(fault.hang for fault in sandbox.kore.faults.waiting)


async def test_the_page_finds_back(window, sandbox):
    """While the sandbox is away the page says so; once it is back the page has what it missed."""
    routes = page_routes(Controls(sandbox.workspace))
    async with serving(Starlette(routes=routes)) as url:
        page = await window.open(f"{url}/?as=ana&in=fleet-ops")
        sandbox.post(text="before")
        await expect(page.get_by_text("before", exact=True)).to_be_visible()
    await expect(page.get_by_text("The sandbox does not answer. Trying again…")).to_be_visible()
    await type_in(page, "lost?")
    await expect(page.get_by_text("is it still running?")).to_be_visible()
    await expect(page.locator("#composer")).to_have_value("lost?")
    sandbox.post(text="meanwhile")
    async with serving(Starlette(routes=routes), port=int(url.rpartition(":")[2])):
        await expect(page.get_by_text("meanwhile", exact=True)).to_be_visible()
        await expect(page.get_by_text("Trying again…")).to_be_hidden()
        await page.locator("#composer").press("Enter")
        await expect(page.get_by_text("lost?", exact=True)).to_be_visible()
        window.forgive("ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING")
        await page.close()


async def test_ben_does_not_hear_of_what_is_not_his(window, sandbox):
    """A message in a private channel shows nothing to whoever is not in it."""
    page = await window.open(sandbox.at("ben"))
    sandbox.workspace.write("G0ONCALL1", ANA.id, "secret")
    sandbox.workspace.write("C0GENERAL", ANA.id, "public")

    await expect(page.get_by_role("button", name="public")).to_be_visible()
    await expect(page.get_by_text("secret")).to_have_count(0)
    assert BEN.name in page.url
