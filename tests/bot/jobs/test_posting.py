"""Posting exactly once, over real sockets and on both databases."""

import asyncio

import pytest
from sqlalchemy import update

from bot.blocks.kit import Degradable, Screen, container, section
from bot.clock import SystemClock
from bot.emulators.slack.faults import Fault
from bot.jobs.posting import SETTLED, IdempotentPosts, PostLocation
from bot.ops.metrics import Metrics
from bot.slack.client import RetryPolicy, SlackClient, open_session
from bot.slack.errors import SlackOutcomeUnknown, SlackRateLimited, SlackRefused, SlackUnreachable
from bot.slack.identity import identify
from bot.slack.posting import POST, UPDATE, BlockFallback, PostFinder, PostingLimiter
from bot.store.idempotency import POSTED, SENDING, PostRows
from bot.store.schema import posts
from tests.slack_rig import BOT_TOKEN, slack_side

CHANNEL = "C0FLEETOP"
HISTORY = {"chat:write", "channels:history", "groups:history", "im:history", "im:write"}

AS_AFTER_A_KILL = update(posts).values(state=SENDING, ts=None)
HELLO = Screen("hello", [section("*hello*")])
LATER = Screen("later", [section("*later*")])

FOLD = container("folded", [section("inside")])
FOLDED = Screen("words", [Degradable("container", [FOLD], lambda: [section("plain")])])


@pytest.fixture
async def slack():
    """A workspace whose messages bear the time of day, as the database's do."""
    async with slack_side(SystemClock()) as side:
        side.api.scopes = frozenset(HISTORY)
        yield side


@pytest.fixture
async def session():
    async with open_session() as opened:
        yield opened


@pytest.fixture
def rows(database):
    return PostRows(database)


@pytest.fixture
async def replica(slack, session, rows, clock):
    """Return a maker of posters, as each replica has one."""
    client = SlackClient(
        session, clock, token=BOT_TOKEN, api_url=slack.api_url, retry=RetryPolicy(attempts=1)
    )
    identity = await identify(client)

    def make(clock=clock, **more):
        drawing, lost = BlockFallback(Metrics()), PostFinder(client, identity)
        about = {"limiter": PostingLimiter(clock), "clock": clock, "team": identity.team}
        return IdempotentPosts(rows, client, drawing, lost, **about, **more)

    return make


@pytest.fixture
def once(replica):
    return replica()


def texts(slack, person="ben"):
    """What stands in the channel, for all to see."""
    return [message.text for message in slack.seen_by(person)]


async def test_a_key_is_one_post(once, replica, slack):
    """It is made once, whichever process is asked, and its place is returned each time."""
    places = [await each.post("one", CHANNEL, None, HELLO) for each in (once, once, replica())]
    (message,) = slack.seen_by("ben")
    await once.post("two", CHANNEL, None, HELLO)

    assert [PostLocation(CHANNEL, message.ts)] * 3 == places
    assert ("hello", None) == (message.text, message.thread_ts)
    assert ["hello", "hello"] == texts(slack)


async def test_a_post_that_stands_already_is_drawn_anew(once, replica, slack):
    """What was sent before a kill may be old by now; what was deleted meanwhile is left so."""
    await once.post("one", CHANNEL, None, HELLO, anew=True)
    edits = len(slack.api.calls.of(UPDATE))
    await replica().post("one", CHANNEL, None, LATER, anew=True)
    (message,) = slack.seen_by("ben")
    slack.workspace.messages.remove(message.ts)
    posted = await replica().post("one", CHANNEL, None, HELLO, anew=True)

    assert (0, "later") == (edits, message.text)
    assert PostLocation(CHANNEL, message.ts) == posted
    assert [] == texts(slack)


async def test_where_a_post_stands(once, slack):
    """A reply is in its thread; what goes to a person stands in their direct messages."""
    root = await slack.workspace.say("ana", "#fleet-ops", "alert")
    await once.post("one", CHANNEL, root.ts, HELLO)
    posted = await once.post("two", "U0ANA0001", None, HELLO)

    assert [root.ts] == [message.thread_ts for message in slack.seen_by("ben")]
    assert slack.workspace.dm("U0ANA0001").id == posted.channel
    assert ["hello"] == [message.text for message in slack.direct("ana")]


@pytest.mark.parametrize("thread", [False, True])
@pytest.mark.parametrize("again", [False, True])
async def test_a_post_whose_answer_was_lost_is_found(once, slack, thread, again):
    """Slack took it and the connection broke: it is looked for, found, and not sent again."""
    root = (await slack.workspace.say("ana", "#fleet-ops", "alert")).ts if thread else None
    slack.api.faults.hang_up(POST, after_work=True)
    with pytest.raises(SlackOutcomeUnknown):
        await once.post("one", CHANNEL, root, HELLO, again=again)

    posted = await once.post("one", CHANNEL, root, HELLO, again=again)

    (message,) = slack.seen_by("ben")
    assert PostLocation(CHANNEL, message.ts) == posted
    assert 1 == len(slack.api.calls.of(POST))


@pytest.mark.parametrize("later", ["card", None])
async def test_a_lost_post_is_looked_for_where_it_was_sent(once, slack, later):
    """A thread that came, or went, between two tries hides no post of the first."""
    root = (await slack.workspace.say("ana", "#fleet-ops", "card")).ts
    before, after = (None, root) if later else (root, None)
    slack.api.faults.hang_up(POST, after_work=True)
    with pytest.raises(SlackOutcomeUnknown):
        await once.post("one", CHANNEL, before, HELLO)
    await once.post("one", CHANNEL, after, HELLO)

    assert ["hello"] == texts(slack)


DONE_YET = [
    Fault(body={"ok": False, "error": "internal_error"}, after_work=True),
    Fault(body={"ok": False, "error": "service_unavailable"}, after_work=True),
    Fault(500, after_work=True),
    Fault(503, "<html>Service unavailable</html>", after_work=True),
    Fault(200, "<html>Sign in</html>", after_work=True),
    Fault(200, '{"ok": tr', after_work=True),
]


@pytest.mark.parametrize("fault", DONE_YET, ids=lambda fault: f"{fault.status} {fault.body}")
async def test_what_is_in_doubt_is_looked_for(once, slack, fault):
    """Slack did it and did not say so clearly: it is found, and not sent twice."""
    slack.api.faults.add(POST, fault)
    with pytest.raises(SlackOutcomeUnknown):
        await once.post("one", CHANNEL, None, HELLO)
    await once.post("one", CHANNEL, None, HELLO)

    assert ["hello"] == texts(slack)


async def test_a_post_that_never_came_is_sent_again(once, slack, clock):
    """The connection broke before Slack did it: once nobody can be sending it, it is sent."""
    slack.api.faults.hang_up(POST)
    with pytest.raises(SlackOutcomeUnknown):
        await once.post("one", CHANNEL, None, HELLO)

    await once.post("one", CHANNEL, None, HELLO)

    assert ["hello"] == texts(slack)
    assert SETTLED - 5 < max(clock.slept) <= SETTLED


async def test_a_process_killed_before_it_recorded_posts_nothing_twice(rows, once, slack, session):
    """A row that stayed `sending` over a post that is there is completed from the channel."""
    await once.post("one", CHANNEL, None, HELLO)
    async with rows._db.write() as tx:
        await tx.execute(AS_AFTER_A_KILL)

    posted = await once.post("one", CHANNEL, None, HELLO)

    (message,) = slack.seen_by("ben")
    assert PostLocation(CHANNEL, message.ts) == posted
    assert POSTED == (await rows.get("one")).state


@pytest.mark.parametrize(("again", "expected"), [(True, ["hello"] * 2), (False, ["hello"])])
async def test_without_the_scope_it_is_as_the_caller_wants(once, slack, again, expected, caplog):
    """Where it cannot be looked for it is sent again, or left and lost; the log says so."""
    slack.api.scopes = frozenset({"chat:write"})
    slack.api.faults.hang_up(POST, after_work=True)
    with pytest.raises(SlackOutcomeUnknown):
        await once.post("one", CHANNEL, None, HELLO, again=again)

    posted = await once.post("one", CHANNEL, None, HELLO, again=again)

    assert expected == texts(slack)
    assert again is (posted.ts is not None)
    assert "lost-post-not-looked-for" in caplog.text
    assert posted == await once.post("one", CHANNEL, None, HELLO, again=again)


@pytest.mark.parametrize(
    ("fault", "raised"),
    [
        (Fault(body={"ok": False, "error": "not_in_channel"}), SlackRefused),
        (Fault(403, "<html>"), SlackUnreachable),
        (Fault(429, {"ok": False}, {"Retry-After": "3600"}), SlackRateLimited),
    ],
)
async def test_a_clear_no_is_not_looked_for(once, slack, fault, raised):
    """After a failure in which surely nothing was done it is simply sent again."""
    slack.api.faults.add(POST, fault)
    with pytest.raises(raised):
        await once.post("one", CHANNEL, None, HELLO)

    await once.post("one", CHANNEL, None, HELLO)

    assert ["hello"] == texts(slack)
    assert [POST, POST] == slack.methods()


async def test_a_short_limit_is_waited_out(once, slack, clock):
    """A 429 of a few seconds costs a wait and no error."""
    slack.api.faults.rate_limit(POST, 5)

    await once.post("one", CHANNEL, None, HELLO)

    assert ["hello"] == texts(slack)
    assert 5 <= sum(clock.slept) < 7


async def test_two_replicas_post_one(replica, slack):
    """Whoever comes second, while the first is sending, finds the first one's post."""
    slack.api.faults.latency[POST] = 0.2

    replicas = [replica(SystemClock(), settled=1.0) for _ in range(3)]

    places = await asyncio.gather(*(each.post("one", CHANNEL, None, HELLO) for each in replicas))

    assert ["hello"] == texts(slack)
    assert 1 == len(set(places))


async def test_a_workspace_that_does_not_know_a_block_gets_a_plainer_post(once, slack):
    """A refused block is left out; that is still one post."""
    slack.workspace.unknown_blocks.add("container")

    await once.post("one", CHANNEL, None, FOLDED)

    assert ["section"] == [message.blocks[0]["type"] for message in slack.seen_by("ben")]


async def test_a_post_is_drawn_anew_in_its_place(once, slack, rows):
    """An update changes text and blocks, posts nothing, and the post is still known by its key."""
    posted = await once.post("one", CHANNEL, None, HELLO)
    seen = []
    for screen in (Screen("anew", [section("anew")]), Screen("words", [])):
        await once.update(posted, screen)
        seen += slack.seen_by("ben")
    async with rows._db.write() as tx:
        await tx.execute(AS_AFTER_A_KILL)

    assert [("anew", posted.ts), ("words", posted.ts)] == [(each.text, each.ts) for each in seen]
    assert (["anew"], ()) == ([b["text"]["text"] for b in seen[0].blocks], seen[1].blocks)
    assert posted == await once.post("one", CHANNEL, None, HELLO)


async def test_what_may_not_be_changed_any_more_is_told(once, slack):
    """The refusal goes to the caller, who decides what to do instead."""
    posted = await once.post("one", CHANNEL, None, HELLO)
    slack.api.faults.fail(UPDATE, "edit_window_closed")

    with pytest.raises(SlackRefused, match="edit_window_closed"):
        await once.update(posted, HELLO)


async def test_a_post_whose_place_is_unknown_is_not_changed(once, slack):
    """Without a ts there is nothing to change."""
    await once.update(PostLocation(CHANNEL, None), HELLO)

    assert [] == slack.methods()
