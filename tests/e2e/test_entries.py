"""The ways to ask besides the command: shortcut, prefix, link, direct message; and Home."""

import pytest
from playwright.async_api import expect

from tests.e2e.steps import ask, button, choose

SID = "DEd07fe65c7b35b809cecac7a5bee56db5"  # truck-42
LINK = f"https://console.korewireless.com/sims/{SID}"


async def say(page, text):
    """Write into the channel."""
    await page.locator("#composer").fill(text)
    await page.locator("#composer").press("Enter")


async def test_a_shortcut_looks_up_what_an_alert_names(ana):
    """The shortcut on another app's alert answers in its thread, with a table."""
    await ana.get_by_role("button", name="Raise an alert").click()
    alert = ana.get_by_role("article", name="Grafana").last
    await choose(ana, alert, "Look up SIMs")

    answer = ana.locator(".replies article").filter(has=ana.get_by_role("table")).last
    await expect(answer.get_by_role("rowheader", name="truck-42")).to_be_visible()


async def test_an_alert_is_forwarded_to_the_bot(ana):
    """ "This one" with a forwarded alert is about the SIMs that the alert names."""
    await ana.get_by_role("button", name="Raise an alert").click()
    await choose(ana, ana.get_by_role("article", name="Grafana").last, "Forward message")
    await ana.get_by_role("button", name="Mention simsessions in it").click()
    await ana.get_by_label("Message with it").press_sequentially("this one?")
    await ana.get_by_role("button", name="Forward", exact=True).click()

    answer = ana.locator(".replies article").filter(has=ana.get_by_role("table")).last
    for name in ("truck-42", "pump-7", "well-1", "well-2", "well-3"):
        await expect(answer.get_by_role("rowheader", name=name, exact=True)).to_be_visible()


@pytest.mark.parametrize("text", ["!sim gateway-3", "@simsessions gateway-3"])
async def test_it_is_asked_in_the_channel(ana, text):
    """By prefix and by mention, the answer comes into the thread of the question."""
    await say(ana, text)

    answer = ana.locator(".replies").last.get_by_role("article").last
    await expect(answer).to_contain_text("gateway-3 is online")


async def test_it_is_asked_directly(windows, demo):
    """In a direct message every text is a question."""
    page = await windows.open("/?as=ben&in=ben")
    await say(page, "gateway-3")

    await expect(page.get_by_text("gateway-3 is online").first).to_be_visible()


async def test_a_link_gets_a_preview(ana):
    """A link to a SIM is previewed while it is typed, and under the message, without its place."""
    await ana.locator("#composer").fill(f"see {LINK}")
    await expect(ana.locator(".previews")).to_contain_text("truck-42")
    await ana.locator("#composer").press("Enter")

    preview = ana.get_by_role("article", name=LINK).locator(".attachment")
    await expect(preview.last).to_contain_text("truck-42")
    await expect(preview.last).not_to_contain_text("tower")


async def test_home_shows_what_one_watches(ana):
    """A watch stands in Home, with how all stands; Stop takes it away there too."""
    await ask(ana, "/simsessions watch gateway-3 until offline")
    await ana.get_by_role("button", name="simsessions", exact=True).click()
    await ana.get_by_role("tab", name="Home").click()
    home = ana.get_by_role("region", name="Home")
    await expect(home).to_contain_text("gateway-3: online")
    await expect(home).to_contain_text("KORE: answers")
    await button(home, "Stop").last.click()

    await expect(home).not_to_contain_text("gateway-3: online")


async def test_a_digest_is_made_from_home(ana):
    """The button of Home opens the same window as the command."""
    await ana.get_by_role("button", name="simsessions", exact=True).click()
    await ana.get_by_role("tab", name="Home").click()
    await button(ana.get_by_role("region", name="Home"), "New digest…").click()

    await expect(ana.get_by_role("dialog", name="New digest")).to_contain_text("Which SIMs")
