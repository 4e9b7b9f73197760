"""The app's manifest: beside the code in a checkout, inside the package once installed."""

from functools import cache
from pathlib import Path
from typing import Any

from bot.struct import Struct

PLACES = (Path(__file__).parent.parent, Path(__file__).parent.parent.parent)


def manifest_path() -> Path:
    """Return the manifest's place. Raises FileNotFoundError where the package is not whole."""
    for place in PLACES:
        if (found := place / "manifest.yml").is_file():
            return found
    msg = f"manifest.yml is in none of {', '.join(map(str, PLACES))}"
    raise FileNotFoundError(msg)


class AppFeatures(Struct):
    """What an app made from the manifest can do: what Slack is asked for, and what is optional."""

    scopes: frozenset[str]
    optional_scopes: frozenset[str]
    events: frozenset[str]
    shortcuts: tuple[dict[str, Any], ...]
    unfurl_domains: tuple[str, ...]


def bot_scopes() -> tuple[frozenset[str], frozenset[str]]:
    """Return the scopes that the bot needs and those that it can do without."""
    features = app_features()
    return features.scopes - features.optional_scopes, features.optional_scopes


@cache
def app_features() -> AppFeatures:
    """Return the scopes, events, shortcuts and domains of the manifest, read once."""
    manifest = _manifest()
    features, scopes = manifest["features"], manifest["oauth_config"]["scopes"]
    return AppFeatures(
        frozenset(scopes["bot"]),
        frozenset(scopes["bot_optional"]),
        frozenset(manifest["settings"]["event_subscriptions"]["bot_events"]),
        tuple(features["shortcuts"]),
        tuple(features["unfurl_domains"]),
    )


def _manifest() -> dict[str, Any]:
    import yaml  # noqa: PLC0415 -- only doctor and the demo read the manifest

    manifest: dict[str, Any] = yaml.safe_load(manifest_path().read_text())
    return manifest
