"""What stands above a message in its thread."""

import pytest

from bot.slack.threads import ThreadNotRead, Threads

HISTORY = frozenset({"chat:write", "channels:history"})


@pytest.fixture
async def thread(slack):
    """A root, two replies and a question, by their timestamps."""
    say = slack.workspace.say
    root = await say("ben", "#fleet-ops", "pump-7 is down")
    replies = [await say("ben", "#fleet-ops", t, root.ts) for t in ("so is pump-8", "which?")]
    return [root, *replies]


async def test_the_root_and_what_was_written_before(slack, client, thread):
    """One call gives the root and the replies before the question, oldest first."""
    slack.api.scopes = HISTORY

    above = await Threads(client).above("C0FLEETOP", thread[0].ts, thread[2].ts)

    assert ["pump-7 is down", "so is pump-8"] == [message["text"] for message in above]
    assert ["conversations.replies"] == slack.methods()


@pytest.mark.parametrize(
    ("channel", "scope"), [("C0FLEETOP", "channels:history"), ("D0ANADM01", "im:history")]
)
async def test_a_missing_scope_is_named(slack, client, thread, channel, scope):
    """Without the scope the sentence says which one an admin can add."""
    with pytest.raises(ThreadNotRead, match=scope) as caught:
        await Threads(client).above(channel, thread[0].ts, thread[2].ts)

    assert scope == caught.value.scope


async def test_a_thread_that_is_gone_is_said(slack, client):
    """Any other refusal gives a sentence with one thing to do."""
    slack.api.scopes = HISTORY

    with pytest.raises(ThreadNotRead, match="Mention me with the SIM") as caught:
        await Threads(client).above("C0FLEETOP", "1.000000", "2.000000")

    assert caught.value.scope is None
