"""Drawing plainer for a workspace that refuses a block."""

import pytest

from bot.blocks.kit import Screen, container, section
from bot.blocks.ladder import retreat
from bot.slack.drawing import Drawing
from bot.slack.errors import SlackOutcomeUnknown, SlackRefused


class Workspace:
    """Refuses messages with these blocks, and notes those that it took."""

    def __init__(self, *unknown, error="invalid_blocks"):
        self.unknown = unknown
        self.error = error
        self.took = []

    async def send(self, message):
        if any(block["type"] in self.unknown for block in message.blocks):
            raise SlackRefused("chat.postMessage", self.error)
        self.took.append(message.text)
        return len(self.took)


@pytest.fixture
def drawing(counted):
    return Drawing(retreat, counted)


def folded(refused):
    if "container" in refused:
        return Screen("plain", [section("plain")])
    return Screen("folded", [container("folded", [section("inside")])])


@pytest.mark.parametrize(
    ("unknown", "expected"),
    [((), ["folded"]), (("container",), ["plain"]), (("container", "section"), ["plain"])],
)
async def test_it_is_drawn_as_rich_as_the_workspace_takes_it(drawing, unknown, expected):
    """
    A refused block is left out, and where none is taken the text still goes out.
    """
    workspace = Workspace(*unknown)

    assert 1 == await drawing.sent("T1", folded, workspace.send)
    assert expected == workspace.took


@pytest.mark.parametrize(
    "error", [SlackRefused("x", "not_in_channel"), SlackOutcomeUnknown("x", "ServerDisconnected")]
)
async def test_what_no_block_is_to_blame_for_is_not_drawn_again(drawing, error):
    """
    Every other failure goes to the caller at once, after one try.
    """
    tries = []

    async def send(message):
        tries.append(message)
        raise error

    with pytest.raises(type(error)):
        await drawing.sent("T1", folded, send)

    assert 1 == len(tries)


async def test_what_was_learnt_holds_for_all_that_is_sent_there(drawing, counted):
    """
    The next message to the workspace is drawn plainer at once; another workspace learns by itself.
    """
    here, there = Workspace("container"), Workspace()
    await drawing.sent("T1", folded, here.send)
    here.unknown = ()

    await drawing.sent("T1", folded, here.send)
    await drawing.sent("T2", folded, there.send)

    assert (["plain", "plain"], ["folded"]) == (here.took, there.took)
    assert ["container"] == counted.unknown
