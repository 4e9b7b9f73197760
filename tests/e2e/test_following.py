"""What moves and what does not when something new comes, and where it is marked as new."""

import re

from playwright.async_api import expect

from bot.emulators.slack.people import ANA, BEN, BOT
from tests.e2e import gallery

# scrolled twice between two frames is one event to the page: what was passed was not seen
LOOK_AT = """(node) => new Promise((done) => {
  node.scrollIntoView();
  requestAnimationFrame(() => requestAnimationFrame(done));
})"""
LONG = [gallery.section(f"line {number}") for number in range(30)]


async def at_the_top(page, sandbox):
    """Fill the channel, and let its reader go up; return the list of messages."""
    for number in range(3):
        sandbox.post(*LONG, text=f"long {number}")
    await expect(page.get_by_role("article")).to_have_count(3)
    for number in range(3):
        await page.get_by_role("article").nth(number).evaluate(LOOK_AT)
    messages = page.get_by_role("region", name="Messages")
    await messages.evaluate("(node) => { node.scrollTop = 0; }")
    return messages


async def scrolled(messages):
    """How far down the reader is."""
    return await messages.evaluate("(node) => node.scrollTop")


async def test_a_reader_is_left_where_they_are(page, sandbox):
    """Something new comes below, and grows above: nothing moves, and a button leads down."""
    messages = await at_the_top(page, sandbox)
    middle = page.get_by_role("article", name="long 1")
    await middle.evaluate("(node) => node.scrollIntoView()")
    top = (await middle.bounding_box())["y"]
    first = sandbox.workspace.messages.all()[0]
    sandbox.workspace.write("C0FLEETOP", BEN.id, "in the thread", thread_ts=first.ts)
    sandbox.workspace.write("C0FLEETOP", BEN.id, "at the end")
    await expect(page.get_by_text("at the end", exact=True)).to_be_attached()

    assert abs(top - (await middle.bounding_box())["y"]) < 1
    await expect(page.get_by_text("1 reply1 new")).to_be_attached()
    button = page.get_by_role("button", name="New ↑")
    await button.click()
    await expect(page.get_by_text("in the thread", exact=True)).to_be_in_viewport()
    await page.get_by_role("button", name="New ↓").click()
    await expect(page.get_by_text("at the end", exact=True)).to_be_in_viewport()
    await expect(page.get_by_role("button", name=re.compile("^New [↓↑]"))).to_be_hidden()
    assert await scrolled(messages) > 0


async def test_whoever_asks_sees_the_answer(page, sandbox):
    """After a command the list goes to its end, and on to the answer."""
    messages = await at_the_top(page, sandbox)
    await page.locator("#composer").fill("/simsessions pump-7")
    await page.locator("#composer").press("Enter")
    await sandbox.app.wait_for(lambda app: app.delivered)
    sandbox.post(gallery.section("the answer"), text="answer", ephemeral_to=ANA.id)

    await expect(page.get_by_text("the answer", exact=True)).to_be_in_viewport()
    await expect(page.get_by_role("button", name="New ↓")).to_be_hidden()
    assert await scrolled(messages) > 0


async def test_whoever_writes_in_a_thread_keeps_the_box(page, sandbox):
    """Replies push the box of a thread no further than to where it is still in sight."""
    root = sandbox.post(gallery.section("root"), text="root")
    sandbox.workspace.write("C0FLEETOP", BEN.id, "one", thread_ts=root.ts)
    sandbox.post(*LONG, text="long")
    box = page.get_by_label("Reply in thread", exact=True)
    await box.focus()
    for _ in range(2):
        sandbox.workspace.write("C0FLEETOP", BOT.id, "x", blocks=LONG[:20], thread_ts=root.ts)

    await expect(page.get_by_text("3 replies")).to_be_attached()
    await expect(box).to_be_in_viewport()


async def test_what_is_unread_is_bold_and_what_is_for_one_is_counted(page, sandbox):
    """As in Slack: a name in bold for what is new, a number only for what calls by name."""
    channel = page.get_by_role("navigation").get_by_role("button", name="partner-shared")
    sandbox.workspace.write("C0PARTNER", BEN.id, "lunch?")
    await expect(channel.get_by_label("new messages")).to_be_visible()
    await expect(channel).to_have_css("font-weight", "700")
    root = sandbox.workspace.messages.all()[-1]
    for _ in range(15):
        sandbox.workspace.write("C0PARTNER", BEN.id, "more\nlines")
    sandbox.workspace.write("C0PARTNER", BOT.id, f"<@{ANA.id}> it is back", thread_ts=root.ts)
    await expect(channel.get_by_label("1 for you")).to_have_text("1")
    await channel.click()

    await expect(channel).not_to_have_css("font-weight", "700")
    await page.get_by_role("button", name="New ↑").click()
    await expect(page.get_by_text("@ana it is back", exact=True)).to_be_in_viewport()


async def test_a_narrow_window_marks_that_something_is_unread(window, sandbox):
    """The channels are behind a button there, so the button says it."""
    page = await window.open(sandbox.at(), size="phone")
    sandbox.workspace.write("C0PARTNER", BEN.id, "lunch?")
    await page.get_by_role("button", name="Channels, new messages").click()
    await page.get_by_role("navigation").get_by_role("button", name="partner-shared").click()

    await expect(page.get_by_role("button", name="Channels", exact=True)).to_be_visible()


async def test_home_does_not_hide_that_something_came(window, sandbox):
    """A direct message that comes while Home is in sight is counted until it is looked at."""
    page = await window.open(f"{sandbox.at(channel='ana')}&tab=home")
    sandbox.workspace.write("D0ANADM01", BOT.id, "pump-7 is back online")
    tab = page.get_by_role("tab", name="Messages (1)")
    await tab.click()

    await expect(page.get_by_role("tab", name="Messages", exact=True)).to_be_visible()
    await expect(page.get_by_text("pump-7 is back online").last).to_be_visible()
    await expect(page.get_by_label("1 for you")).to_have_count(0)


async def test_the_sections_by_key(page):
    """F6 goes to the message box and on from section to section; a link skips to the box."""
    box = page.locator("#composer")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the message box")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(box).to_be_focused()
    places = ["Sandbox", "You are", "Channels", "Messages"]
    for place in places:
        await page.keyboard.press("F6")
        inside = page.get_by_label(place, exact=True).last
        assert await inside.evaluate("(node) => node.contains(document.activeElement)"), place
    await page.keyboard.press("F6")
    await expect(box).to_be_focused()
    await page.keyboard.press("Shift+F6")

    await expect(page.get_by_role("region", name="Messages")).to_be_focused()


async def test_who_is_from_elsewhere_and_what_is_special(window, sandbox):
    """Guests and people of other companies are named so, and so are archived, shared channels."""
    page = await window.open(sandbox.at(channel="partner-shared"))
    sandbox.workspace.write("C0PARTNER", "U0DORA001", "hello")
    channels = page.get_by_role("navigation")

    await expect(page.get_by_role("radio", name="Gil Moreau, guest")).to_be_attached()
    await expect(page.get_by_role("radio", name="Dora Lind, Partner Telecom")).to_be_attached()
    await expect(page.get_by_role("article").locator(".badge")).to_have_text("Partner Telecom")
    await expect(page.get_by_text("shared with Partner Telecom and Carrier Labs")).to_be_visible()
    await expect(channels.get_by_role("button", name="depot-2024 archived")).to_be_visible()
    await channels.get_by_role("button", name="general").click()
    await expect(page.get_by_text("simsessions is not in this channel")).to_be_visible()


async def test_the_app_is_added_where_it_was_mentioned_in_vain(window, sandbox):
    """Whom one mentions is said not to be there, before and after; Slackbot offers to add them."""
    page = await window.open(sandbox.at(channel="general"))
    await page.locator("#composer").press_sequentially("@sim")
    await expect(page.get_by_role("option", name="simsessions")).to_contain_text("Not in channel")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    told = page.get_by_role("article", name="slackbot")
    await expect(told).to_contain_text(
        "You mentioned @simsessions, but they're not in this channel"
    )
    await told.get_by_role("button", name="Add Them").click()

    await expect(told).to_have_count(0)
    await expect(page.get_by_text("was added to #general by Ana Ruiz.", exact=True)).to_be_visible()
    await expect(page.get_by_text("simsessions is not in this channel")).to_have_count(0)
    assert await sandbox.app.wait_for(lambda app: app.events("app_mention"))


async def test_the_message_box_on_a_phone(window, sandbox):
    """At 390 px it is in sight as a whole, covered by nothing, and nothing scrolls sideways."""
    page = await window.open(sandbox.at(), size="phone")
    for text, blocks in gallery.MESSAGES.items():
        sandbox.post(*blocks, text=text)
    await expect(page.get_by_role("article")).to_have_count(len(gallery.MESSAGES))
    box = await page.locator(".composer-box").bounding_box()
    send = page.get_by_role("button", name="Send")
    await page.locator("#composer").fill("a longer line than fits, " * 3)
    await expect(send).to_be_in_viewport(ratio=1)

    assert box["y"] + box["height"] <= 844
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert await page.evaluate(COVERED, "#composer")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


COVERED = """(rule) => {
  const node = document.querySelector(rule);
  const { x, y, width, height } = node.getBoundingClientRect();
  return document.elementFromPoint(x + width / 2, y + height / 2) === node;
}"""
