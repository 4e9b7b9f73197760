"""How an answer reaches the asker."""

from dataclasses import dataclass, field

import pytest

from bot.blocks.kit import container, section
from bot.blocks.screen import Degradable, Screen, degrade
from bot.emulators.slack.faults import Fault
from bot.slack.errors import NotDelivered
from bot.slack.messages import BlockFallback, Delivery


@dataclass
class To:
    """Whom an answer is for."""

    response_url: str | None
    user: str = "U0ANA0001"
    channel: str = "C0FLEETOP"
    team: str = "T0ACMEIOT"
    thread: str | None = None
    drawn: list = field(default_factory=list)


HELLO = Screen("hello", [section("*hello*")])

FOLD = container("folded", [section("inside")])
FOLDED = Screen("words", [Degradable("container", [FOLD], lambda: [section("plain")])])


BROKEN = Screen("the words", [{"type": "section"}])


def kinds(slack):
    """What Ana sees: the first block of each message, or its text."""
    seen = slack.seen_by("ana")
    return [message.blocks[0]["type"] if message.blocks else message.text for message in seen]


@pytest.fixture
def delivery(client, counted):
    """What is tested."""
    return Delivery(client, BlockFallback(degrade, counted), counted)


@pytest.fixture
def ana(slack):
    """Ana, who asked in #fleet-ops."""
    return To(slack.ticket("ana"))


async def test_an_answer_is_for_the_asker_alone(delivery, slack, ana):
    """
    Through the response_url only the asker sees it, and no link grows a preview.
    """
    route = await delivery.deliver(ana, HELLO)

    assert "response_url" == route
    (message,) = slack.seen_by("ana")
    assert ("hello", ana.user) == (message.text, message.ephemeral_to)
    (call,) = slack.api.calls.of("/response")
    assert (False, False) == (call.args["unfurl_links"], call.args["unfurl_media"])


async def test_an_answer_may_be_for_all(delivery, slack, ana):
    """
    In the channel everybody sees it.
    """
    await delivery.deliver(ana, HELLO, in_channel=True)

    assert ["hello"] == [message.text for message in slack.seen_by("ben")]


async def test_an_answer_may_replace_what_was_clicked(delivery, slack, ana):
    """
    A fresh answer takes the place of the old one.
    """
    await delivery.deliver(ana, BROKEN)
    (old,) = slack.seen_by("ana")

    await delivery.deliver(To(slack.ticket("ana", message_ts=old.ts)), HELLO, replace=True)

    assert ["hello"] == [message.text for message in slack.seen_by("ana")]


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
    """
    Whatever way a response_url says no, the asker still gets the answer, once.
    """
    slack.api.faults.add("/response", fault)

    route = await delivery.deliver(ana, HELLO)

    assert "ephemeral" == route
    assert ["hello"] == [message.text for message in slack.seen_by("ana")]
    assert ("ephemeral", "ok") == counted.routes[-1]


async def test_without_a_response_url_it_goes_by_the_web_api(delivery, slack):
    """
    Where an interaction has no response_url the ephemeral message comes first.
    """
    route = await delivery.deliver(To(None), HELLO)

    assert "ephemeral" == route
    assert ["chat.postEphemeral"] == slack.methods()


async def test_where_the_bot_is_not_in_the_channel_it_writes_directly(delivery, slack):
    """
    In a private channel without the bot the answer comes as a direct message.
    """
    route = await delivery.deliver(To(None, channel="G0ONCALL1"), HELLO)

    assert "dm" == route
    assert ["hello"] == [message.text for message in slack.direct("ana")]


async def test_no_way_left_is_told(delivery, slack, ana):
    """
    When every way fails, that is an error with the last cause.
    """
    for way in ("/response", "chat.postEphemeral", "chat.postMessage"):
        slack.api.faults.fail(way, "account_inactive")

    with pytest.raises(NotDelivered) as failed:
        await delivery.deliver(ana, HELLO)

    assert "account_inactive" in str(failed.value.__cause__)


async def test_what_was_meant_for_all_is_not_sent_elsewhere(delivery, slack):
    """
    A shared answer that may not go to the channel goes nowhere else.
    """
    with pytest.raises(NotDelivered):
        await delivery.deliver(To(None, channel="G0ONCALL1"), HELLO, in_channel=True)

    assert ["chat.postMessage"] == slack.methods()


@pytest.mark.parametrize("after_work", [False, True])
async def test_after_an_unknown_outcome_nothing_is_sent_again(
    delivery, slack, ana, counted, after_work
):
    """
    The connection broke after Slack may have read the answer: no second one on any way.
    """
    slack.api.faults.hang_up("/response", after_work=after_work)

    route = await delivery.deliver(ana, HELLO)

    assert "response_url" == route
    assert [] == slack.methods()[1:]
    assert len(slack.seen_by("ana")) <= 1
    assert [("response_url", "outcome_unknown")] == counted.routes


async def test_in_a_thread_it_stays_in_the_thread(delivery, slack):
    """
    An answer to a click in a thread goes to the thread, on every way.
    """
    root = await slack.workspace.say("ana", "#fleet-ops", "alert")
    to = To(slack.ticket("ana"), thread=root.ts)

    await delivery.deliver(to, HELLO)
    await delivery.deliver(To(None, thread=root.ts), HELLO)

    assert [root.ts, root.ts] == [message.thread_ts for message in slack.seen_by("ana")]


async def test_a_workspace_that_does_not_know_a_block_gets_a_plainer_one(delivery, slack, ana):
    """
    After invalid_blocks the same answer is drawn plainer, and the next is drawn so at once.
    """
    slack.workspace.unknown_blocks.add("container")

    await delivery.deliver(ana, FOLDED)
    await delivery.deliver(To(slack.ticket("ana")), FOLDED)

    assert ["section", "section"] == kinds(slack)
    assert 3 == len(slack.api.calls.of("/response"))


async def test_blocks_that_no_workspace_takes_leave_the_text(delivery, slack, ana, caplog):
    """
    A broken screen still says its sentence, and is told in the log.
    """
    await delivery.deliver(ana, BROKEN)

    assert ["the words"] == [message.text for message in slack.seen_by("ana")]
    assert "blocks-refused" in caplog.text


async def test_one_broken_screen_spoils_no_other(delivery, slack, ana):
    """
    What a workspace refuses is remembered only where a plainer screen was taken.
    """
    await delivery.deliver(ana, BROKEN)
    await delivery.deliver(To(slack.ticket("ana")), FOLDED)

    assert ["the words", "container"] == kinds(slack)


async def test_what_one_workspace_refuses_another_may_know(delivery, slack, ana):
    """
    Kinds of blocks are learnt per workspace.
    """
    slack.workspace.unknown_blocks.add("container")
    await delivery.deliver(ana, FOLDED)
    slack.workspace.unknown_blocks.clear()

    await delivery.deliver(To(slack.ticket("ana"), team="T0OTHER"), FOLDED)

    assert ["section", "container"] == kinds(slack)


async def test_each_kind_that_a_workspace_lacks_is_counted_once(delivery, slack, ana, counted):
    """
    Later answers are drawn without it, and it is not counted again.
    """
    slack.workspace.unknown_blocks.add("container")

    await delivery.deliver(ana, FOLDED)
    await delivery.deliver(To(slack.ticket("ana")), FOLDED)

    assert ["container"] == counted.unknown
