"""What stands behind an answer's three dots."""

import asyncio

import pytest

from bot.blocks import ids
from bot.emulators.kore.faults import late
from tests.whole_bot import find_button


def window(whole, user="ana"):
    return whole.slack.workspace.snapshot(user)["view"]


async def opened(whole, label, sim="pump-7"):
    """Choose from the three dots; return the window as it is drawn."""
    await whole.type(sim)
    await whole.click(whole.answer(), label)
    return window(whole)


async def test_how_we_know_and_the_ticket(whole):
    """
    One window has the evidence of each finding, the other a block to copy; both ask nobody else.
    """
    how = await opened(whole, "How we know")

    assert "How we know" == how["title"]["text"]
    assert "`barred_after_flapping`" in str(how["blocks"])
    assert "Rule: `" in str(how["blocks"])

    ticket = await opened(whole, "Copy as ticket")

    assert "ICCID: 8901 26" in str(ticket["blocks"])
    assert "Finding: Barred" in str(ticket["blocks"])
    assert 2 == len(whole.slack.seen_by("ana"))


async def test_a_slow_answer_is_announced(whole):
    """After a moment it is said that the SIM is looked up; in a thread the answer replaces that."""
    whole.kore.faults.add(late(2.0, times=None))
    asked = await whole.slack.workspace.say("ana", "#fleet-ops", "<@U0SIMSESS> pump-7")
    await whole.slack.api.dispatcher.settled()
    seen = set()
    while len(whole.bot.services.tasks):
        seen |= {message.text for message in whole.slack.seen_by("ana")}
        await asyncio.sleep(0.1)
    await whole.settle()
    replies = [each for each in whole.slack.seen_by("ben") if each.thread_ts == asked.ts]

    assert "Looking up pump-7 …" in seen
    assert ["pump-7 is offline" in each.text for each in replies] == [True]


async def test_what_cannot_be_replaced_stays_true(whole):
    """What a command shows on the way stands above its answer for good, and says what follows."""
    whole.kore.faults.add(late(2.0, "/DataSessions", times=None))
    await whole.type("pump-7")
    shown, answer = whole.slack.seen_by("ana")

    assert "Looking up pump-7: KORE is slow, the answer follows." == shown.text
    assert "pump-7 is offline" in answer.text


async def test_what_went_wrong_is_said_in_the_window(whole):
    """A SIM that is gone by now is told in the window that is open already."""
    await whole.type("pump-7")
    answer = whole.answer()
    block, element = find_button(answer, "How we know")
    gone = ids.More(sid="DE" + "9" * 32, what=ids.Extra.HOW).to_value()
    forged = {"selected": element["options"][0]["value"], "value": gone}
    await whole.slack.workspace.click(
        "ana", answer.ts, block["block_id"], element["action_id"], **forged
    )
    await whole.settle()

    assert "has the SID" in str(window(whole)["blocks"])


async def test_feedback_of_any_length_is_kept_in_brief(whole):
    """The window takes 500 characters; what is longer was not typed there."""
    await opened(whole, "Was this right?")
    filled = {ids.IS_RIGHT: {ids.IS_RIGHT: "no"}, ids.WHY: {ids.WHY: "antenna " * 4000}}
    await whole.slack.workspace.submit_view("ana", filled)
    await whole.settle()
    (judged,) = await whole.bot.services.feedback.by_rule()

    assert [True] == [500 >= len(why) > 400 for why in judged.whys]


@pytest.mark.parametrize(("answer", "why"), [("yes", ""), ("no", "It was the antenna")])
async def test_feedback_is_kept_and_counted(whole, answer, why):
    """Yes or no, and why, are kept with the rule that the answer named."""
    await opened(whole, "Was this right?")
    filled = {ids.IS_RIGHT: {ids.IS_RIGHT: answer}} | ({ids.WHY: {ids.WHY: why}} if why else {})
    await whole.slack.workspace.submit_view("ana", filled)
    await whole.settle()
    (judged,) = await whole.bot.services.feedback.by_rule()

    assert "Thank you" in str(window(whole)["blocks"])
    assert ("barred_after_flapping", answer == "yes", answer == "no") == (
        judged.rule,
        bool(judged.right),
        bool(judged.wrong),
    )
    assert ((why,) if why else ()) == judged.whys
