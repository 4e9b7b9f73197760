"""conversations.info, conversations.open and users.conversations."""

import pytest

from tests.bot.emulators.slack.kit import ANA, BEN, BOT, DORA, FLEET, GENERAL, PRIVATE, refusal

BOTH = "public_channel,private_channel"


@pytest.fixture
def channels(web, api):
    """The client, with every scope for channels."""
    api.scopes |= {"channels:read", "groups:read", "im:write"}
    return web


async def names(web, **asked):
    answer = await web.api_call("users.conversations", params=asked)
    return [channel["name"] for channel in answer["channels"]]


async def test_the_bot_knows_public_channels_and_its_own(channels):
    """It is told what they are; a private channel without it is not found."""
    found = {}
    for channel in (FLEET, GENERAL, "C0PARTNER", "C0DEPOT24"):
        told = (await channels.conversations_info(channel=channel))["channel"]
        found[channel] = (told["is_member"], told["is_ext_shared"], told["is_archived"])

    assert found == {
        FLEET: (True, False, False),
        GENERAL: (False, False, False),
        "C0PARTNER": (True, True, False),
        "C0DEPOT24": (True, False, True),
    }
    assert "channel_not_found" == await refusal(channels.conversations_info(channel=PRIVATE))


async def test_direct_messages_are_opened(channels):
    """The same channel comes back each time; nobody has none."""
    first = (await channels.conversations_open(users=DORA))["channel"]["id"]
    again = (await channels.conversations_open(users=DORA))["channel"]["id"]

    assert first == again
    assert "user_not_found" == await refusal(channels.conversations_open(users="U0NOBODY1"))


async def test_the_channels_of_a_person(channels):
    """Public ones by default, archived ones too; without a person they are the app's own."""
    every = await names(channels, user=ANA)

    assert {"fleet-ops", "general", "partner-shared", "depot-2024"} == set(every)
    assert "depot-2024" not in await names(channels, user=ANA, exclude_archived="true")
    assert "fleet-ops" in await names(channels)
    nobody = channels.api_call("users.conversations", params={"user": "U0NOBODY1"})
    assert "user_not_found" == await refusal(nobody)


async def test_private_ones_only_where_the_app_is_too(channels, workspace):
    """What the app may not know of is not told."""
    before = await names(channels, user=ANA, types=BOTH)
    private = workspace.channel("#on-call-private")
    workspace.put_channel(private.with_members(BOT))

    assert "on-call-private" not in before
    assert "on-call-private" in await names(channels, user=ANA, types=BOTH)
    assert "on-call-private" not in await names(channels, user=BEN, types=BOTH)


async def test_they_come_in_pages(channels):
    """The cursor leads from one page to the next, and the last has none."""
    found, cursor, is_first = [], "", True
    while cursor or is_first:
        asked = {"user": ANA, "limit": "3", "cursor": cursor}
        answer = await channels.api_call("users.conversations", params=asked)
        found += [channel["name"] for channel in answer["channels"]]
        cursor, is_first = answer["response_metadata"]["next_cursor"], False

    assert found == await names(channels, user=ANA)
