"""The data_table: sorted, filtered and paged by the reader."""

import pytest_asyncio
from playwright.async_api import expect

from tests.e2e import gallery

COLUMN = "(nodes) => nodes.map((node) => node.textContent)"


@pytest_asyncio.fixture(loop_scope="session")
async def table(page, sandbox):
    """A table of seven sessions, five a page."""
    sandbox.post(*gallery.DATA_TABLE)
    return page.locator(".data-table")


async def column(table, number):
    """What stands in a column."""
    return await table.locator(f"tbody tr > :nth-child({number})").evaluate_all(COLUMN)


async def test_pages_turn(table):
    """The caption names the table, a page has five rows and says so; there are two pages."""
    await expect(table.get_by_role("table", name="Sessions of truck-42")).to_be_visible()
    await expect(table.locator("tbody tr")).to_have_count(5)
    await expect(table.get_by_role("status")).to_have_text("1–5 of 7")
    await expect(table.get_by_role("rowheader")).to_have_count(5)
    await expect(table.get_by_role("button", name="Previous page")).to_be_disabled()
    await table.get_by_role("button", name="Next page").click()
    await expect(table.get_by_role("status")).to_have_text("6–7 of 7")
    await expect(table.locator("tbody tr")).to_have_count(2)
    await expect(table.get_by_role("button", name="Next page")).to_be_disabled()


async def test_columns_sort(table):
    """A click sorts upwards, a second downwards, a third not at all; a key sorts another column."""
    head = table.get_by_role("columnheader", name="Up")
    orders = []
    for way in ("ascending", "descending", "none", "ascending"):
        await head.get_by_role("button").click()
        await expect(head).to_have_attribute("aria-sort", way)
        orders.append(await column(table, 4))
    await table.get_by_role("columnheader", name="Operator").get_by_role("button").press("Enter")
    texts = await column(table, 2)

    upwards = ["3", "9", "20", "80", "100"]
    downwards = ["1,246", "246", "100", "80", "20"]
    assert [upwards, downwards, ["246", "9", "1,246", "100", "80"], upwards] == orders
    assert ["AT&T", "Rogers", "T-Mobile USA", "T-Mobile USA", "T-Mobile USA"] == texts
    await expect(table.locator("[aria-sort=ascending]")).to_have_count(1)


async def test_the_filter_finds_in_every_row(table):
    """It looks at all rows in whatever case; nothing found is said, an empty one shows all."""
    await table.get_by_role("searchbox").fill("rOGers")
    assert ["Rogers"] == await column(table, 2)
    await expect(table.get_by_role("status")).to_have_text("1–1 of 1 (7 in all)")
    await table.get_by_role("searchbox").fill("no such operator")
    await expect(table.locator("tbody")).to_have_text("No row matches the filter.")
    await table.get_by_role("searchbox").fill("")
    await expect(table.get_by_role("status")).to_have_text("1–5 of 7")


async def test_what_is_no_number_comes_last(page, sandbox):
    """Unknown values stand after the numbers, upwards and downwards."""
    values = [3, "unknown", 1, 2]
    rows = [[gallery.cell("Packets")], *([gallery.cell(value)] for value in values)]
    sandbox.post({"type": "data_table", "caption": "Packets", "rows": rows})
    table = page.locator(".data-table")
    orders = []
    for _ in range(2):
        await table.get_by_role("columnheader").get_by_role("button").click()
        orders.append(await column(table, 1))

    assert [["1", "2", "3", "unknown"], ["3", "2", "1", "unknown"]] == orders
