"""conversations.* and users.conversations."""

from functools import partial

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


@pytest.fixture
def reader(web, api):
    """The client, with the scope for what is written in public channels."""
    api.scopes |= {"channels:history"}
    return web


@pytest.fixture
async def three(said, clock):
    """Three messages, a second apart; their timestamps."""
    written = []
    for text in ("one", "two", "three"):
        clock.move(1)
        written.append(said(text=text).ts)
    return written


@pytest.fixture
async def thread(said, clock):
    """A root and three replies, a second apart; their timestamps."""
    written = [said(text="root").ts]
    for text in ("one", "two", "three"):
        clock.move(1)
        written.append(said(text=text, thread_ts=written[0]).ts)
    return written


def texts(answer):
    return [message["text"] for message in answer["messages"]]


async def test_history_is_newest_first_without_ephemerals(reader, said):
    """Replies and what one person sees do not stand in the history."""
    root = said(text="one")
    said(text="reply", thread_ts=root.ts)
    said(text="psst", ephemeral_to=ANA)
    said(text="two")

    assert ["two", "one"] == texts(await reader.conversations_history(channel=FLEET))
    replies = await reader.conversations_replies(channel=FLEET, ts=root.ts)
    assert ["one", "reply"] == texts(replies)


@pytest.mark.parametrize(
    ("channel", "error"), [(GENERAL, "not_in_channel"), ("D0ANADM01", "missing_scope")]
)
@pytest.mark.parametrize("method", ["conversations.history", "conversations.replies"])
async def test_reading_wants_membership_and_the_channels_own_scope(reader, method, channel, error):
    """channels:history is not enough for direct messages, nor for where the bot is not."""
    call = reader.api_call(method, params={"channel": channel, "ts": "1700000000.000000"})

    assert error == await refusal(call)


async def test_history_and_threads_come_in_pages(reader, thread, said):
    """History leads from newer to older, a thread from its root on; the last page leads nowhere."""
    said(text="last")
    pages = []
    for read in (reader.conversations_history, partial(reader.conversations_replies, ts=thread[0])):
        first = await read(channel=FLEET, limit=1)
        cursor = first["response_metadata"]["next_cursor"]
        last = await read(channel=FLEET, cursor=cursor)
        pages += [(texts(first), first["has_more"]), (texts(last), last["has_more"])]
        assert "response_metadata" not in last.data

    assert [(["last"], True), (["root"], False)] == pages[:2]
    assert [(["root"], True), (["one", "two", "three"], False)] == pages[2:]


@pytest.mark.parametrize(
    ("bounds", "found"),
    [
        ({"oldest": 0}, ["three", "two"]),
        ({"oldest": 0, "inclusive": True}, ["three", "two", "one"]),
        ({"latest": 2}, ["two", "one"]),
        ({"latest": 2, "inclusive": True}, ["three", "two", "one"]),
        ({"oldest": 0, "latest": 2}, ["two"]),
        ({"oldest": 2}, []),
    ],
)
async def test_history_keeps_to_its_bounds(reader, three, bounds, found):
    """oldest and latest are left out unless they are to be included."""
    named = {key: three[at] if key != "inclusive" else at for key, at in bounds.items()}

    assert found == texts(await reader.conversations_history(channel=FLEET, **named))


async def test_the_root_leads_whatever_the_bounds_are(reader, thread):
    """Of the replies only those within the bounds come."""
    answer = await reader.conversations_replies(channel=FLEET, ts=thread[0], oldest=thread[2])

    assert ["root", "three"] == texts(answer)


async def test_the_root_knows_its_thread(reader, thread, said):
    """In the history a root tells how many answered it; a message without answers has no thread."""
    said(text="alone")

    alone, root = (await reader.conversations_history(channel=FLEET))["messages"]

    told = {"thread_ts": thread[0], "reply_count": 3, "latest_reply": thread[3]}
    assert told.items() <= root.items()
    assert "thread_ts" not in alone


@pytest.mark.parametrize(("asked", "told"), [(True, {"event_type": "post"}), (False, None)])
async def test_metadata_comes_only_when_asked_for(reader, said, asked, told):
    """include_all_metadata brings it, in histories and in threads."""
    root = said(text="hi", metadata={"event_type": "post", "event_payload": {"key": "k"}})
    both = (
        await reader.conversations_history(channel=FLEET, include_all_metadata=asked),
        await reader.conversations_replies(channel=FLEET, ts=root.ts, include_all_metadata=asked),
    )

    for (message,) in (answer["messages"] for answer in both):
        assert (told or {}).items() <= message.get("metadata", {}).items()
        assert asked == ("metadata" in message)


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ({"limit": 0}, "invalid_limit"),
        ({"limit": 1001}, "invalid_limit"),
        ({"limit": "many"}, "invalid_limit"),
        ({"cursor": "bm9wZQ=="}, "invalid_cursor"),
        ({"cursor": "?"}, "invalid_cursor"),
        ({"cursor": "b3RoZXI6MTI="}, "invalid_cursor"),
        ({"oldest": "yesterday"}, "invalid_ts_oldest"),
        ({"latest": "now"}, "invalid_ts_latest"),
    ],
)
@pytest.mark.parametrize("method", ["conversations.history", "conversations.replies"])
async def test_wrong_arguments_are_refused(reader, said, method, args, error):
    """Each has its own error."""
    params = {"channel": FLEET, "ts": said().ts, **args}

    assert error == await refusal(reader.api_call(method, params=params))
    lost = reader.conversations_replies(channel=FLEET, ts="1700000000.000000")
    assert "thread_not_found" == await refusal(lost)
