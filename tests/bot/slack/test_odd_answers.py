"""Answers of Slack's that are not shaped as its pages say: unknown at worst, never a crash."""

from types import SimpleNamespace

import pytest

from bot.emulators.slack.faults import Fault
from bot.errors import SlackLost
from bot.slack.directory import ChannelAccess, Channels, People, Threads, members_of
from bot.slack.errors import FileNotSent, SlackOutcomeUnknown, SlackRefused
from bot.slack.files import Files
from bot.slack.identity import Identity, identify
from bot.slack.posting import PostFinder, SurePosts, post_metadata
from bot.slack.views import HomeTabs, Modals

ODD = (None, 7, 7.5, True, "odd", ["odd", 7, None, {}], {})
ROOT = {"ts": "1.0", "text": "root"}
OURS = {"user": "U0BOT", "metadata": post_metadata("one"), "ts": "1.0"}


def above(client, _clock):
    return Threads(client, "U0SIMSESS").above("C0FLEETOP", "1.0", "3.0")


def find(client, _clock):
    return PostFinder(client, Identity("T0", "U0BOT")).find("one", "C0FLEETOP", None, 0)


READERS = [
    ("conversations.replies", "messages", above, ()),
    ("conversations.history", "messages", find, None),
    ("conversations.history", "response_metadata", find, None),
    ("users.info", "user", lambda c, clock: People(c, clock).is_guest("U1"), None),
    ("users.info", "user", lambda c, _: ChannelAccess(c).zone_of("U1"), None),
    ("users.conversations", "channels", lambda c, _: ChannelAccess(c).is_member("", "U1"), False),
    ("conversations.info", "channel", lambda c, _: ChannelAccess(c).post_fault("C1"), None),
    ("conversations.info", "channel", lambda c, clock: Channels(c, clock).is_shared("C1"), None),
    ("views.publish", "view", lambda c, clock: HomeTabs(c, clock).publish("U1", {}), True),
]


async def test_an_odd_part_counts_as_missing(client, slack, clock):
    """Whatever stands where a list or an object should, the reader finds nothing in it."""
    for number, (method, key, ask, expected) in enumerate(READERS):
        for odd in ODD:
            slack.api.faults.add(method, Fault(body={"ok": True, key: odd}))

            assert expected == await ask(client, clock), (number, method, key, odd)


async def test_nobody_is_away_for_want_of_a_list(client, slack):
    """What is no list of channels does not say that somebody is in none."""
    for body in ({}, {"channels": None}, {"channels": {"id": "C1"}}):
        slack.api.faults.add("users.conversations", Fault(body={"ok": True} | body))

        assert not await ChannelAccess(client).is_outside("C1", "U1"), body


async def test_the_members_of_a_group_are_texts_in_a_list(client, slack):
    """A single text is no list of its letters, and what is no list does not say "nobody"."""
    slack.api.faults.add("usergroups.users.list", Fault(body={"ok": True, "users": ["U1", 7]}))

    assert frozenset({"U1"}) == await members_of("S1", client)
    for odd in (None, 7, "U1", {"U1": 1}):
        slack.api.faults.add("usergroups.users.list", Fault(body={"ok": True, "users": odd}))
        with pytest.raises(SlackOutcomeUnknown):
            await members_of("S1", client)


async def test_messages_with_odd_parts_do_not_hide_the_others(client, slack):
    """A ts that is no text cannot be compared, and an author who is none cannot be ours."""
    oddities = [{"ts": odd, "user": odd, "metadata": odd} for odd in ODD]
    oddities += [OURS | {"metadata": post_metadata("one") | {"event_payload": odd}} for odd in ODD]
    for method in ("conversations.replies", "conversations.history"):
        messages = [*oddities, OURS | ROOT, {"ts": "4.0"}]
        slack.api.faults.add(method, Fault(body={"ok": True, "messages": messages}))

    assert OURS | ROOT in await above(client, None)
    assert ("C0FLEETOP", "1.0") == await find(client, None)


async def send_file(client, clock):
    file = SimpleNamespace(name="a.csv", content=b"a", title="a", alt="", words="a")
    posts = SurePosts(client, PostFinder(client, Identity("T0", "U0BOT")), clock)
    await Files(client, clock, posts).to_asker(SimpleNamespace(user="U0ANA0001"), file)


async def find_directly(client, _clock):
    await PostFinder(client, Identity("T0", "U0BOT")).find("one", "U0ANA0001", None, 0)


async def open_modal(client, clock):
    await Modals(client, clock).open("trigger", {})


NEEDED = [
    (
        "views.open",
        "view",
        lambda c, clock: Modals(c, clock).open("trigger", {}),
        SlackOutcomeUnknown,
    ),
    ("conversations.open", "channel", find_directly, SlackOutcomeUnknown),
    ("files.getUploadURLExternal", "upload_url", send_file, FileNotSent),
]


async def test_a_needed_text_that_is_missing_leaves_it_open(client, slack):
    """Slack may have done it: that is an outcome unknown, and no KeyError."""
    for method, name, ask, error in NEEDED:
        for odd in (None, 7, True, ["odd"], {}, {"id": 7}):
            slack.api.faults.add(method, Fault(body={"ok": True, name: odd}))

            with pytest.raises(error) as unknown:
                await ask(client, None)

            assert isinstance(unknown.value.__cause__ or unknown.value, SlackOutcomeUnknown), method


async def test_a_token_whose_owner_is_not_named_is_slack_lost(client, slack):
    """The start ends with one clear line."""
    for odd in (None, 7, ["T1"]):
        slack.api.faults.add("auth.test", Fault(body={"ok": True, "team_id": odd}))

        with pytest.raises(SlackLost, match="unreadable_answer"):
            await identify(client)


async def test_a_refusal_with_odd_details_is_still_a_refusal(client, slack):
    """Its code stands; what cannot be read beside it is left out."""
    for odd in ODD:
        for details in (odd, {"messages": odd}):
            slack.api.faults.fail("auth.test", "no", response_metadata=details, needed=odd)

            with pytest.raises(SlackRefused) as refused:
                await client.call("auth.test")

            assert "no" == refused.value.error
            assert len(refused.value.messages) in {0, 4}, (odd, details)
