"""One message, written for each way."""

from dataclasses import dataclass

import pytest

from bot.slack.post import Post, TextOnly


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
