"""Where there is no browser, and how a page is used again."""

import pytest
from playwright.async_api import expect

from tests.e2e.browser_rig import REQUIRED, chromium, opened_window
from tests.e2e.steps import choose
from tests.e2e.workspace_rig import opened_sandbox


@pytest.mark.parametrize(
    ("required", "outcome"), [("", pytest.skip.Exception), ("1", pytest.fail.Exception)]
)
def test_without_a_browser(monkeypatch, tmp_path, required, outcome):
    """The tests are skipped with the way to get one; where everything is required they fail."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv(REQUIRED, required)

    with pytest.raises(outcome, match="install chromium"):
        chromium()


def test_with_a_browser(monkeypatch, tmp_path):
    """A browser on the path is found."""
    browser = tmp_path / "chromium"
    browser.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert str(browser) == chromium()


async def test_a_page_is_used_again_as_new(browser, address):
    """Nothing that a test has typed, opened or posted is there for the next one."""
    async with opened_sandbox(address) as before, opened_window(browser, address.url) as windows:
        page = await windows.open(size="phone")
        before.post(text="from before")
        await page.locator("#composer").fill("typed before")
        await choose(page, page.get_by_role("article"), "Notification and JSON")
        await expect(page.get_by_role("dialog")).to_be_visible()
    async with opened_sandbox(address) as after, opened_window(browser, address.url) as windows:
        again = await windows.open(after.at("ben"))
        assert page is again
        await again.keyboard.press("F6")
        await expect(again.locator("#composer")).to_be_focused()
        await expect(again.locator("#composer")).to_have_value("")
        await expect(again.get_by_role("dialog")).to_have_count(0)
        await expect(again.get_by_role("article")).to_have_count(0)
        await expect(again.get_by_role("radio", name="Ben Okafor")).to_be_checked()
        assert await again.evaluate("innerWidth > 1000")
