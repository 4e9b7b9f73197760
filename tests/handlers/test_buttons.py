"""The buttons of an answer."""

import asyncio

import pytest

from bot.blocks import ids
from bot.emulators.kore.faults import broken, late, not_json
from bot.slack.access import Access
from handlers.interactions import value_of
from tests.whole_bot import find_button

UNKNOWN = ids.Refresh(sid="DE" + "f" * 32).to_value()


async def test_refresh_asks_kore_again_and_replaces_the_answer(whole):
    """The old answer is gone, the new one is fresh, and still only the asker sees it."""
    await whole.type("truck-42")
    old = whole.answer()
    before = len(whole.kore.requests)

    delivery = await whole.click(old, "Refresh")

    (new,) = whole.slack.seen_by("ana")
    assert delivery.ok
    assert len(whole.kore.requests) >= before + 2
    assert (old.ts, old.ephemeral_to) == (new.ts, new.ephemeral_to)
    assert "truck-42 is" in new.text
    assert new.edited_ts


async def test_share_posts_for_all_and_names_who_shared(whole):
    """Everybody reads it; whoever refreshes it, it stays in its place and says who shared it."""
    by = f"shared by <@{whole.slack.workspace.person('ana').id}>"
    await whole.type("truck-42")
    await whole.click(whole.answer(), "Share")
    (shared,) = whole.slack.seen_by("ben")
    both = whole.slack.seen_by("ana")
    await whole.click(shared, "Refresh", user="ben")
    (refreshed,) = whole.slack.seen_by("ben")

    assert (None, 2) == (shared.ephemeral_to, len(both))
    assert by in str(shared.blocks)
    assert shared.ts == refreshed.ts
    assert by in str(refreshed.blocks)


async def test_share_in_a_channel_without_the_bot_works_by_the_response_url(whole):
    """The response_url posts where the bot itself may not."""
    await whole.type("truck-42", channel="#on-call-private")
    answer = whole.answer("ana", "#on-call-private")

    await whole.click(answer, "Share")

    assert "truck-42 is" in whole.answer("chloe", "#on-call-private").text


async def test_what_cannot_be_shared_is_said(whole):
    """Where no way leads to the channel, the asker alone is told what to do."""
    await whole.type("truck-42", channel="#on-call-private")
    answer = whole.answer("ana", "#on-call-private")
    whole.slack.api.faults.status("/response", 404, "expired_url")

    await whole.click(answer, "Share")

    assert () == whole.slack.seen_by("chloe", "#on-call-private")
    assert "/invite @simsessions" in whole.answer("ana", "#on-call-private").text


@pytest.mark.parametrize(
    ("text", "label"), [("truck-42", "Share"), ("well-1, well-2", "Share to channel")]
)
async def test_a_second_press_of_share_posts_nothing(whole, text, label):
    """Who presses again is told so; what could not be shared can be shared again."""
    await whole.type(text)
    mine = whole.answer()
    whole.slack.api.faults.status("/response", 404, "expired_url")
    whole.slack.api.faults.fail("chat.postMessage", "not_in_channel")
    await whole.click(mine, label)
    failed = whole.slack.seen_by("ben")
    whole.slack.api.faults.clear()
    for _ in range(2):
        await whole.click(mine, label)

    assert (0, 1) == (len(failed), len(whole.slack.seen_by("ben")))
    assert "posted, or on its way" in whole.answer().text  # that one may fail yet
    assert whole.answer().ephemeral_to


async def test_what_was_refreshed_can_be_shared_again(whole):
    """It stands in the same place, but is another answer."""
    await whole.type("truck-42")
    for _ in range(2):
        await whole.click(whole.slack.seen_by("ana")[0], "Share")
        await whole.click(whole.slack.seen_by("ana")[0], "Refresh")

    assert 2 == len(whole.slack.seen_by("ben"))


async def test_a_pick_takes_the_place_of_the_question(whole):
    """Did you mean? The button looks that SIM up."""
    await whole.type("pmp-17")
    question = whole.answer()

    await whole.click(question, "pump-17")

    (answer,) = whole.slack.seen_by("ana")
    assert question.ts == answer.ts
    assert "pump-17 is" in answer.text


async def test_the_map_is_a_link_and_only_acknowledged(whole):
    """The browser opens the map; the bot takes note and says nothing."""
    await whole.type("truck-42")
    answer = whole.answer()

    delivery = await whole.click(answer, "Map of the cell tower")

    assert delivery.ok
    assert (answer,) == whole.slack.seen_by("ana")


async def test_in_a_thread_the_answer_stays_in_the_thread(whole):
    """A click in a thread is answered in the thread."""
    await whole.type("truck-42")
    await whole.click(whole.answer(), "Share")
    (shared,) = whole.slack.seen_by("ben")
    row, _ = find_button(shared, "Refresh")
    root = await whole.slack.workspace.say("ana", "#fleet-ops", "alert")
    place = (shared.channel, shared.user, "x")
    in_thread = whole.slack.workspace.write(*place, blocks=[row], thread_ts=root.ts)

    await whole.click(in_thread, "Refresh", value=UNKNOWN)

    assert root.ts == whole.answer().thread_ts
    assert "has the SID" in whole.answer().text


async def test_what_a_button_carries_is_not_trusted(whole):
    """A forged or old value gets a sentence; the answer that was clicked stays."""
    await whole.type("truck-42")
    answer = whole.answer()
    for count, value in enumerate(("", "{", "[]", '{"sid": 1}', '{"other": "x"}', "x" * 1000), 2):
        delivery = await whole.click(answer, "Refresh", value=value)

        assert (True, count) == (delivery.ok, len(whole.slack.seen_by("ana"))), value
        assert answer in whole.slack.seen_by("ana")
        assert "another version of me" in whole.answer().text, value


async def test_an_error_on_refresh_leaves_the_answer_standing(whole):
    """What was good is not replaced by an error."""
    await whole.type("truck-42")
    answer = whole.answer()
    whole.kore.faults.add(broken(503, times=None))

    await whole.click(answer, "Refresh", value=UNKNOWN)

    assert answer in whole.slack.seen_by("ana")
    assert "KORE" in whole.answer().text


@pytest.mark.parametrize(
    ("typed", "error", "told"),
    [
        ("history pump-7 7", "", "pump-7 had"),
        ("pump-7, truck-42", "None of 2 SIMs could be read", "1 of 2 SIMs is down: barred."),
    ],
)
async def test_retry_asks_again_and_replaces_the_error(whole, typed, error, told):
    """Once KORE is back, the answer stands where the error was; of a list, all of it."""
    whole.kore.faults.add(not_json(times=None))
    await whole.type(typed)
    failed = whole.answer()
    whole.kore.faults.clear()
    await whole.click(failed, "Retry")

    assert error in failed.text
    assert failed.ts == whole.answer().ts
    assert told in whole.answer().text


async def test_a_retry_in_vain_replaces_the_error_too(whole):
    """However often it is pressed there is one error, with Retry, and at last the answer there."""
    whole.kore.faults.add(not_json(times=None))
    await whole.type("pump-7")
    failed, seen = whole.answer(), len(whole.slack.seen_by("ana"))
    for _ in range(2):
        await whole.click(whole.answer(), "Retry")
    again = whole.answer()
    whole.kore.faults.clear()
    await whole.click(again, "Retry")

    assert ([failed.ts] * 2, failed.text) == ([again.ts, whole.answer().ts], again.text)
    assert seen == len(whole.slack.seen_by("ana"))
    assert "pump-7 is offline" in whole.answer().text


@pytest.mark.shows_progress
async def test_a_slow_retry_says_so_in_the_same_place(whole):
    """The error becomes what is looked up, and that becomes the answer."""
    whole.kore.faults.add(not_json(times=None))
    await whole.type("pump-7")
    failed = whole.answer()
    whole.kore.faults.clear()
    whole.kore.faults.add(late(2.0, times=None))
    with whole.slack.workspace.subscribe() as changes:
        await whole.click(failed, "Retry")
        said = [(await anext(changes)).data["message"] for _ in range(2)]

    assert [failed.ts] * 2 == [each["ts"] for each in said]
    assert "Looking up pump-7 …" == said[0]["text"]
    assert "pump-7 is offline" in said[1]["text"]


async def test_a_foreigner_may_not_click(whole):
    """Somebody from another company sees a shared answer, and her clicks are refused."""
    await whole.type("truck-42", channel="#partner-shared")
    await whole.click(whole.answer("ana", "#partner-shared"), "Share")
    (shared,) = whole.slack.seen_by("dora", "#partner-shared")
    asked = len(whole.kore.requests)

    delivery = await whole.click(shared, "Refresh", user="dora")

    assert delivery.ok
    assert asked == len(whole.kore.requests)
    assert "my own workspace" in whole.answer("dora", "#partner-shared").text
    assert shared in whole.slack.seen_by("ben", "#partner-shared")


async def test_who_is_off_the_list_may_not_click_either(dispatch_with, whole):
    """The lists hold for buttons as for commands."""
    dispatch = dispatch_with(access=Access("T0ACMEIOT", users=frozenset({"U0BEN0001"})))
    answer = await dispatch.interaction(
        "block_actions",
        container={"type": "message", "channel_id": "C0FLEETOP", "is_ephemeral": True},
        actions=[{"action_id": ids.REFRESH, "value": ids.Refresh(sid="DE1").to_value()}],
    )
    await whole.settle()

    assert 200 == answer.status
    assert "not on my list" in whole.answer().text


def test_the_value_of_a_click():
    """The first action's value; whatever else is there, nothing raises."""
    for clicked, value in (
        ([{"value": "x"}], "x"),
        ([{"value": "x"}, {"value": "y"}], "x"),
        ([{"selected_option": {"value": "z"}}], "z"),
        *((nothing, "") for nothing in ([{}], [], [None], [{"value": 7}], "x")),
    ):
        assert value == value_of({"actions": clicked}), clicked
    assert "" == value_of({})


async def opened(whole, label, sim="pump-7"):
    """Choose from the three dots; return the window as it is drawn."""
    await whole.type(sim)
    await whole.click(whole.answer(), label)
    return whole.window()


async def test_how_we_know_and_the_ticket(whole):
    """One window has the evidence of each finding, the other a block to copy; neither asks anew."""
    how = await opened(whole, "How we know")

    assert "How we know" == how["title"]["text"]
    assert "`barred_after_flapping`" in str(how["blocks"])
    assert "Rule: `" in str(how["blocks"])

    ticket = await opened(whole, "Copy as ticket")

    assert "ICCID: 8901 26" in str(ticket["blocks"])
    assert "Finding: Barred" in str(ticket["blocks"])
    assert 2 == len(whole.slack.seen_by("ana"))


@pytest.mark.shows_progress
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


@pytest.mark.shows_progress
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
    gone = ids.More(sid="DE" + "9" * 32, what=ids.Overflow.HOW).to_value()
    await whole.click(whole.answer(), "How we know", value=gone)

    assert "has the SID" in str(whole.window()["blocks"])


ANSWERS = [("yes", "", []), ("no", "The antenna", ["The antenna"]), ("no", "x" * 4000, ["x" * 500])]


@pytest.mark.parametrize(("answer", "why", "whys"), ANSWERS, ids=["yes", "no", "at length"])
async def test_feedback_is_kept_and_counted(whole, answer, why, whys):
    """Yes or no, and why in 500 characters, are kept with the rule that the answer named."""
    await opened(whole, "Was this right?")
    filled = {ids.IS_RIGHT: {ids.IS_RIGHT: answer}} | ({ids.WHY: {ids.WHY: why}} if why else {})
    await whole.slack.workspace.submit_view("ana", filled)
    await whole.settle()
    (judged,) = await whole.bot.services.feedback.by_rule()

    assert "Thank you" in str(whole.window()["blocks"])
    assert "barred_after_flapping" == judged.rule
    assert (answer == "yes", answer == "no") == (bool(judged.right), bool(judged.wrong))
    assert whys == list(judged.whys)
