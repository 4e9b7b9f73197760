"""The history in a browser: charts, the table, one session's details, and both files."""

import re

import pytest
from playwright.async_api import expect

from tests.e2e.steps import ask, button, change, press


async def test_the_history_is_drawn(ana):
    """Two charts and a table of a week's sessions come as one answer."""
    answer = await ask(ana, "/simsessions history truck-42 7")

    await expect(answer).to_contain_text("truck-42 had 50 sessions in the last 7 days")
    await expect(answer.locator("svg.chart-bar")).to_have_count(2)
    await expect(answer.locator("svg.chart-bar .bar").first).to_be_visible()
    await expect(answer.get_by_role("status")).to_have_text("1–10 of 50")
    await expect(answer.locator(".unknown")).to_have_count(0)


async def test_the_table_sorts_and_filters(ana):
    """The reader sorts by packets and filters by cell without asking the bot."""
    answer = await ask(ana, "/simsessions history truck-42 7")
    head = answer.get_by_role("columnheader", name="Packets up")
    place = 1 + await head.evaluate("(cell) => cell.cellIndex")
    cells = answer.locator(f"tbody tr > :nth-child({place})")
    await head.get_by_role("button").click()
    await head.get_by_role("button").click()
    await expect(head).to_have_attribute("aria-sort", "descending")
    shown = [int(text) for text in await cells.all_inner_texts()]
    await answer.get_by_role("searchbox").fill("310-260-40483-2210")

    assert sorted(shown, reverse=True) == shown
    await expect(answer.get_by_role("status")).to_contain_text("(50 in all)")


async def test_the_history_button(ana):
    """The History button of an answer brings thirty days."""
    answer = await ask(ana, "/simsessions pump-7")
    history = await press(ana, button(answer, "History"))

    await expect(history).to_contain_text("in the last 30 days")


async def test_the_details_of_a_session(ana):
    """A modal shows all of one session and leads to the next; it closes with Escape."""
    answer = await ask(ana, "/simsessions history truck-42 7")
    await button(answer, "Session details…").click()
    modal = ana.get_by_role("dialog", name="Session details")
    await expect(modal).to_contain_text("Session 1 of 50")
    await expect(modal).to_contain_text("Packets uploaded")
    await modal.locator(".button", has_text="Older").click()
    await expect(modal).to_contain_text("Session 2 of 50")
    await modal.get_by_role("combobox").select_option(index=5)
    await expect(modal).not_to_contain_text("Session 2 of 50")
    await ana.keyboard.press("Escape")

    await expect(modal).to_be_hidden()


async def test_the_picture(ana):
    """The picture comes as a direct message, with words for those who do not see it."""
    answer = await ask(ana, "/simsessions history truck-42 7")
    note = await press(ana, button(answer, "Picture"))
    await expect(note).to_contain_text("truck-42-7-days.png")
    await ana.get_by_role("navigation").get_by_role("button", name="simsessions").click()
    picture = ana.locator(".message img.large").last

    await expect(picture).to_be_visible()
    await expect(picture).to_have_attribute("alt", re.compile("truck-42"))
    assert 400 < await picture.evaluate("(image) => image.naturalWidth")


async def test_a_picture_is_shared_by_another_click(ana, demo, windows):
    """Nobody else sees it before; then it stands in the channel, with who shared it."""
    ben = await windows.open("/?as=ben&in=fleet-ops")
    pictures = ben.get_by_role("article").filter(has=ben.locator("img.large"))
    there = await pictures.count()
    answer = await ask(ana, "/simsessions history truck-42 7")
    note = await press(ana, button(answer, "Picture"))
    await expect(note).to_contain_text("Sent to your DMs")
    before = await pictures.count()
    await button(note, "Share to channel").click()
    shared = pictures.nth(there)

    assert there == before
    await expect(shared).to_contain_text("shared by @ana")
    await expect(shared.locator("img.large")).to_have_attribute("alt", re.compile("^Timeline of"))
    await expect(note).to_contain_text("is shared here")


async def test_the_choice_goes_along_with_the_pages(ana, demo):
    """After a session was chosen, paging on shows the next in the choice too."""
    answer = await ask(ana, "/simsessions history truck-42 7")
    await button(answer, "Session details…").click()
    modal = ana.get_by_role("dialog", name="Session details")
    await modal.get_by_role("combobox").select_option(index=4)
    await expect(modal).to_contain_text("Session 4 of 50")
    await modal.locator(".button", has_text="Older").click()
    await expect(modal).to_contain_text("Session 5 of 50")

    at = await modal.get_by_role("combobox").evaluate("(select) => select.selectedIndex")
    async with change(demo, "view_closed"):
        await ana.keyboard.press("Escape")

    assert 5 == at


async def test_the_csv(ana):
    """The CSV comes as a direct message and holds a line for each session."""
    answer = await ask(ana, "/simsessions history truck-42 7")
    note = await press(ana, button(answer, "CSV file"))
    await expect(note).to_contain_text("truck-42-7-days.csv")
    await ana.get_by_role("navigation").get_by_role("button", name="simsessions").click()
    async with ana.expect_download() as download:
        await ana.locator(".message a.file").last.click()
    lines = (await (await download.value).path()).read_text().splitlines()

    assert 1 + 50 == len(lines)


@pytest.mark.parametrize(("days", "said"), [("0", "1 to 30"), ("31", "1 to 30"), ("x", "x")])
async def test_days_that_are_none(ana, days, said):
    """A number of days that cannot be gets a clear answer."""
    answer = await ask(ana, f"/simsessions history truck-42 {days}")

    await expect(answer).to_contain_text(said)
    await expect(answer.locator(".data-table")).to_have_count(0)
