"""Looking for a post whose fate is not known."""

import pytest

from bot.slack.errors import SlackRefused
from bot.slack.identity import Identity
from bot.slack.lost_posts import LostPosts, marked

CHANNEL = "C0FLEETOP"
ANA = "U0ANA0001"
SCOPES = {"chat:write", "channels:history", "groups:history", "im:history", "im:write"}


@pytest.fixture
async def lost(client, slack):
    """What is tested, with the scopes it needs."""
    slack.api.scopes = frozenset(SCOPES)
    answer = await client.call("auth.test")
    return LostPosts(client, Identity("T0", answer.body["user_id"], answer.body["bot_id"]))


@pytest.fixture
def posted(client):
    """Post something with a key; give its ts."""

    async def post(key, channel=CHANNEL, **more):
        body = {"channel": channel, "text": "hello", "metadata": marked(key), **more}
        return (await client.call("chat.postMessage", body)).body["ts"]

    return post


async def test_a_post_is_found_by_its_key(lost, posted):
    """
    Among others of the bot's, the one with the key is found in its channel.
    """
    ts = await posted("one")
    await posted("two")

    assert (CHANNEL, ts) == await lost.find("one", CHANNEL, None, 0)


async def test_a_reply_is_found_in_its_thread(lost, posted, slack):
    """
    What was written into a thread stands there only, and not in the channel's history.
    """
    root = await slack.workspace.say("ana", "#fleet-ops", "alert")
    ts = await posted("one", thread_ts=root.ts)

    assert (CHANNEL, ts) == await lost.find("one", CHANNEL, root.ts, 0)
    assert None is await lost.find("one", CHANNEL, None, 0)


async def test_a_direct_message_is_found_by_the_persons_id(lost, posted, slack):
    """
    A person's id stands for the conversation with them.
    """
    ts = await posted("one", channel=ANA)

    assert (slack.workspace.dm(ANA).id, ts) == await lost.find("one", ANA, None, 0)


async def test_it_is_found_behind_many_others(lost, posted):
    """
    The search goes on page by page.
    """
    ts = await posted("one")
    for number in range(205):
        await posted(f"later {number}")

    assert (CHANNEL, ts) == await lost.find("one", CHANNEL, None, 0)


@pytest.mark.parametrize(
    "metadata",
    [
        None,
        {"event_type": "another", "event_payload": {"key": "one"}},
        {"event_type": "simsessions_post", "event_payload": {"key": "two"}},
        {"event_type": "simsessions_post", "event_payload": {}},
    ],
)
async def test_what_does_not_bear_the_key_is_not_it(lost, client, metadata):
    """
    Only our mark with this very key counts.
    """
    body = {"channel": CHANNEL, "text": "hello"} | ({"metadata": metadata} if metadata else {})
    await client.call("chat.postMessage", body)

    assert None is await lost.find("one", CHANNEL, None, 0)


async def test_what_others_wrote_is_not_it(lost, slack):
    """
    A message of somebody else with our mark on it does not pass for ours.
    """
    slack.workspace.write(CHANNEL, ANA, "forged", metadata=marked("one"))

    assert None is await lost.find("one", CHANNEL, None, 0)


async def test_what_is_older_is_not_looked_at(lost, posted, clock):
    """
    The search begins where the post could first have been made.
    """
    await posted("one")

    assert None is await lost.find("one", CHANNEL, None, clock.now().timestamp() + 60)


async def test_without_the_scope_slack_refuses(lost, posted, slack):
    """
    That it cannot be looked for is an error, and not "it is not there".
    """
    await posted("one")
    slack.api.scopes = frozenset({"chat:write"})

    with pytest.raises(SlackRefused, match="missing_scope"):
        await lost.find("one", CHANNEL, None, 0)
