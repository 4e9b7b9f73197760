"""Digests as a list with buttons, and what is asked or said of one."""

from datetime import UTC, datetime

import pytest

from bot.blocks import ids
from bot.blocks.digest_list import (
    MOST,
    REMOVED,
    add_screen,
    choice_screen,
    done_screen,
    list_screen,
    paused_screen,
    saved_screen,
    sure_screen,
    told_screen,
)
from bot.digests.subscription import Why
from bot.sandbox.slack_api.blocks.whole import blocks_faults
from tests.bot.digests.subscriptions import PUMPS, subscription

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
EVIL = subscription(name="<!here> *x* " + "y" * 60, paused=Why.ARCHIVED)
MANY = [subscription(id=str(n), name=f"Pumps {n}") for n in range(MOST + 5)]


def marked_up(blocks):
    """The texts in which Slack reads marks; in plain ones it does not."""
    for block in blocks:
        yield from (each["text"] for each in block.get("elements", ()) if each["type"] == "mrkdwn")
        yield block.get("text", {}).get("text", "")


def listed(every, **more):
    return list_screen(every, NOW, more.pop("running", {}), where="here", **more)


@pytest.mark.parametrize(
    "screen",
    [
        listed([]),
        listed([PUMPS, EVIL], places=True),
        listed(MANY),
        saved_screen(PUMPS, NOW, 140, is_new=True),
        saved_screen(EVIL, NOW, None, is_new=False),
        told_screen(EVIL, "U1", "made", NOW),
        choice_screen("Which one?", MANY[:5], ids.DIGEST_EDIT),
        choice_screen("None.", (), ids.DIGEST_EDIT),
        sure_screen(EVIL),
        *(paused_screen(subscription(paused=why)) for why in Why),
        add_screen("Press this one."),
        done_screen(EVIL, "is paused."),
    ],
)
def test_slack_takes_it(screen):
    """
    Every screen keeps Slack's limits, and nothing in it speaks to Slack.
    """
    assert [] == blocks_faults(screen.blocks, "message")
    assert screen.text
    assert "<!here>" not in screen.text + "".join(marked_up(screen.blocks))


def labels(screen):
    return [
        e["text"]["text"] for b in screen.blocks if b["type"] == "actions" for e in b["elements"]
    ]


def test_a_list():
    """
    Each has its own buttons; a paused one is resumed, others paused; new ones are made below.
    """
    screen = listed([PUMPS, EVIL], running={PUMPS.id: 34})
    row = ["Edit", "Pause", "Post now", "Preview", "Remove"]
    paused = ["Edit", "Resume", "Post now", "Preview", "Remove"]

    assert "2 digests here" == screen.text
    assert [*row, *paused, "New digest…"] == labels(screen)
    assert "Being made now: 34 % · next: <!date^" in str(screen.blocks)


def test_a_list_too_long_for_a_message():
    """
    What is left out is counted.
    """
    assert "5 more; name one" in str(listed(MANY).blocks)


def test_where_a_digest_goes_is_said_where_that_differs():
    """
    In one's own list each names its channel.
    """
    assert "<#C0FLEETOP>" in str(listed([PUMPS], places=True).blocks)
    assert "<#C0FLEETOP>" not in str(listed([PUMPS]).blocks)


@pytest.mark.parametrize(("deed", "says_next"), [("made", True), (REMOVED, False)])
def test_the_channel_is_told(deed, says_next):
    """
    Who did what, and when it comes next where it still comes.
    """
    told = str(told_screen(PUMPS, "U1", deed, NOW).blocks)

    assert f"<@U1> {deed} the digest *Pumps*" in told
    assert says_next is ("next: <!date^" in told)


@pytest.mark.parametrize(
    ("count", "words"),
    [(None, "That is"), (1, "That is 1 SIM now."), (140, "That is 140 SIMs now.")],
)
def test_what_was_saved(count, words):
    """
    How many SIMs it is about is said where it was counted.
    """
    said = str(saved_screen(PUMPS, NOW, count, is_new=True).blocks)

    assert (count is not None) is (words in said)


def test_the_buttons_carry_the_digest():
    """
    Each says which one it is about.
    """
    screen = listed([PUMPS])
    values = {e.get("value") for b in screen.blocks for e in b.get("elements", ()) if "value" in e}

    assert {ids.DigestButton(id=PUMPS.id).to_value()} == values
