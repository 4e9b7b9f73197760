"""Messages as answers and as progress, drawn as rich as a workspace takes them."""

import asyncio
from itertools import islice

import pytest

from bot.blocks.kit import Degradable, Screen, container, section
from bot.emulators.slack.faults import Fault, too_many
from bot.slack.errors import NotDelivered, SlackOutcomeUnknown, SlackRefused
from bot.slack.identity import identify
from bot.slack.messages import Delivery, Post, ProgressMessages
from bot.slack.posting import MAYBE_TWICE, BlockFallback, PostFinder, SurePosts, TextOnly
from bot.struct import replace
from tests.bot.slack.conftest import IN_DOUBT, To
from tests.waiting import until


def saying(words):
    return Screen(words, [section(words)])


FOLD = container("folded", [section("inside")])
FOLDED = Screen("words", [Degradable("container", [FOLD], lambda: [section("plain")])])
BROKEN = Screen("the words", [{"type": "section"}])
HELLO = saying("hello")
QUIET = {"unfurl_links": False, "unfurl_media": False}


def texts(slack, user="ana", channel="#fleet-ops"):
    return [message.text for message in slack.seen_by(user, channel)]


def kinds(messages):
    """The first block of each message, or its text."""
    return [each.blocks[0]["type"] if each.blocks else each.text for each in messages]


@pytest.fixture
def fallback(counted):
    return BlockFallback(counted)


@pytest.fixture
async def delivery(slack, client, counted, fallback, clock):
    slack.api.scopes |= {"channels:history", "im:history", "im:write"}
    lost = PostFinder(client, await identify(client))
    return Delivery(client, fallback, SurePosts(client, lost, clock), counted)


@pytest.fixture
def progress(client, delivery, fallback, clock):
    return ProgressMessages(client, fallback, delivery, clock)


def test_each_route_has_its_body():
    """It says who sees it, whether it replaces, and stays in the thread; no key means nothing."""
    to = To(user="U1", channel="C1", thread="1.5")
    post = Post(to, TextOnly("words", ({"type": "divider"},)))
    drawn = {"text": "words", "blocks": [{"type": "divider"}]}
    table = [(False, False, "ephemeral"), (True, False, "in_channel"), (True, True, "in_channel")]

    for in_channel, instead, kind in table:
        expected = {"response_type": kind, "replace_original": instead, "thread_ts": "1.5"}
        body = Post(to, post.message, in_channel, instead).to_response_url()
        assert drawn | QUIET | expected == body
    assert drawn | {"channel": "C1", "user": "U1", "thread_ts": "1.5"} == post.to_asker_here()
    assert drawn | QUIET | {"channel": "C1", "thread_ts": "1.5"} == post.to_channel()
    assert drawn | QUIET | {"channel": "U1"} == post.to_asker_directly()
    plain = Post(To(user="U1", channel="C1"), TextOnly("words")).to_asker_here()
    assert {"text": "words", "channel": "C1", "user": "U1"} == plain


@pytest.mark.parametrize(
    ("unknown", "expected"),
    [((), "container"), (("container",), "section"), (("container", "section"), "plain")],
)
async def test_it_is_drawn_as_rich_as_the_workspace_takes_it(fallback, unknown, expected):
    """A refused block is left out, and where none is taken the text still goes out."""
    took = []

    async def send(message):
        if any(block["type"] in unknown for block in message.blocks):
            raise SlackRefused("chat.postMessage", "invalid_blocks")
        took.append(message)
        return len(took)

    assert 1 == await fallback.send("T1", FOLDED, send)
    assert [expected] == kinds(took)


@pytest.mark.parametrize(
    "error", [SlackRefused("x", "not_in_channel"), SlackOutcomeUnknown("x", "ServerDisconnected")]
)
async def test_what_no_block_is_to_blame_for_is_not_drawn_again(fallback, error):
    """Every other failure goes to the caller at once, after one try."""
    tries = []

    async def send(message):
        tries.append(message)
        raise error

    with pytest.raises(type(error)):
        await fallback.send("T1", FOLDED, send)

    assert 1 == len(tries)


async def test_a_block_that_a_workspace_lacks_is_learnt_and_counted_once(
    delivery, slack, ana, counted
):
    """The same answer is drawn plainer, the next at once; another workspace may know the block."""
    slack.workspace.unknown_blocks.add("container")
    await delivery.deliver(ana, FOLDED)
    slack.workspace.unknown_blocks.clear()

    await delivery.deliver(To(slack.ticket("ana")), FOLDED)
    await delivery.deliver(To(slack.ticket("ana"), team="T0OTHER"), FOLDED)

    assert ["section", "section", "container"] == kinds(slack.seen_by("ana"))
    assert 4 == len(slack.api.calls.of("/response"))
    assert ["container"] == counted.unknown


async def test_a_broken_screen_leaves_its_text_and_spoils_no_other(delivery, slack, ana, caplog):
    """What is refused is remembered only where a plainer screen was taken; the log tells of it."""
    await delivery.deliver(ana, BROKEN)
    await delivery.deliver(To(slack.ticket("ana")), FOLDED)

    assert ["the words", "container"] == kinds(slack.seen_by("ana"))
    assert "blocks-refused" in caplog.text


async def test_an_answer_is_for_the_asker_alone(delivery, slack, ana):
    """Through the response_url only the asker sees it, and no link grows a preview."""
    route = await delivery.deliver(ana, HELLO)

    assert "response_url" == route
    (message,) = slack.seen_by("ana")
    assert ("hello", ana.user) == (message.text, message.ephemeral_to)
    (call,) = slack.api.calls.of("/response")
    assert (False, False) == (call.args["unfurl_links"], call.args["unfurl_media"])


async def test_an_answer_may_be_for_all_or_replace_what_was_clicked(delivery, slack, ana):
    """In the channel everybody sees it; a fresh answer takes the place of the old one."""
    await delivery.deliver(ana, HELLO, in_channel=True)
    (old,) = slack.seen_by("ben")
    clicked = To(slack.ticket("ana", message_ts=old.ts))

    await delivery.deliver(clicked, saying("anew"), replace=True)

    assert (old.ts, ["anew"]) == (slack.seen_by("ben")[0].ts, texts(slack, "ben"))


@pytest.mark.parametrize(
    "fault",
    [
        Fault(404, "used_url"),
        Fault(404, "expired_url"),
        Fault(404, ""),
        Fault(410, "gone"),
        Fault(200, {"ok": False, "error": "no_permission"}),
    ],
)
async def test_a_dead_response_url_falls_back_to_an_ephemeral_message(
    delivery, slack, ana, counted, fault
):
    """Whatever way a response_url says no, the asker still gets the answer, once."""
    slack.api.faults.add("/response", fault)

    route = await delivery.deliver(ana, HELLO)

    assert ("ephemeral", ["hello"]) == (route, texts(slack))
    assert ("ephemeral", "ok") == counted.routes[-1]


async def test_without_a_response_url_it_goes_by_the_web_api(delivery, slack):
    """The ephemeral message comes first; without the bot in the channel it is a direct message."""
    here = await delivery.deliver(To(), HELLO)
    methods = slack.methods()
    away = await delivery.deliver(To(channel="G0ONCALL1"), HELLO)

    assert ("ephemeral", ["chat.postEphemeral"], "dm") == (here, methods, away)
    assert ["hello"] == [message.text for message in slack.direct("ana")]


async def test_no_way_left_is_told(delivery, slack, ana):
    """When every way fails, that is an error with the last cause."""
    for way in ("/response", "chat.postEphemeral", "chat.postMessage"):
        slack.api.faults.fail(way, "account_inactive")

    with pytest.raises(NotDelivered) as failed:
        await delivery.deliver(ana, HELLO)

    assert "account_inactive" in str(failed.value.__cause__)


async def test_what_was_meant_for_all_is_not_sent_elsewhere(delivery, slack):
    """A shared answer that may not go to the channel goes nowhere else."""
    with pytest.raises(NotDelivered):
        await delivery.deliver(To(channel="G0ONCALL1"), HELLO, in_channel=True)

    assert ["chat.postMessage"] == slack.methods()


def says_maybe_twice(message):
    return MAYBE_TWICE in str(message.blocks)


@pytest.mark.parametrize("fault", IN_DOUBT)
@pytest.mark.parametrize("after_work", [False, True])
async def test_what_cannot_be_looked_for_goes_by_another_way(
    delivery, slack, counted, fault, after_work
):
    """Whoever asked may see an answer twice, and is told so, but is never left without one."""
    slack.api.faults.add("/response", replace(fault, after_work=after_work))
    assert "ephemeral" == await delivery.deliver(To(slack.ticket("ana")), HELLO)
    assert [False, True][not after_work :] == list(map(says_maybe_twice, slack.seen_by("ana")))
    assert [("response_url", counted.routes[0][1]), ("ephemeral", "ok")] == counted.routes


async def test_what_replaces_a_message_is_sent_by_the_same_way_again(delivery, slack):
    """The second takes the place of the first: nothing stands twice."""
    await delivery.deliver(To(), saying("clicked"), in_channel=True)
    (clicked,) = slack.seen_by("ana")
    slack.api.faults.add("/response", Fault(503, after_work=True))

    await delivery.deliver(To(slack.ticket("ana", message_ts=clicked.ts)), HELLO, replace=True)

    assert ["hello"] == texts(slack)


LOST = Fault(503, after_work=True)
REFUSED = Fault(body={"ok": False, "error": "not_allowed"})


@pytest.mark.parametrize("fault", [LOST, REFUSED], ids=["lost", "refused"])
async def test_one_answer_comes_whatever_became_of_the_progress(progress, slack, fault):
    """No "Looking up" is left beside it where that was lost; and it comes though that could not."""
    slack.api.faults.add("chat.postMessage", fault)
    message = progress.begin(To(), in_channel=True)

    await message.show(saying("1 of 2"))
    await message.finish(saying("both"))

    assert ["both"] == texts(slack)


async def test_an_edit_that_stays_in_doubt_is_no_answer(progress, slack):
    """Nobody knows whether it shows: the asker gets it by another way, and is told so."""
    message = progress.begin(To(), in_channel=True)
    await message.show(saying("1 of 2"))
    for each in (Fault(503, after_work=True), *[too_many(1)] * 3):
        slack.api.faults.add("chat.update", each)

    await message.finish(saying("both"))

    assert [False, True] == list(map(says_maybe_twice, slack.seen_by("ana")))


@pytest.mark.parametrize("opens", [False, True])
async def test_in_a_thread_it_stays_in_the_thread(delivery, slack, opens):
    """On every way; beside it where nobody has replied yet: Slack shows the asker none there."""
    root = await slack.workspace.say("ana", "#fleet-ops", "alert")
    if not opens:
        await slack.workspace.say("ben", "#fleet-ops", "looking", root.ts)

    for ticket in (slack.ticket("ana"), None):
        await delivery.deliver(To(ticket, thread=root.ts, opens_thread=opens), HELLO)

    place = None if opens else root.ts
    assert [place, place] == [message.thread_ts for message in slack.seen_by("ana")]


async def test_one_message_is_edited_until_it_is_the_answer(progress, slack):
    """However often it is shown, one message stands in the thread at last: the answer."""
    root = await slack.workspace.say("ben", "#fleet-ops", "which?")
    message = progress.begin(To(thread=root.ts), in_channel=True)

    for number in range(3):
        await message.show(saying(f"{number} of 3"))
    await message.finish(saying("all 3"))

    (shown,) = slack.seen_by("ana")
    assert ("all 3", root.ts, None) == (shown.text, shown.thread_ts, shown.ephemeral_to)
    assert ["chat.postMessage", *["chat.update"] * 3] == slack.methods()


@pytest.mark.parametrize(
    "error", ["edit_window_closed", "message_not_found", "cant_update_message", "msg_too_long"]
)
async def test_what_can_no_longer_be_edited_is_carried_on_in_a_new_message(progress, slack, error):
    """The answer comes as a new reply, and no answer is lost."""
    message = progress.begin(To(), in_channel=True)
    await message.show(saying("1 of 2"))
    slack.api.faults.fail("chat.update", error)

    await message.finish(saying("both"))

    assert ["1 of 2", "both"] == texts(slack)


async def test_a_lost_answer_to_an_edit_is_no_reason_for_a_second_message(progress, slack):
    """An edit whose outcome nobody knows is sent again: it changes nothing the second time."""
    message = progress.begin(To(), in_channel=True)
    await message.show(saying("1 of 2"))
    slack.api.faults.hang_up("chat.update", after_work=True)

    await message.finish(saying("both"))

    assert ["both"] == texts(slack)


async def test_a_lost_answer_to_the_first_message_posts_no_second(progress, slack):
    """Slack had taken it: it is found, and not sent twice."""
    slack.api.faults.hang_up("chat.postMessage", after_work=True)

    await progress.begin(To(), in_channel=True).finish(saying("both"))

    assert ["both"] == texts(slack)


async def test_a_first_showing_that_is_cut_off_is_edited_all_the_same(progress, slack):
    """It may have reached Slack: the answer takes its place, whichever way that went."""
    slack.api.faults.latency["chat.postMessage"] = 0.2
    message = progress.begin(To(), in_channel=True)
    showing = asyncio.create_task(message.show(saying("1 of 2")))
    await until(lambda: message._posting is not None, pause=0)
    showing.cancel()

    await message.finish(saying("both"))

    assert ["both"] == texts(slack)


async def test_where_the_bot_is_not_only_the_asker_is_answered(progress, slack):
    """In a channel without the bot the answer goes through the response_url, to the asker alone."""
    to = To(slack.ticket("ana", "#on-call-private"), channel="G0ONCALL1")
    message = progress.begin(to, in_channel=True)

    await message.show(saying("1 of 2"))
    await message.finish(saying("both"))

    (shown,) = slack.seen_by("ana", "#on-call-private")
    assert ("both", "U0ANA0001") == (shown.text, shown.ephemeral_to)
    assert not message.in_channel


@pytest.mark.parametrize(("has_url", "shown"), [(True, ["1 of 2", "both"]), (False, ["both"])])
async def test_what_only_the_asker_sees_is_shown_once_on_the_way(progress, slack, has_url, shown):
    """Slack replaces nothing there: one message on the way, the answer beneath it."""
    message = progress.begin(To(slack.ticket("ana") if has_url else None), in_channel=False)

    await message.show(saying("1 of 2"))
    await message.finish(saying("both"))

    assert shown == texts(slack)
    assert [1.5] == list(message.pauses())


def test_a_public_message_is_edited_every_three_seconds(progress):
    """First within two seconds, then no oftener than Slack likes."""
    pauses = progress.begin(To(), in_channel=True).pauses()

    assert [1.5, 3.0, 3.0] == list(islice(pauses, 3))
