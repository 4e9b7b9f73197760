"""conversations.* and reactions."""

import pytest

from tests.bot.emulators.slack.kit import BOT, DORA, FLEET, GENERAL, PRIVATE, refusal


@pytest.fixture
def channels(web, api):
    """The client, with every scope for channels."""
    api.scopes |= {
        "channels:read",
        "channels:join",
        "channels:history",
        "im:write",
        "reactions:write",
    }
    return web


async def test_the_bot_knows_public_channels_and_its_own(channels):
    """
    A private channel without the bot is neither listed nor found.
    """
    listed = {c["id"]: c["is_member"] for c in (await channels.conversations_list())["channels"]}

    known = {FLEET: True, GENERAL: False, "C0PARTNER": True, "C0DEPOT24": True}
    assert known == listed
    assert "channel_not_found" == await refusal(channels.conversations_info(channel=PRIVATE))


async def test_archived_channels_may_be_left_out(channels):
    """
    The list holds them unless it is asked not to.
    """
    listed = (await channels.conversations_list(exclude_archived=True))["channels"]

    assert "depot-2024" not in {channel["name"] for channel in listed}


async def test_a_shared_channel_says_so(channels):
    """
    conversations.info tells whether strangers are in a channel.
    """
    shared = (await channels.conversations_info(channel="C0PARTNER"))["channel"]
    members = (await channels.conversations_members(channel="C0PARTNER"))["members"]

    assert shared["is_ext_shared"]
    assert DORA in members


async def test_the_bot_may_join_public_channels(channels, workspace):
    """
    After joining it may write there; direct messages are not joined.
    """
    await channels.conversations_join(channel=GENERAL)

    assert BOT in workspace.channel(GENERAL).members
    assert (await channels.chat_postMessage(channel=GENERAL, text="hi"))["ok"]
    wrong = channels.conversations_join(channel="D0ANADM01")
    assert "method_not_supported_for_channel_type" == await refusal(wrong)


async def test_direct_messages_are_opened(channels):
    """
    The same channel comes back each time; nobody has none.
    """
    first = (await channels.conversations_open(users=DORA))["channel"]["id"]
    again = (await channels.conversations_open(users=DORA))["channel"]["id"]

    assert first == again
    assert "user_not_found" == await refusal(channels.conversations_open(users="U0NOBODY1"))


async def test_a_reaction_is_put_once(channels, said, workspace):
    """
    The same emoji a second time is already there.
    """
    message = said(text="hi")
    args = {"channel": FLEET, "timestamp": message.ts, "name": "eyes"}
    await channels.reactions_add(**args)

    reactions = workspace.messages.get(message.ts).to_slack()["reactions"]
    assert [{"name": "eyes", "users": [BOT], "count": 1}] == reactions
    assert "already_reacted" == await refusal(channels.reactions_add(**args))
    lost = channels.reactions_add(**args | {"timestamp": "1700000000.000000"})
    assert "message_not_found" == await refusal(lost)
