"""Where the manifest is found."""

from pathlib import Path

import yaml

from bot.slack.manifest import app_features, bot_scopes, manifest_path

ROOT = Path(__file__).parent.parent.parent.parent


def test_a_checkout_has_it_beside_the_code():
    """In a checkout the manifest is the one at the top."""
    assert ROOT / "manifest.yml" == manifest_path()


def test_the_features_are_those_of_the_file():
    """Scopes needed and optional, events, shortcuts and domains come as the manifest has them."""
    whole = yaml.safe_load(manifest_path().read_text())
    features = app_features()
    needed, optional = bot_scopes()

    assert (needed | optional, optional) == (features.scopes, features.optional_scopes)
    assert set(whole["oauth_config"]["scopes"]["bot"]) == features.scopes
    assert set(whole["settings"]["event_subscriptions"]["bot_events"]) == features.events
    assert whole["features"]["shortcuts"] == list(features.shortcuts)
    assert whole["features"]["unfurl_domains"] == list(features.unfurl_domains)
