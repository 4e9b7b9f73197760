"""The way in."""

import pytest

from bot.ops.logging import request_fields
from bot.slack.access import Access
from handlers.middleware import delivery_id, kind_of

EVERY_KIND = [
    ({"command": "/simsessions"}, "command"),
    ({"type": "block_actions"}, "click"),
    ({"type": "view_submission"}, "view"),
    ({"type": "view_closed"}, "view"),
    ({"type": "block_suggestion"}, "options"),
    ({"type": "shortcut"}, "shortcut"),
    ({"type": "message_action"}, "shortcut"),
    ({"type": "event_callback"}, "event"),
    ({"type": "something_new"}, "other"),
    ({"type": []}, "other"),
    ({"type": {}, "event": {"type": []}}, "other"),
    ({}, "other"),
]


@pytest.mark.parametrize(("body", "kind"), EVERY_KIND)
def test_what_came_in(body, kind):
    """Every payload has one of a few names."""
    assert kind == kind_of(body)


@pytest.mark.parametrize(
    ("body", "same"),
    [
        ({"event_id": "Ev1", "event": {"event_ts": "1.1"}}, "Ev1"),
        ({"trigger_id": "1.2.3"}, "1.2.3"),
        ({"type": "event_callback", "event": {"event_ts": "1.1"}}, "1.1"),
        ({"type": "block_suggestion"}, None),
        ({"trigger_id": None}, None),
        ({"event": "x"}, None),
        ({"event_id": 7}, None),
    ],
)
def test_what_is_the_same_when_it_comes_again(body, same):
    """An event by its id, a command or click by its trigger; what has neither is never the same."""
    assert same == delivery_id(body)


async def test_a_command_that_comes_twice_is_answered_once(dispatch, whole):
    """Both deliveries are acknowledged, one is answered."""
    command = dispatch.command()

    answers = [await dispatch(command), await dispatch(command)]
    await whole.settle()

    assert [200, 200] == [answer.status for answer in answers]
    assert 1 == len(whole.slack.seen_by("ana"))
    counted = whole.bot.services.metrics.text().decode()
    assert 'simsessions_requests_total{kind="command",outcome="duplicate"} 1.0' in counted


async def test_the_same_command_typed_again_is_answered_again(dispatch, whole):
    """Only a delivery is the same, not a question."""
    await dispatch(dispatch.command())
    await dispatch(dispatch.command())
    await whole.settle()

    assert 2 == len(whole.slack.seen_by("ana"))


@pytest.mark.parametrize(
    ("access", "says"),
    [
        (Access("T0OTHER"), "my own workspace"),
        (Access("T0ACMEIOT", users=frozenset({"U0BEN0001"})), "not on my list"),
        (Access("T0ACMEIOT", channels=frozenset({"C0GENERAL"})), "may not answer here"),
    ],
)
async def test_who_may_not_ask_is_told_and_nobody_is_asked(dispatch_with, whole, access, says):
    """A refused command is acknowledged and answered with the reason; KORE hears nothing of it."""
    dispatch = dispatch_with(access=access)
    asked = len(whole.kore.requests)

    answer = await dispatch(dispatch.command("DE" + "0" * 32))
    await whole.settle()

    assert (200, "") == (answer.status, answer.body)
    assert says in whole.answer().text
    assert asked == len(whole.kore.requests)


@pytest.mark.parametrize("kind", ["view_submission", "event_callback", "block_suggestion"])
async def test_who_may_not_ask_and_cannot_be_told_is_left_unanswered(dispatch_with, whole, kind):
    """Without a response_url a refusal is acknowledged and logged, no more."""
    dispatch = dispatch_with(access=Access("T0OTHER"))

    answer = await dispatch({"type": kind, "team": {"id": "T0X"}, "user": {"id": "U1"}})
    await whole.settle()

    assert 200 == answer.status
    assert () == whole.slack.seen_by("ana")


async def test_each_request_has_an_id_that_its_work_keeps(dispatch, whole, caplog):
    """What is logged long after the ack carries the id, the asker and the place."""
    seen = []

    @dispatch.app.command("/other")
    async def listener(ack):
        await ack()
        seen.append(dict(request_fields()))

    await dispatch(dispatch.command(command="/other"))
    await dispatch(dispatch.command(command="/other"))

    first, second = seen
    assert first["request_id"] != second["request_id"]
    about = {"kind": "command", "user": "U0ANA0001", "channel": "C0FLEETOP"}
    assert about.items() <= first.items()
