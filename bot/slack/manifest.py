"""The app's manifest: beside the code in a checkout, inside the package once installed."""

from pathlib import Path
from typing import Any

PLACES = (Path(__file__).parent.parent, Path(__file__).parent.parent.parent)


def manifest_path() -> Path:
    """Give the manifest's place. Raises FileNotFoundError where the package is not whole."""
    for place in PLACES:
        if (found := place / "manifest.yml").is_file():
            return found
    msg = f"manifest.yml is in none of {', '.join(map(str, PLACES))}"
    raise FileNotFoundError(msg)


def bot_scopes() -> tuple[frozenset[str], frozenset[str]]:
    """Give the scopes that the bot needs and those that it can do without."""
    import yaml  # noqa: PLC0415 -- only doctor reads the manifest

    scopes: dict[str, Any] = yaml.safe_load(manifest_path().read_text())["oauth_config"]["scopes"]
    return frozenset(scopes["bot"]), frozenset(scopes.get("bot_optional", ()))
