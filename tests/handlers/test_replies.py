"""What an answer is."""

import asyncio
import json
import logging

import pytest

from bot.blocks.kit import Screen, section
from bot.errors import BotError, Candidate, NotAllowed, NotShared, SimNotFound, TookTooLong
from bot.kore.errors import KoreUnavailable
from bot.ops.logging import begin_request
from bot.services import Request
from bot.sims.identifier import unquoted
from bot.slack.access import Actor
from bot.store.jobs import JobQueue
from handlers import replies
from handlers.payloads import Context, from_command
from handlers.replies import Reply, answer, send, to_reply

SCREEN = Screen("words", [section("words")])


def asked(whole):
    user, team = whole.slack.workspace.person("ana").id, "T0ACMEIOT"
    return Request(team, user, "G0ONCALL1", "", response_url=None)


async def test_a_reply_to_the_asker_never_raises(whole, caplog):
    """Where it cannot be delivered, that is logged with the cause."""
    whole.slack.api.faults.fail("chat.postMessage", "messages_tab_disabled")

    await send(Reply(SCREEN), asked(whole), whole.bot.services.replying)

    assert "not-delivered" in caplog.text
    assert "messages_tab_disabled" in caplog.text


async def test_a_reply_for_all_that_is_not_taken_raises(whole):
    """The caller then tells the asker."""
    with pytest.raises(NotShared):
        await send(Reply(SCREEN, in_channel=True), asked(whole), whole.bot.services.replying)


async def test_a_shared_answer_that_cannot_be_refreshed_is_left_alone(whole, caplog):
    """Nobody pressed Share there: no word about inviting."""
    reply = Reply(SCREEN, in_channel=True, replace=True)

    await send(reply, asked(whole), whole.bot.services.replying)

    assert "not-delivered" in caplog.text


DONE = Reply(Screen("done", [section("done")]))


async def work():
    return DONE


@pytest.fixture
def context(dispatch):
    """What Ana asked."""
    request = from_command(dispatch.command(), "truck-42")
    actor = Actor(request.team, None, request.user, request.channel)
    return Context(actor, request, dispatch.services)


def counted(whole, name, outcome):
    text = whole.bot.services.metrics.text().decode()
    return f'answer_seconds_count{{name="{name}",outcome="{outcome}"}} 1.0' in text


async def test_the_reply_goes_to_the_asker(whole, context):
    """What the work gives is delivered, timed and counted."""
    await answer("work", work, context)

    assert "done" == whole.answer().text
    assert counted(whole, "work", "ok")


async def test_what_nobody_planned_for_is_answered_with_a_reference(whole, context, caplog):
    """The reference that the asker reads stands in the log beside the cause."""

    async def break_down():
        return {}["missing"]

    await answer("work", break_down, context)

    (record,) = [r for r in caplog.records if r.message == "unplanned-error"]
    assert f"(ref {record.reference})" in whole.answer().text
    assert "KeyError: 'missing'" in caplog.text
    assert "KeyError" not in json.dumps(whole.answer().blocks)
    assert counted(whole, "work", "unplanned")


async def test_work_that_takes_too_long_is_given_up(whole, context, monkeypatch):
    """After our own patience the asker is told, and the work is cut."""
    monkeypatch.setattr(replies, "PATIENCE_SECONDS", 0.01)

    await answer("work", asyncio.Event().wait, context)

    assert "longer than a minute" in whole.answer().text
    assert counted(whole, "work", "took_too_long")


async def test_work_that_is_cut_by_a_stop_is_said(whole, context):
    """Slack asks nobody else: whoever waits is told to ask again."""
    hanging = answer("work", asyncio.Event().wait, context)
    task = whole.bot.services.tasks.start(hanging, name="work")

    await whole.bot.services.tasks.drain(2.5)

    assert task.cancelled()
    assert "being restarted" in whole.answer().text
    assert counted(whole, "work", "cancelled")


async def test_an_answer_that_cannot_be_delivered_is_not_the_end(whole, context, caplog):
    """When no way is left it is logged, nothing escapes, and whoever asked is told later."""
    for way in ("/response", "chat.postEphemeral", "chat.postMessage"):
        whole.slack.api.faults.fail(way, "account_inactive", times=9)

    await answer("work", work, context)
    await whole.bot.services.questions.save()
    queue = JobQueue(whole.bot.services.store)

    assert "not-delivered" in caplog.text
    assert () == whole.slack.seen_by("ana")
    assert "ready" == (await queue.get(f"interrupted:{context.request.id}")).state


async def test_what_was_for_all_and_cannot_be_posted_is_told_to_the_asker(whole, context):
    """A share that fails is an answer of its own, for the asker alone."""
    whole.slack.api.faults.status("/response", 404, "used_url")
    whole.slack.api.faults.fail("chat.postMessage", "not_in_channel")

    async def share():
        return Reply(DONE.screen, in_channel=True)

    await answer("share", share, context)

    assert unquoted(NotShared.sentence) in whole.answer().text
    assert whole.answer().ephemeral_to
    assert counted(whole, "share", "not_shared")


async def test_each_answer_is_one_line_in_the_log(whole, context, caplog):
    """What was answered and how it went is logged; what was asked is not."""
    caplog.set_level(logging.INFO)

    await answer("work", work, context)

    (record,) = [r for r in caplog.records if r.message == "answered"]
    assert ("work", "ok") == (record.answer, record.outcome)
    assert "truck-42" not in caplog.text


def words(reply):
    return reply.screen.text


@pytest.mark.parametrize(
    ("error", "says", "outcome"),
    [
        (NotAllowed("Not you."), "Not you.", "not_allowed"),
        (KoreUnavailable(), KoreUnavailable.sentence, "kore_unavailable"),
        (TimeoutError(), TookTooLong.sentence, "took_too_long"),
        (BotError(), BotError.sentence, "bot_error"),
    ],
)
def test_an_error_says_its_own_sentence(error, says, outcome):
    """Each planned error carries its sentence and its name for the metrics."""
    reply, named = to_reply(error)

    assert (says, outcome) == (words(reply), named)


def test_an_unplanned_one_shows_a_reference_and_nothing_else():
    """The request's own id is the reference, and the exception's words stay in the log."""
    reference = begin_request()

    reply, named = to_reply(ZeroDivisionError("secret detail"))

    assert f"Something broke on our side (ref {reference})" in words(reply)
    assert "secret detail" not in words(reply)
    assert "unplanned" == named


def test_near_misses_become_buttons_that_remember_what_was_typed():
    """The candidates of a SIM that was not found can be clicked."""
    reply, _ = to_reply(SimNotFound("No.", (Candidate("DE1", "pump-7"),)), asked="pmp-7")

    blocks = str(reply.screen.blocks)
    assert "pump-7" in blocks
    assert "pmp-7" in blocks


@pytest.mark.parametrize(
    ("error", "level"),
    [
        (NotAllowed(), logging.INFO),
        (KoreUnavailable(), logging.WARNING),
        (ZeroDivisionError(), logging.ERROR),
    ],
)
def test_how_bad_it_is_in_the_log(error, level, caplog):
    """What the asker can mend is no fault; what none foresaw is an error with its traceback."""
    caplog.set_level(logging.INFO)

    to_reply(error)

    (record,) = caplog.records
    assert level == record.levelno
    assert (level == logging.ERROR) is bool(record.exc_info)
