"""How fast the bot writes, what becomes of a lost post, and what is given up if refused."""

import asyncio

import pytest

from bot.blocks.kit import NOTHING, container, context, section
from bot.emulators.slack.faults import Fault, too_many
from bot.slack.errors import SlackOutcomeUnknown, SlackRateLimited, SlackRefused
from bot.slack.identity import Identity
from bot.slack.posting import (
    ALL_BLOCKS,
    INTERVALS,
    MAX_LANES,
    MAX_WAIT,
    MAYBE_TWICE,
    POST,
    UPDATE,
    PostFinder,
    PostingLimiter,
    SurePosts,
    degrade,
    post_metadata,
)
from bot.struct import replace
from tests.bot.slack.conftest import IN_DOUBT


@pytest.fixture
def pace(clock):
    return PostingLimiter(clock)


@pytest.fixture
def called(clock):
    """A call that notes when it is made, and fails as told."""

    class Called:
        def __init__(self):
            self.at = []
            self.errors = []
            self.began = clock.monotonic()

        async def __call__(self):
            self.at.append(clock.monotonic() - self.began)
            if self.errors:
                raise self.errors.pop(0)
            return "done"

    return Called()


async def test_a_channel_gets_one_message_a_second(pace, called):
    """The first goes at once; channels do not wait for each other."""
    done = [await pace.paced(POST, channel, called) for channel in ("C1", "C2", "C1", "C1")]

    assert ["done"] * 4 == done
    assert [0.0, 0.0, 1.0, 2.0] == called.at


async def test_those_who_come_together_get_turns_one_after_the_other(pace, called, clock):
    """A turn is taken when it is asked for, so that two that wait do not wake together."""
    await asyncio.gather(*(pace.paced(POST, "C1", called) for _ in range(3)))

    assert (3, [1.0, 1.0]) == (len(called.at), clock.slept)


@pytest.mark.parametrize("wait", ["1000000000", "Fri, 01 Jan 2100 00:00:00 GMT", "9" * 400])
async def test_an_absurd_wait_mutes_no_channel(pace, client, slack, wait):
    """However long Slack asks for, a channel is held for a quarter of an hour at most."""
    post = {"channel": "C0FLEETOP", "text": "hello"}
    slack.api.faults.add(POST, Fault(429, "", {"Retry-After": wait}), times=9)
    with pytest.raises(SlackRateLimited):
        await pace.paced(POST, "C0FLEETOP", lambda: client.call(POST, post))

    assert 800 < pace.backlog(POST, "C0FLEETOP") <= 900


async def test_changes_are_paced_over_the_whole_workspace(pace, called):
    """The limit of chat.update is the workspace's, whatever the channel."""
    await pace.paced(UPDATE, "C1", called)
    await pace.paced(UPDATE, "C2", called)

    assert [0.0, INTERVALS[UPDATE]] == pytest.approx(called.at)


async def test_retry_after_is_honoured(pace, called):
    """After a 429 the call is made again when Slack said, and so are others to that channel."""
    called.errors = [SlackRateLimited(POST, 7)]

    assert "done" == await pace.paced(POST, "C1", called)
    await pace.paced(POST, "C1", called)
    assert [0.0, 7.0, 8.0] == called.at


@pytest.mark.parametrize(
    ("errors", "at"),
    [
        ([SlackRateLimited(POST, MAX_WAIT + 1)], [0.0]),
        ([SlackRateLimited(POST, 25)] * 3, [0.0, 25.0, 50.0]),
        ([SlackRefused(POST, "not_in_channel")], [0.0]),
    ],
)
async def test_patience_ends(pace, called, clock, errors, at):
    """Over a minute of waiting, or what no waiting mends, is raised; no other channel waits."""
    called.errors = list(errors)

    with pytest.raises(type(errors[0])):
        await pace.paced(POST, "C1", called)
    await pace.paced(POST, "C2", called)

    assert [*at, at[-1]] == called.at


async def test_the_backlog_says_how_long_a_turn_would_be_waited_for(pace, called, clock):
    """It is nothing for a free lane, and shrinks as time passes."""
    told = [pace.backlog(UPDATE)]
    await pace.paced(UPDATE, "C1", called)
    told.append(pace.backlog(UPDATE))
    clock.move(1)
    told.append(pace.backlog(UPDATE))
    clock.move(10)
    told.append(pace.backlog(UPDATE))

    assert pytest.approx([0.0, 1.3, 0.3, 0.0]) == told


async def test_channels_of_long_ago_are_forgotten(pace, called, clock):
    """The memory of turns stays small over any number of channels."""
    for number in range(MAX_LANES + 1):
        await pace.paced(POST, f"C{number}", called)
        clock.move(2)

    assert len(pace._free_at) <= MAX_LANES


CHANNEL = "C0FLEETOP"
ANA = "U0ANA0001"
SCOPES = {"chat:write", "channels:history", "groups:history", "im:history", "im:write"}


@pytest.fixture
async def lost(client, slack):
    """What is tested, with the scopes it needs."""
    slack.api.scopes = frozenset(SCOPES)
    answer = await client.call("auth.test")
    return PostFinder(client, Identity("T0", answer.body["user_id"], answer.body["bot_id"]))


@pytest.fixture
def posted(client):
    """Post something with a key; give its ts."""

    async def post(key, channel=CHANNEL, **more):
        body = {"channel": channel, "text": "hello", "metadata": post_metadata(key), **more}
        return (await client.call("chat.postMessage", body)).body["ts"]

    return post


async def test_a_post_is_found_by_its_key(lost, posted):
    """Among others of the bot's, the one with the key is found in its channel."""
    ts = await posted("one")
    await posted("two")

    assert (CHANNEL, ts) == await lost.find("one", CHANNEL, None, 0)


async def test_a_reply_is_found_in_its_thread(lost, posted, slack):
    """What was written into a thread stands there only, and not in the channel's history."""
    root = await slack.workspace.say("ana", "#fleet-ops", "alert")
    ts = await posted("one", thread_ts=root.ts)

    assert (CHANNEL, ts) == await lost.find("one", CHANNEL, root.ts, 0)
    assert None is await lost.find("one", CHANNEL, None, 0)


async def test_a_direct_message_is_found_by_the_persons_id(lost, posted, slack):
    """A person's id stands for the conversation with them."""
    ts = await posted("one", channel=ANA)

    assert (slack.workspace.dm(ANA).id, ts) == await lost.find("one", ANA, None, 0)


async def test_it_is_found_behind_many_others(lost, posted):
    """The search goes on page by page."""
    ts = await posted("one")
    for number in range(205):
        await posted(f"later {number}")

    assert (CHANNEL, ts) == await lost.find("one", CHANNEL, None, 0)


async def test_what_is_not_it(lost, client, posted, slack, clock):
    """Only this very key counts, on a message of ours, since the post could be made."""
    others = [
        None,
        {"event_type": "another", "event_payload": {"key": "one"}},
        {"event_type": "simsessions_post", "event_payload": {"key": "two"}},
        {"event_type": "simsessions_post", "event_payload": {}},
    ]
    for metadata in others:
        body = {"channel": CHANNEL, "text": "hello"} | ({"metadata": metadata} if metadata else {})
        await client.call("chat.postMessage", body)
    slack.workspace.write(CHANNEL, ANA, "forged", metadata=post_metadata("one"))
    before = await lost.find("one", CHANNEL, None, 0)
    await posted("one")

    assert before is None
    assert None is await lost.find("one", CHANNEL, None, clock.now().timestamp() + 60)


async def test_without_the_scope_slack_refuses(lost, posted, slack):
    """That it cannot be looked for is an error, and not "it is not there"."""
    await posted("one")
    slack.api.scopes = frozenset({"chat:write"})

    with pytest.raises(SlackRefused, match="missing_scope"):
        await lost.find("one", CHANNEL, None, 0)


@pytest.fixture
def sure(client, lost, clock):
    """Posts what somebody waits for."""
    return SurePosts(client, lost, clock)


@pytest.mark.parametrize("after_work", [False, True])
@pytest.mark.parametrize("fault", [*IN_DOUBT, Fault(body={"ok": True})])
async def test_an_answer_in_doubt_is_looked_for(sure, slack, fault, after_work):
    """In channels, threads and direct messages it stands once, had Slack taken it or not."""
    root = await slack.workspace.say("ana", "#fleet-ops", "alert")
    for place in ({"channel": CHANNEL}, {"channel": CHANNEL, "thread_ts": root.ts}):
        slack.api.faults.add("chat.postMessage", replace(fault, after_work=after_work))
        await sure.post(place | {"text": "hello"})
    slack.api.faults.add("chat.postMessage", replace(fault, after_work=after_work))
    await sure.post({"channel": ANA, "text": "hello"})

    seen = [(message.text, message.thread_ts) for message in slack.seen_by("ana")]
    assert [("hello", None), ("hello", root.ts)] == seen
    assert ["hello"] == [message.text for message in slack.direct("ana")]


@pytest.mark.parametrize("after_work", [False, True])
async def test_where_slack_does_not_let_us_look_it_is_sent_again(sure, slack, after_work):
    """The second says that it may be there twice."""
    slack.api.faults.add("chat.postMessage", Fault(503, after_work=after_work))
    slack.api.faults.fail("conversations.history", "missing_scope")

    await sure.post({"channel": CHANNEL, "text": "hello"})

    again = f"hello\n{MAYBE_TWICE}"
    assert ["hello", again][not after_work :] == [each.text for each in slack.seen_by("ana")]


async def test_what_cannot_be_sent_again_stays_in_doubt(sure, slack):
    """Whoever sends it by another way has to say that it may be there twice."""
    slack.api.faults.add("chat.postMessage", Fault(503, after_work=True))
    slack.api.faults.fail("conversations.history", "missing_scope")
    slack.api.faults.add("chat.postMessage", too_many(1), times=4)

    with pytest.raises(SlackOutcomeUnknown):
        await sure.post({"channel": CHANNEL, "text": "hello"})


CHART = {"type": "data_visualization"}
DATA_TABLE = {"type": "data_table"}
PLAIN_TABLE = {"type": "table"}
TEXT = section("text")


@pytest.mark.parametrize(
    ("blocks", "messages", "given_up"),
    [
        ([TEXT, DATA_TABLE], [], {"data_table"}),
        ([TEXT, DATA_TABLE, CHART], [], {"data_visualization"}),
        ([container("t", [PLAIN_TABLE])], [], {"container"}),
        ([PLAIN_TABLE], [], {"table"}),
        (
            [TEXT, CHART, DATA_TABLE],
            ["[ERROR] unsupported type: data_table [json-pointer:/blocks/2/type]"],
            {"data_table"},
        ),
        (
            [TEXT, CHART, DATA_TABLE],
            ["[ERROR] invalid block [json-pointer:/blocks/2/rows/0]"],
            {"data_table"},
        ),
        (
            [container("t", [PLAIN_TABLE])],
            ["[ERROR] unsupported type: table [json-pointer:/blocks/0/child_blocks/0/type]"],
            {"container"},
        ),
        (
            [TEXT, CHART],
            ["[ERROR] must be less than 3001 [json-pointer:/blocks/0/text]"],
            {"data_visualization"},
        ),
        ([TEXT, CHART], ["[ERROR] what [json-pointer:/blocks/99/type]"], {"data_visualization"}),
    ],
)
def test_degrade(blocks, messages, given_up):
    """What Slack names or points at is given up; else the newest kind that was used."""
    assert frozenset(given_up) == degrade(NOTHING, blocks, messages)


def test_degrade_ends():
    """What was learnt stays; then all newer blocks are given up, all blocks, and that is all."""
    refused = frozenset({"data_visualization"})

    assert refused | {"data_table"} == degrade(refused, [DATA_TABLE, TEXT])

    refused, steps = NOTHING, []
    every = [CHART, DATA_TABLE, container("t", [TEXT]), PLAIN_TABLE, context("c")]
    while refused is not None:
        left = [] if refused == ALL_BLOCKS else [b for b in every if b["type"] not in refused]
        refused = degrade(refused, left)
        steps.append(refused)

    assert [1, 2, 3, 4, 5, None] == [step and len(step) for step in steps]
    assert ALL_BLOCKS == steps[-2]
