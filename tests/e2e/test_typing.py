"""Typing: whom to mention, several lines in a thread, shortcuts, and where nobody writes."""

import pytest
from playwright.async_api import expect

from tests.e2e.steps import reply_in_thread


def box_of(page):
    """The box under the channel."""
    return page.locator("#composer")


async def test_a_mention_is_offered(page):
    """After an @ the app, people and groups whose names fit are offered; Tab takes the first."""
    await box_of(page).press_sequentially("ask @")
    await expect(page.get_by_role("option").first).to_contain_text("@simsessions")
    await box_of(page).press_sequentially("on")
    await expect(page.get_by_role("option")).to_have_text(["@on-call On call"])
    await box_of(page).press("Tab")

    await expect(box_of(page)).to_have_value("ask @on-call ")
    await expect(page.get_by_role("option")).to_have_count(0)


async def test_a_whole_mention_needs_no_choice(page, sandbox):
    """Typed in full it is sent with Enter, and shown as a name."""
    await box_of(page).press_sequentially("@simsessions")
    await box_of(page).press("Enter")

    await expect(page.get_by_role("article").locator(".mention")).to_have_text("@simsessions")
    assert "<@U0SIMSESS>" == sandbox.workspace.messages.all()[-1].text


@pytest.mark.parametrize(
    ("keys", "left"),
    [(["ArrowDown", "Enter"], "@ben "), (["ArrowUp", "Enter"], "@ben "), (["Escape"], "@b")],
)
async def test_what_is_offered_is_chosen_by_keys(page, keys, left):
    """The arrows walk through it, Enter takes one, Escape lets it go."""
    await box_of(page).press_sequentially("@b")
    for key in keys:
        await box_of(page).press(key)

    await expect(box_of(page)).to_have_value(left)


async def test_the_sign_begins_a_mention_of_the_app(page):
    """The @ beside the box writes the app's name."""
    await box_of(page).fill("pump-7")
    await page.get_by_role("button", name="Mention simsessions").click()

    await expect(box_of(page)).to_have_value("pump-7 @simsessions ")


async def test_a_reply_may_have_several_lines(page, sandbox):
    """What is pasted into a thread keeps its lines, and is answered there."""
    root = sandbox.post(text="an alert")
    await reply_in_thread(page, page.get_by_role("article"), "well-1\nwell-2")

    await expect(page.locator(".replies")).to_contain_text("well-1 well-2")
    written = sandbox.workspace.messages.all()[-1]
    assert ("well-1\nwell-2", root.ts) == (written.text, written.thread_ts)


async def test_what_one_person_sees_stands_in_its_thread(page, sandbox):
    """An ephemeral reply is shown in the thread, marked, and not counted."""
    root = sandbox.post(text="an alert")
    sandbox.post(text="one answer", thread_ts=root.ts)
    sandbox.post(text="psst", thread_ts=root.ts, ephemeral_to="U0ANA0001")

    await expect(page.locator(".replies article").last).to_contain_text("Only visible to you")
    await expect(page.get_by_text("1 reply", exact=True)).to_be_visible()


async def test_a_shortcut_is_used_anywhere(page, sandbox):
    """The lightning lists the app's global shortcuts, and the app is told of the one chosen."""
    await page.get_by_role("button", name="Shortcuts").click()
    await page.get_by_role("menuitem", name="New watch").click()

    (told,) = await sandbox.app.wait_for(lambda app: app.of("shortcut"))
    assert "watch" == told["callback_id"]


async def test_nobody_writes_into_an_archived_channel(window, sandbox):
    """The box is closed there and says why."""
    page = await window.open(sandbox.at(channel="depot-2024"))

    await expect(box_of(page)).to_be_disabled()
    await expect(box_of(page)).to_have_attribute(
        "placeholder", "You are viewing #depot-2024, an archived channel"
    )
    await expect(page.get_by_role("button", name="Send", exact=True)).to_be_hidden()
    await expect(page.locator(".welcome")).to_have_text("This is the very beginning of depot-2024")
