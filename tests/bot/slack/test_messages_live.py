"""A message shown while work goes on."""

import asyncio
from dataclasses import dataclass
from itertools import islice

import pytest

from bot.blocks.kit import section
from bot.blocks.screen import degrade, screen
from bot.slack.messages import BlockFallback, Delivery, ProgressMessages


@dataclass(frozen=True)
class To:
    """Ana in #fleet-ops, in a thread if given."""

    team: str = "T0ACMEIOT"
    user: str = "U0ANA0001"
    channel: str = "C0FLEETOP"
    thread: str | None = None
    response_url: str | None = None


@pytest.fixture
def live(client, counted):
    """Begins such messages in the stand-in's workspace."""
    drawing = BlockFallback(degrade, counted)
    return ProgressMessages(client, drawing, Delivery(client, drawing, counted))


def saying(words):
    return screen(words, [section(words)])


def texts(slack, channel="#fleet-ops"):
    return [message.text for message in slack.seen_by("ana", channel)]


async def test_one_message_is_edited_until_it_is_the_answer(live, slack):
    """
    However often it is shown, one message stands in the thread in the end, and it is the answer.
    """
    root = await slack.workspace.say("ben", "#fleet-ops", "which?")
    message = live.begin(To(thread=root.ts), in_channel=True)

    for number in range(3):
        await message.show(saying(f"{number} of 3"))
    await message.finish(saying("all 3"))

    (shown,) = slack.seen_by("ana")
    assert ("all 3", root.ts, None) == (shown.text, shown.thread_ts, shown.ephemeral_to)
    assert ["chat.postMessage", *["chat.update"] * 3] == slack.methods()


@pytest.mark.parametrize(
    "error", ["edit_window_closed", "message_not_found", "cant_update_message", "msg_too_long"]
)
async def test_what_can_no_longer_be_edited_is_carried_on_in_a_new_message(live, slack, error):
    """
    The answer comes as a new reply, and no answer is lost.
    """
    message = live.begin(To(), in_channel=True)
    await message.show(saying("1 of 2"))
    slack.api.faults.fail("chat.update", error)

    await message.finish(saying("both"))

    assert ["1 of 2", "both"] == texts(slack)


async def test_a_lost_answer_to_an_edit_is_no_reason_for_a_second_message(live, slack):
    """
    An edit whose outcome nobody knows is sent again: it changes nothing the second time.
    """
    message = live.begin(To(), in_channel=True)
    await message.show(saying("1 of 2"))
    slack.api.faults.hang_up("chat.update", after_work=True)

    await message.finish(saying("both"))

    assert ["both"] == texts(slack)


async def test_a_lost_answer_to_the_first_message_posts_no_second(live, slack):
    """
    Slack may have taken it: an answer is never sent twice.
    """
    slack.api.faults.hang_up("chat.postMessage", after_work=True)

    await live.begin(To(), in_channel=True).finish(saying("both"))

    assert ["both"] == texts(slack)


async def test_a_first_showing_that_is_cut_off_is_edited_all_the_same(live, slack):
    """
    It may have reached Slack: the answer takes its place, whichever way that went.
    """
    slack.api.faults.latency["chat.postMessage"] = 0.2
    message = live.begin(To(), in_channel=True)
    showing = asyncio.create_task(message.show(saying("1 of 2")))
    while not message._posting:  # noqa: ASYNC110 -- nothing tells
        await asyncio.sleep(0)
    showing.cancel()

    await message.finish(saying("both"))

    assert ["both"] == texts(slack)


async def test_progress_that_cannot_be_shown_costs_nothing(live, slack):
    """
    Where showing fails, the answer comes all the same.
    """
    slack.api.faults.fail("chat.postMessage", "not_allowed")
    message = live.begin(To(), in_channel=True)

    await message.show(saying("1 of 2"))
    await message.finish(saying("both"))

    assert ["both"] == texts(slack)


async def test_where_the_bot_is_not_only_the_asker_is_answered(live, slack):
    """
    In a channel without the bot the answer goes through the response_url, to the asker alone.
    """
    url = slack.ticket("ana", "#on-call-private")
    to = To(channel="G0ONCALL1", response_url=url)
    message = live.begin(to, in_channel=True)

    await message.show(saying("1 of 2"))
    await message.finish(saying("both"))

    (shown,) = slack.seen_by("ana", "#on-call-private")
    assert ("both", "U0ANA0001") == (shown.text, shown.ephemeral_to)
    assert not message.in_channel


async def test_what_only_the_asker_sees_is_shown_once_on_the_way(live, slack):
    """
    Slack replaces nothing there, so there is one message on the way and the answer beneath it.
    """
    message = live.begin(To(response_url=slack.ticket("ana")), in_channel=False)

    await message.show(saying("1 of 2"))
    await message.finish(saying("both"))

    assert ["1 of 2", "both"] == texts(slack)
    assert [1.5] == list(message.pauses())


async def test_without_a_response_url_only_the_answer_is_shown(live, slack):
    """
    An ephemeral message of chat.postEphemeral cannot be changed: nothing is shown on the way.
    """
    message = live.begin(To(), in_channel=False)

    await message.show(saying("1 of 2"))
    await message.finish(saying("both"))

    assert ["both"] == texts(slack)


def test_a_public_message_is_edited_every_three_seconds(live):
    """
    First within two seconds, then no oftener than Slack likes.
    """
    pauses = live.begin(To(), in_channel=True).pauses()

    assert [1.5, 3.0, 3.0] == list(islice(pauses, 3))
