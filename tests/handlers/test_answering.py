"""The work after the ack."""

import asyncio
import json
import logging

import pytest

from bot.blocks.kit import Screen, section
from bot.errors import NotShared
from handlers import answering
from handlers.answering import answer
from handlers.reply import Reply, showing
from handlers.request import from_command

DONE = showing(Screen("done", [section("done")]))


@pytest.fixture
def request_(dispatch):
    """What Ana asked."""
    return from_command(dispatch.command(), "truck-42")


def counted(whole, name, outcome):
    text = whole.bot.services.metrics.text().decode()
    return f'answer_seconds_count{{name="{name}",outcome="{outcome}"}} 1.0' in text


async def test_the_reply_goes_to_the_asker(whole, request_):
    """
    What the work gives is delivered, timed and counted.
    """

    async def work():
        return DONE

    await answer("work", work, request_, whole.bot.services)

    assert "done" == whole.answer().text
    assert counted(whole, "work", "ok")


async def test_what_nobody_planned_for_is_answered_with_a_reference(whole, request_, caplog):
    """
    The reference that the asker reads stands in the log beside the cause.
    """

    async def work():
        return {}["missing"]

    await answer("work", work, request_, whole.bot.services)

    (record,) = [r for r in caplog.records if r.message == "unplanned-error"]
    assert f"(ref {record.reference})" in whole.answer().text
    assert "KeyError: 'missing'" in caplog.text
    assert "KeyError" not in json.dumps(whole.answer().blocks)
    assert counted(whole, "work", "unplanned")


async def test_work_that_takes_too_long_is_given_up(whole, request_, monkeypatch):
    """
    After our own patience the asker is told, and the work is cut.
    """
    monkeypatch.setattr(answering, "PATIENCE_SECONDS", 0.01)

    await answer("work", asyncio.Event().wait, request_, whole.bot.services)

    assert "longer than a minute" in whole.answer().text
    assert counted(whole, "work", "took_too_long")


async def test_work_that_is_cut_by_a_stop_is_said(whole, request_):
    """
    Slack asks nobody else: whoever waits is told to ask again.
    """
    task = whole.bot.services.tasks.start(
        answer("work", asyncio.Event().wait, request_, whole.bot.services), name="work"
    )

    await whole.bot.services.tasks.drain(2.5)

    assert task.cancelled()
    assert "being restarted" in whole.answer().text
    assert counted(whole, "work", "cancelled")


async def test_an_answer_that_cannot_be_delivered_ends_there(whole, request_, caplog):
    """
    When no way is left it is logged, and nothing escapes.
    """
    for way in ("/response", "chat.postEphemeral", "chat.postMessage"):
        whole.slack.api.faults.fail(way, "account_inactive", times=9)

    async def work():
        return DONE

    await answer("work", work, request_, whole.bot.services)

    assert "not-delivered" in caplog.text
    assert () == whole.slack.seen_by("ana")


async def test_what_was_for_all_and_cannot_be_posted_is_told_to_the_asker(whole, request_):
    """
    A share that fails is an answer of its own, for the asker alone.
    """
    whole.slack.api.faults.status("/response", 404, "used_url")
    whole.slack.api.faults.fail("chat.postMessage", "not_in_channel")

    async def work():
        return Reply(DONE.draw, in_channel=True)

    await answer("share", work, request_, whole.bot.services)

    assert NotShared.sentence in whole.answer().text
    assert whole.answer().ephemeral_to
    assert counted(whole, "share", "not_shared")


async def test_each_answer_is_one_line_in_the_log(whole, request_, caplog):
    """
    What was answered and how it went is logged; what was asked is not.
    """
    caplog.set_level(logging.INFO)

    async def work():
        return DONE

    await answer("work", work, request_, whole.bot.services)

    (record,) = [r for r in caplog.records if r.message == "answered"]
    assert ("work", "ok") == (record.answer, record.outcome)
    assert "truck-42" not in caplog.text
