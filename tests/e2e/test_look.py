"""The page is readable: contrast, names, keys, and room on a phone."""

import pytest
from playwright.async_api import expect

from bot.emulators.slack.people import ANA
from tests.e2e import gallery

# Every text that is fainter than WCAG AA allows: 4.5, for large letters 3.
FAINT = """() => {
  const parse = (css) => {
    const [r, g, b, a = 1] = css.match(/[\\d.]+/g).map(Number);
    return { r, g, b, a };
  };
  const over = (top, below) => ({
    r: top.r * top.a + below.r * (1 - top.a), g: top.g * top.a + below.g * (1 - top.a),
    b: top.b * top.a + below.b * (1 - top.a), a: 1,
  });
  const light = ({ r, g, b }) => [r, g, b]
    .map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, n) => sum + v * [0.2126, 0.7152, 0.0722][n], 0);
  const chain = (node) => (node ? [node, ...chain(node.parentElement)] : []);
  const ground = (node) => chain(node).reverse()
    .map((each) => parse(getComputedStyle(each).backgroundColor))
    .reduce((below, top) => over(top, below), { r: 255, g: 255, b: 255, a: 1 });
  const seen = (node) => node.checkVisibility({ opacityProperty: true, visibilityProperty: true })
    && chain(node).every((each) => Number(getComputedStyle(each).opacity) > 0.9)
    && node.getClientRects().length;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const faint = [];
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    const text = walker.currentNode.textContent.trim();
    if (!text || node.closest("svg, noscript, option, :disabled") || !seen(node)) continue;
    const style = getComputedStyle(node);
    const back = ground(node);
    const [a, b] = [light(over(parse(style.color), back)), light(back)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) faint.push(`${ratio.toFixed(2)} ${node.className}: ${text}`);
  }
  return [...new Set(faint)];
}"""
NAMELESS = """() => [...document.querySelectorAll("button, a[href], input, select, textarea")]
  .filter((node) => node.checkVisibility())
  .filter((node) => !(node.innerText || node.ariaLabel || node.title || node.labels?.length))
  .map((node) => node.outerHTML)"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["desk", "phone"])
async def test_texts_can_be_read(window, sandbox, scheme, size):
    """Every text of the page and of every block has the contrast that WCAG AA asks for."""
    for text, blocks in gallery.MESSAGES.items():
        sandbox.post(*blocks, text=text)
    sandbox.post(*gallery.REPORT, text="only for Ana", ephemeral_to=ANA.id)
    page = await window.open(sandbox.at(), size=size, scheme=scheme)

    assert [] == await page.evaluate(FAINT)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_modals_can_be_read(window, sandbox, scheme):
    """So has every text of a modal."""
    view = sandbox.workspace.views.open(ANA.id, gallery.MODAL)
    page = await window.open(sandbox.at(), scheme=scheme)
    await page.get_by_role("button", name="Watch", exact=True).click()
    await expect(page.get_by_text("Please complete")).to_be_visible()

    assert view.user == ANA.id
    assert [] == await page.evaluate(FAINT)


async def test_everything_to_press_has_a_name(page, sandbox):
    """Buttons, links and fields are named for those who do not see them."""
    for text, blocks in gallery.MESSAGES.items():
        sandbox.post(*blocks, text=text)
    await expect(page.get_by_role("article")).to_have_count(len(gallery.MESSAGES))

    assert [] == await page.evaluate(NAMELESS)


async def test_the_page_by_key(page, sandbox):
    """From the composer a person reaches the message's buttons with Shift and Tab alone."""
    sandbox.post(*gallery.REPORT)
    await expect(page.get_by_role("article")).to_be_visible()
    await page.locator("#composer").focus()
    reached = []
    for _ in range(8):
        await page.keyboard.press("Shift+Tab")
        reached.append(await page.evaluate("document.activeElement.innerText"))

    assert {"⋮", "⋯", "Reset", "Share to channel", "Refresh"} <= set(reached)


async def test_drawers_on_a_phone(window, sandbox):
    """On a phone the channels and the things to try lie in drawers, and a choice closes them."""
    page = await window.open(sandbox.at(), size="phone")
    general = page.get_by_role("navigation").get_by_role("button", name="general")
    example = page.get_by_role("button", name="What the bot can do")
    await expect(general).to_be_hidden()
    await expect(example).to_be_hidden()
    await page.get_by_role("button", name="Channels").click()
    await general.click()
    await expect(general).to_be_hidden()
    await expect(page.get_by_role("heading", level=1)).to_have_text("# general")
    await expect(page.get_by_role("radio")).to_have_count(6)
    await expect(page.get_by_role("radio", name="Ben Okafor")).to_be_in_viewport()
    await page.get_by_role("button", name="Things to try").click()
    await example.click()

    await expect(example).to_be_hidden()
    assert "help" == (await sandbox.app.wait_for(lambda app: app.delivered))[0][1]["text"]


async def test_channels_by_key(page):
    """The focus stays on the channel that was entered with the keyboard."""
    general = page.get_by_role("navigation").get_by_role("button", name="general")
    await general.press("Enter")

    await expect(page.get_by_role("heading", level=1)).to_have_text("# general")
    await expect(general).to_be_focused()


async def test_a_long_answer_begins_at_its_first_line(window, sandbox):
    """An answer longer than the window is shown from its first line, not from its last."""
    page = await window.open(sandbox.at(), size="phone")
    sandbox.post(gallery.section("The verdict"), *gallery.REPORT, *gallery.TEXTS, text="long")

    await expect(page.get_by_text("The verdict", exact=True)).to_be_in_viewport()
