"""What Slack says of channels and people, for digests."""

import pytest

from bot.sandbox.slack_api.people import ANA, DORA
from bot.slack.errors import SlackOutcomeUnknown, SlackRateLimited, SlackRefused
from bot.slack.places import TROUBLES, Places, Trouble, trouble_of

SCOPES = {"users:read", "channels:read", "groups:read"}


@pytest.fixture
def places(client, slack):
    slack.api.scopes |= SCOPES
    return Places(client)


@pytest.mark.parametrize(
    ("channel", "trouble"),
    [
        ("C0FLEETOP", None),
        ("D0ANADM01", None),
        ("C0GENERAL", Trouble.NOT_IN_CHANNEL),
        ("G0ONCALL1", Trouble.NOT_IN_CHANNEL),
        ("C0DEPOT24", Trouble.ARCHIVED),
        ("C0NOWHERE", Trouble.NOT_IN_CHANNEL),
    ],
)
async def test_what_stands_in_the_way_of_posting(places, channel, trouble):
    """
    Archived, or the bot is not in it; where it can post, nothing.
    """
    assert trouble is await places.trouble(channel)


async def test_without_the_scope_nothing_is_claimed(places, slack):
    """
    What Slack does not say is left to the first post.
    """
    slack.api.scopes -= SCOPES

    assert None is await places.trouble("C0DEPOT24")
    assert None is await places.zone_of(ANA.id)
    assert not await places.has("C0FLEETOP", ANA.id)


@pytest.mark.parametrize(
    ("channel", "person", "is_in"),
    [
        ("C0FLEETOP", ANA.id, True),
        ("C0FLEETOP", DORA.id, False),
        ("C0PARTNER", DORA.id, True),
        ("C0NOWHERE", ANA.id, False),
    ],
)
async def test_who_is_in_a_channel(places, channel, person, is_in):
    """
    Only who Slack names is in it.
    """
    assert is_in is await places.has(channel, person)


async def test_the_channels_of_a_person(places):
    """
    All that Slack tells of, page after page.
    """
    assert {"C0FLEETOP", "C0GENERAL", "C0PARTNER", "C0DEPOT24"} == await places.channels_of(ANA.id)
    assert frozenset() == await places.channels_of("U0NOBODY1")


async def test_where_somebody_lives(places):
    """
    A zone is IANA's name; of a stranger nothing is known.
    """
    assert "America/New_York" == await places.zone_of(ANA.id)
    assert None is await places.zone_of("U0NOBODY1")


@pytest.mark.parametrize(("code", "trouble"), TROUBLES.items())
def test_troubles_that_last(code, trouble):
    """
    Each code that no waiting mends is one.
    """
    assert trouble is trouble_of(SlackRefused("chat.postMessage", code))


@pytest.mark.parametrize(
    "error",
    [
        SlackRefused("chat.postMessage", "invalid_blocks"),
        SlackRefused("chat.postMessage", "fatal_error"),
        SlackRateLimited("chat.postMessage", 1.0),
        SlackOutcomeUnknown("chat.postMessage", "cut"),
    ],
)
def test_troubles_that_pass(error):
    """
    What may be better in a minute pauses nothing.
    """
    assert trouble_of(error) is None
