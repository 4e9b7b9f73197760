"""One message, written for each way."""

from dataclasses import dataclass

import pytest

from bot.blocks.kit import container, section
from bot.blocks.screen import Degradable, Screen, degrade
from bot.slack.errors import SlackOutcomeUnknown, SlackRefused
from bot.slack.messages import BlockFallback, Post, TextOnly


@dataclass
class To:
    """Somebody in a thread."""

    team: str = "T1"
    user: str = "U1"
    channel: str = "C1"
    thread: str | None = "1.5"
    response_url: str | None = None


@dataclass
class Drawn:
    """A message with a block."""

    text: str = "words"
    blocks: tuple = ({"type": "divider"},)


QUIET = {"unfurl_links": False, "unfurl_media": False}
DRAWN = {"text": "words", "blocks": [{"type": "divider"}]}


@pytest.mark.parametrize(
    ("in_channel", "replace", "kind"),
    [(False, False, "ephemeral"), (True, False, "in_channel"), (True, True, "in_channel")],
)
def test_the_body_for_a_response_url(in_channel, replace, kind):
    """
    It says who sees it, whether it replaces, and stays in the thread.
    """
    body = Post(To(), Drawn(), in_channel, replace).to_response_url()

    expected = {"response_type": kind, "replace_original": replace, "thread_ts": "1.5"}
    assert DRAWN | QUIET | expected == body


def test_the_bodies_for_the_web_api():
    """
    The asker is named for an ephemeral message, and is the channel of a direct one.
    """
    post = Post(To(), Drawn())

    assert DRAWN | {"channel": "C1", "user": "U1", "thread_ts": "1.5"} == post.to_asker_here()
    assert DRAWN | QUIET | {"channel": "C1", "thread_ts": "1.5"} == post.to_channel()
    assert DRAWN | QUIET | {"channel": "U1"} == post.to_asker_directly()


def test_what_is_not_there_is_not_sent():
    """
    No thread, no blocks: no such keys.
    """
    body = Post(To(thread=None), TextOnly("words")).to_asker_here()

    assert {"text": "words", "channel": "C1", "user": "U1"} == body


class Workspace:
    """Refuses messages with these blocks, and notes those that it took."""

    def __init__(self, *unknown, error="invalid_blocks"):
        self.unknown = unknown
        self.error = error
        self.took = []

    async def send(self, message):
        if any(block["type"] in self.unknown for block in message.blocks):
            raise SlackRefused("chat.postMessage", self.error)
        self.took += [block["type"] for block in message.blocks] or [message.text]
        return len(self.took)


@pytest.fixture
def drawing(counted):
    return BlockFallback(degrade, counted)


FOLD = container("folded", [section("inside")])
FOLDED = Screen("words", [Degradable("container", [FOLD], lambda: [section("plain")])])


@pytest.mark.parametrize(
    ("unknown", "expected"),
    [((), ["container"]), (("container",), ["section"]), (("container", "section"), ["plain"])],
)
async def test_it_is_drawn_as_rich_as_the_workspace_takes_it(drawing, unknown, expected):
    """
    A refused block is left out, and where none is taken the text still goes out.
    """
    workspace = Workspace(*unknown)

    assert 1 == await drawing.send("T1", FOLDED, workspace.send)
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
        await drawing.send("T1", FOLDED, send)

    assert 1 == len(tries)


async def test_what_was_learnt_holds_for_all_that_is_sent_there(drawing, counted):
    """
    The next message to the workspace is drawn plainer at once; another workspace learns by itself.
    """
    here, there = Workspace("container"), Workspace()
    await drawing.send("T1", FOLDED, here.send)
    here.unknown = ()

    await drawing.send("T1", FOLDED, here.send)
    await drawing.send("T2", FOLDED, there.send)

    assert (["section", "section"], ["container"]) == (here.took, there.took)
    assert ["container"] == counted.unknown
