"""Who we are to Slack."""

import pytest

from bot.errors import SlackLost, StartError
from bot.sandbox.slack_api.people import BOT, BOT_ID, HOME
from bot.slack.client import SlackClient
from bot.slack.identity import Identity, identify


async def test_one_question_tells_all(client, slack):
    """
    auth.test gives workspace, user, bot and the scopes that were granted.
    """
    identity = await identify(client)

    scopes = frozenset(slack.api.scopes)
    assert Identity(HOME.id, BOT.id, BOT_ID, None, scopes) == identity
    assert ("auth.test",) == slack.api.calls.methods()


async def test_a_wrong_token_is_one_clear_line(slack, session, clock):
    """
    A token that Slack does not know is a fault of the settings, named, and not shown.
    """
    client = SlackClient(session, clock, token="xoxb-wrong", api_url=slack.api_url)

    with pytest.raises(StartError) as wrong:
        await identify(client)

    line = wrong.value.sentence
    assert line.startswith("SLACK_BOT_TOKEN: Slack refuses it (invalid_auth)")
    assert "xoxb-wrong" not in line
    assert "\n" not in line


async def test_a_slack_that_cannot_be_reached_is_no_fault_of_the_settings(session, clock):
    """
    Without a connection it is SlackLost.
    """
    client = SlackClient(session, clock, token="xoxb-1", api_url="http://127.0.0.1:9/api/")

    with pytest.raises(SlackLost, match="cannot be reached"):
        await identify(client)


async def test_a_slack_that_is_broken_is_no_fault_of_the_settings(client, slack):
    """
    A 503 that lasts is SlackLost as well.
    """
    slack.api.faults.status("auth.test", 503, times=9)

    with pytest.raises(SlackLost, match="http_503"):
        await identify(client)
