"""Charts: drawn as inline SVG, readable by eye and by ear."""

from playwright.async_api import expect

from tests.e2e import gallery

TICKS = """async (values) => (await import("/static/js/charts/scale.js")).ticks(values)"""


ROUND = [
    ([0, 4], [0, 1, 2, 3, 4]),
    ([1, 97], [0, 25, 50, 75, 100]),
    ([-20, 60], [-20, 0, 20, 40, 60]),
    ([0, 0], [0, 1]),
    ([-5, -1], [-6, -4, -2, 0]),
    ([10, 4], [0, 5, 10]),
    ([1], [0, 1]),
    ([0.2, 0.9], [0, 0.25, 0.5, 0.75, 1]),
    ([1_000_000], [0, 250_000, 500_000, 750_000, 1_000_000]),
]
SHAPES = {
    "line": {"path.line": 2, ".marker": 14},
    "bar": {"rect.bar": 14},
    "area": {"path.area": 1, ".marker": 7},
    "pie": {".slice": 3},
}


async def test_ticks_are_round(page):
    """Axes hold every value and 0, at round steps."""
    for values, ticks in ROUND:
        assert ticks == await page.evaluate(TICKS, values), values


async def test_every_value_is_drawn(page, sandbox):
    """Each series and each value has its shape."""
    sandbox.post(*gallery.LINES)
    sandbox.post(*gallery.AREAS)

    for kind, shapes in SHAPES.items():
        for shape, count in shapes.items():
            await expect(page.locator(f"svg.chart-{kind} {shape}")).to_have_count(count)


async def test_a_chart_says_what_it_shows(page, sandbox):
    """A chart is named by its title and described by its values; the legend names the series."""
    sandbox.post(*gallery.LINES)
    chart = page.locator(".data-visualization").first
    picture = chart.get_by_role("img")

    await expect(picture).to_have_accessible_name(
        "Packets a day line chart. "
        "Up: Mon 120, Tue 340, Wed 260, Thu 410, Fri 380, Sat 90, Sun 60. "
        "Down: Mon 150, Tue 300, Wed 310, Thu 390, Fri 420, Sat 130, Sun 70."
    )
    await expect(chart.locator(".legend li")).to_have_text(["Up", "Down"])


async def test_a_pie_says_its_shares(page, sandbox):
    """The legend of a pie gives each part with its share."""
    sandbox.post(*gallery.AREAS)

    await expect(page.locator(".data-visualization").last.locator(".legend li")).to_have_text(
        ["T-Mobile USA: 152 (72 %)", "Telcel: 48 (23 %)", "AT&T: 12 (6 %)"]
    )


async def test_letters_keep_their_size_on_a_phone(window, sandbox):
    """A chart is drawn anew for a narrow window instead of being shrunk with its letters."""
    sandbox.post(*gallery.LINES)
    page = await window.open(sandbox.at(), size="phone")
    picture = page.locator(".chart svg").first
    widths = "(n) => [n.viewBox.baseVal.width, n.getBoundingClientRect().width]"
    box = page.locator(".chart").first

    await expect(picture).not_to_have_attribute("width", "560")
    drawn, shown = await picture.evaluate(widths)
    assert drawn == shown
    assert shown <= await box.evaluate("(n) => n.clientWidth") + 1
