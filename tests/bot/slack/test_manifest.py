"""Where the manifest is found."""

from pathlib import Path

from bot.slack.manifest import manifest_path

ROOT = Path(__file__).parent.parent.parent.parent


def test_a_checkout_has_it_beside_the_code():
    """
    In a checkout the manifest is the one at the top.
    """
    assert ROOT / "manifest.yml" == manifest_path()
