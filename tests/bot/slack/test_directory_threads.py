"""The threads above a question."""

import pytest

from bot.emulators.slack.people import BOT, Channel
from bot.slack.directory import MOST_THREAD_PAGES, Threads
from bot.slack.errors import ThreadNotRead

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

    above = await Threads(client, "U0SIMSESS").above("C0FLEETOP", thread[0].ts, thread[2].ts)

    assert ["pump-7 is down", "so is pump-8"] == [message["text"] for message in above]
    assert ["conversations.replies"] == slack.methods()


@pytest.mark.parametrize(
    ("channel", "scope"), [("C0FLEETOP", "channels:history"), ("D0ANADM01", "im:history")]
)
async def test_a_missing_scope_is_named(slack, client, thread, channel, scope):
    """Without the scope the sentence says which one an admin can add."""
    with pytest.raises(ThreadNotRead, match=scope) as caught:
        await Threads(client, "U0SIMSESS").above(channel, thread[0].ts, thread[2].ts)

    assert scope == caught.value.scope


@pytest.mark.parametrize(
    ("channel", "scope"), [("C0FLEETOP", "channels:history"), ("C0ONCALL1", "groups:history")]
)
async def test_of_several_missing_scopes_that_of_the_channel_is_named(
    slack, client, channel, scope
):
    """A private channel's id begins with C as well: Slack is asked which kind it is."""
    private = Channel("C0ONCALL1", "on-call", "private", frozenset({BOT.id}))
    slack.workspace.put_channel(private)
    needed = "channels:history,groups:history,mpim:history,im:history"
    slack.api.scopes = frozenset({"channels:read", "groups:read"})
    slack.api.faults.fail("conversations.replies", "missing_scope", needed=needed)

    with pytest.raises(ThreadNotRead, match=scope):
        await Threads(client, "U0SIMSESS").above(channel, "1.000000", "2.000000")


async def test_of_a_long_thread_the_newest_are_read(slack, client, thread, monkeypatch):
    """Slack gives the oldest first, so its pages are followed; the bot's own words are left out."""
    monkeypatch.setattr("bot.slack.directory.THREAD_PAGE", 2)
    slack.api.scopes = HISTORY
    for number in range(7):
        slack.workspace.write("C0FLEETOP", "U0BEN0001", f"x-{number}", thread_ts=thread[0].ts)
    slack.workspace.write("C0FLEETOP", "U0SIMSESS", "did you mean x-9?", thread_ts=thread[0].ts)

    above = await Threads(client, "U0SIMSESS").above("C0FLEETOP", thread[0].ts, "9999999999.000000")

    assert ["pump-7 is down", "x-6"] == [message["text"] for message in above]


async def test_an_endless_thread_is_not_read(slack, client, thread, monkeypatch):
    """Its newest replies are beyond what is read: none is taken for them, and that is said."""
    monkeypatch.setattr("bot.slack.directory.THREAD_PAGE", 1)
    slack.api.scopes = HISTORY
    for number in range(MOST_THREAD_PAGES + 3):
        slack.workspace.write("C0FLEETOP", "U0BEN0001", f"x-{number}", thread_ts=thread[0].ts)

    with pytest.raises(ThreadNotRead, match="more than 10,000 replies") as caught:
        await Threads(client, "U0SIMSESS").above("C0FLEETOP", thread[0].ts, "9999999999.000000")

    assert "Mention me with the SIM" in caught.value.sentence
    assert MOST_THREAD_PAGES == len(slack.methods())


async def test_a_thread_that_is_gone_is_said(slack, client):
    """Any other refusal gives a sentence with one thing to do."""
    slack.api.scopes = HISTORY

    with pytest.raises(ThreadNotRead, match="Mention me with the SIM") as caught:
        await Threads(client, "U0SIMSESS").above("C0FLEETOP", "1.000000", "2.000000")

    assert caught.value.scope is None
