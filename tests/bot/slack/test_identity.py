"""Whose token the bot has, and where the manifest is found."""

from pathlib import Path

import pytest
import yaml

from bot.emulators.slack.faults import Fault
from bot.emulators.slack.people import BOT, BOT_ID, HOME
from bot.errors import SlackLost, StartError
from bot.slack.client import SlackClient
from bot.slack.identity import Identity, app_features, bot_scopes, identify, manifest_path

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


async def test_one_question_tells_all(client, slack):
    """auth.test gives workspace, user, bot and the scopes that were granted."""
    identity = await identify(client)

    scopes = frozenset(slack.api.scopes)
    assert Identity(HOME.id, BOT.id, BOT_ID, None, scopes) == identity
    assert ["auth.test"] == [call.method for call in slack.api.calls]


async def test_a_wrong_token_is_one_clear_line(slack, session, clock):
    """A token that Slack does not know is a fault of the settings, named, and not shown."""
    client = SlackClient(session, clock, token="xoxb-wrong", api_url=slack.api_url)

    with pytest.raises(StartError) as wrong:
        await identify(client)

    line = wrong.value.sentence
    assert line.startswith("SLACK_BOT_TOKEN: Slack refuses it (invalid_auth)")
    assert "xoxb-wrong" not in line
    assert "\n" not in line


PORTAL = "<html>Sign in</html>"
ON_THE_WAY = [
    Fault(500), Fault(503, PORTAL), Fault(200, PORTAL), Fault(302, PORTAL), Fault(403, PORTAL),
    Fault(407, PORTAL), Fault(200, {"ok": True}), Fault(200, {"ok": False, "error": "ratelimited"}),
    Fault(200, {"ok": False, "error": "service_unavailable"}),
]  # fmt: skip


@pytest.mark.parametrize("fault", ON_THE_WAY, ids=lambda fault: f"{fault.status} {fault.body}")
async def test_only_slacks_own_word_blames_the_token(client, slack, fault):
    """What fails at the start, or on the way to Slack, is no fault of the settings."""
    slack.api.faults.add("auth.test", fault, times=9)

    with pytest.raises(SlackLost):
        await identify(client)


@pytest.mark.parametrize("status", [200, 302, 403, 503])
async def test_a_page_in_between_is_named(client, slack, status):
    """That it was not Slack who answered, or not in its words, is said, whatever the status."""
    slack.api.faults.status("auth.test", status, PORTAL, times=9)

    with pytest.raises(SlackLost, match=f"http_{status}, (and not from Slack|not in its words)"):
        await identify(client)


async def test_a_slack_that_is_down_is_no_fault_of_the_settings(client, slack, session, clock):
    """Without a connection, and with a 503 that lasts, it is SlackLost."""
    away = SlackClient(session, clock, token="xoxb-1", api_url="http://127.0.0.1:9/api/")
    slack.api.faults.status("auth.test", 503, times=9)

    for one, says in ((away, "cannot be reached"), (client, "http_503")):
        with pytest.raises(SlackLost, match=says):
            await identify(one)
