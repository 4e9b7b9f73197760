"""What an answer is."""

import pytest

from bot.blocks.kit import Screen, section
from bot.errors import NotShared
from handlers.reply import Reply, send, showing
from handlers.request import Request

SCREEN = Screen("words", [section("words")])


def asked(whole):
    user, team = whole.slack.workspace.person("ana").id, "T0ACMEIOT"
    return Request(team, user, "G0ONCALL1", "", response_url=None)


def test_showing_a_screen_whatever_the_workspace_knows():
    """
    A fixed screen is the same for every workspace.
    """
    reply = showing(SCREEN)

    assert SCREEN is reply.draw(frozenset({"table"}))
    assert (False, False) == (reply.in_channel, reply.replace)


async def test_a_reply_to_the_asker_never_raises(whole, caplog):
    """
    Where it cannot be delivered, that is logged with the cause.
    """
    whole.slack.api.faults.fail("chat.postMessage", "messages_tab_disabled")

    await send(showing(SCREEN), asked(whole), whole.bot.services)

    assert "not-delivered" in caplog.text
    assert "messages_tab_disabled" in caplog.text


async def test_a_reply_for_all_that_is_not_taken_raises(whole):
    """
    The caller then tells the asker.
    """
    with pytest.raises(NotShared):
        await send(Reply(lambda _: SCREEN, in_channel=True), asked(whole), whole.bot.services)


async def test_a_shared_answer_that_cannot_be_refreshed_is_left_alone(whole, caplog):
    """
    Nobody pressed Share there: no word about inviting.
    """
    reply = Reply(lambda _: SCREEN, in_channel=True, replace=True)

    await send(reply, asked(whole), whole.bot.services)

    assert "not-delivered" in caplog.text
