"""Every block and element that the bot may send is drawn."""

import pytest
from playwright.async_api import expect

from bot.clock import SystemClock
from bot.emulators.slack.files import File
from bot.emulators.slack.methods.context import Reader
from bot.emulators.slack.workspace import Workspace
from tests.e2e import gallery

READER = Reader(Workspace(SystemClock()))


def test_the_gallery_is_what_slack_takes():
    """Every message of the gallery, and its modal, passes the workspace's own checks."""
    for text, blocks in gallery.MESSAGES.items():
        assert tuple(blocks) == READER.blocks(blocks), text
    assert gallery.MODAL == READER.view(gallery.MODAL, ("modal",))


def kinds(blocks):
    """The types of blocks, those within others included."""
    for block in blocks:
        yield block["type"]
        yield from kinds(block.get("child_blocks", ()))


@pytest.mark.parametrize("size", ["desk", "phone"])
async def test_every_block_is_drawn(window, sandbox, size):
    """Each block has its place, none is unknown, and nothing sticks out of the window."""
    for text, blocks in gallery.MESSAGES.items():
        sandbox.post(*blocks, text=text)
    page = await window.open(sandbox.at(), size=size)
    kind = "(nodes) => nodes.map((node) => node.className.split(' ')[1].replace('-block', ''))"

    for number, (text, blocks) in enumerate(gallery.MESSAGES.items()):
        message = page.locator(".message").nth(number)
        drawn = await message.locator(".block").evaluate_all(kind)
        assert sorted(kinds(blocks)) == sorted(drawn), text
    assert 0 == await page.locator(".unknown").count()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await page.evaluate(
        "[...document.querySelectorAll('.conversation')].every(n => n.scrollWidth <= n.clientWidth)"
    )


async def test_what_cannot_be_drawn_is_said(page, sandbox):
    """A block of a kind that the page does not know is not passed over in silence."""
    sandbox.post({"type": "hologram", "block_id": "h"})

    await expect(page.locator(".unknown")).to_have_text(
        "This page cannot draw a block of type “hologram”."
    )


async def test_a_report_reads_as_in_slack(page, sandbox):
    """The state comes first, fields stand in two columns, marks have names, links open apart."""
    sandbox.post(*gallery.REPORT, text="truck-42 is online on T-Mobile USA.")
    message = page.locator(".message")
    columns = "(node) => getComputedStyle(node).gridTemplateColumns.split(' ').length"

    await expect(message.locator(".section-block").first).to_contain_text("truck-42 is online")
    await expect(message.get_by_role("img", name="green circle")).to_be_visible()
    await expect(message.locator(".fields > *")).to_have_count(6)
    assert 2 == await message.locator(".fields").evaluate(columns)
    link = message.get_by_role("link", name="≈ 37.883")
    await expect(link).to_have_attribute("rel", "noopener noreferrer")
    await expect(link).to_have_attribute("target", "_blank")


async def test_a_container_folds(page, sandbox):
    """A container that begins folded shows its title, and its blocks when it is opened."""
    sandbox.post(*gallery.BOXES)
    inner = page.get_by_text("Radio fell back to 3G.")

    await expect(inner).to_be_hidden()
    await page.get_by_text("2 more findings").click()
    await expect(inner).to_be_visible()


async def test_pictures_of_other_hosts_are_named_not_fetched(page, sandbox):
    """A picture elsewhere is told by its alternative text; nothing is asked of its host."""
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    sandbox.post(*gallery.BOXES)

    await expect(page.get_by_text("Picture on another host: A map")).to_be_visible()
    await expect(page.get_by_alt_text("A green bar: online the whole day")).to_be_visible()
    assert [] == [url for url in asked if "elsewhere" in url]


async def test_a_file_block_shows_the_uploaded_picture(page, sandbox):
    """A picture that the bot uploaded is shown, with its alternative text."""
    file = await upload(sandbox, "timeline.png", gallery.PNG)
    sandbox.post({"type": "image", "slack_file": {"id": file.id}, "alt_text": "Thirty days"})
    picture = page.get_by_alt_text("Thirty days")

    await expect(picture).to_be_visible()
    await expect(picture).to_have_js_property("naturalWidth", 1)


async def test_files_of_a_message(page, sandbox):
    """A message's picture is shown, another file is offered for download with its size."""
    picture = await upload(sandbox, "timeline.png", gallery.PNG, alt_txt="Thirty days, one gap")
    table = await upload(sandbox, "sessions.csv", b"start,end\n")
    sandbox.post(text="Here", files=(picture.to_slack(), table.to_slack()))
    offered = page.get_by_role("link", name="sessions.csv")

    await expect(page.get_by_alt_text("Thirty days, one gap")).to_be_visible()
    await expect(offered).to_contain_text("10 bytes")
    async with page.expect_download() as download:
        await offered.click()
    assert "sessions.csv" == (await download.value).suggested_filename


async def upload(sandbox, name, content, **more):
    """Upload a file as the bot does."""
    files = sandbox.workspace.files
    made = files.new_id()
    url = f"http://127.0.0.1:1/files/{made}/{name}"
    ticket = files.announce(File(made, name, len(content), url, 0, **more))
    return files.receive(ticket, content)
