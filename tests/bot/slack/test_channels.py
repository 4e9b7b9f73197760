"""Which channels are shared with another company."""

from dataclasses import replace

import pytest

from bot.slack.channels import Channels


@pytest.fixture
async def channels(client, clock, slack):
    """Those of the workspace, of which Slack tells."""
    slack.api.scopes |= {"channels:read", "groups:read"}
    made = Channels(client, clock)
    yield made
    await made.aclose()


@pytest.mark.parametrize(
    ("channel", "is_shared"),
    [("C0FLEETOP", False), ("C0PARTNER", True), ("G0ONCALL1", None), ("C0NOWHERE", None)],
)
async def test_slack_says_what_is_shared(channels, channel, is_shared):
    """
    Of a private channel without the bot it says nothing, as of one that is not there.
    """
    assert is_shared is await channels.is_shared(channel)


async def test_an_open_invitation_counts_as_shared(channels, slack):
    """
    Whoever accepts it reads what was written before.
    """
    workspace = slack.workspace
    workspace.put_channel(replace(workspace.channel("#fleet-ops"), is_pending=True))

    assert await channels.is_shared("C0FLEETOP") is True


async def test_what_an_event_told_is_known(channels, slack):
    """
    Slack need not be asked for it.
    """
    channels.learn("G0ONCALL1", is_shared=True)

    assert await channels.is_shared("G0ONCALL1") is True
    assert [] == slack.methods()
