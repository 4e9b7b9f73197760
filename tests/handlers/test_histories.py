"""A history as a reply."""

from dataclasses import replace

import pytest

from bot.blocks.kit import Screen
from bot.errors import Restarting
from bot.ops.off_loop import OffLoop
from handlers.histories import history_reply


@pytest.fixture
async def report(whole):
    """What is known of truck-42."""
    return await whole.bot.services.sessions.look_up("truck-42")


async def test_it_is_drawn_for_what_the_workspace_knows(whole, report):
    """
    The drawing comes later, plainer where kinds of blocks are refused.
    """
    reply = await history_reply(report, 7, whole.bot.services)

    whole_screen = await reply.draw(frozenset())
    plainer = await reply.draw(frozenset({"data_table"}))

    assert isinstance(whole_screen, Screen)
    assert "data_table" in {block["type"] for block in whole_screen.blocks}
    assert "table" in {block["type"] for block in plainer.blocks}
    assert not reply.in_channel
    assert not reply.replace


async def test_it_is_drawn_beside_the_loop(whole, report):
    """
    Nothing of it is drawn where the bot acknowledges: without the thread there is no drawing.
    """
    closed = OffLoop()
    await closed.aclose()
    services = replace(whole.bot.services, off_loop=closed)
    reply = await history_reply(report, 7, services, replace=True)

    with pytest.raises(Restarting):
        await reply.draw(frozenset())
    assert reply.replace
