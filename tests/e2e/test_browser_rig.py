"""What happens where there is no browser."""

import pytest

from tests.e2e.browser_rig import REQUIRED, chromium


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
