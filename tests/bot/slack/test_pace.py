"""How fast the bot writes by itself."""

import asyncio

import pytest

from bot.slack.errors import SlackRateLimited, SlackRefused
from bot.slack.pace import APART, KEPT, PATIENCE, POST, UPDATE, Pace


@pytest.fixture
def pace(clock):
    return Pace(clock)


@pytest.fixture
def called(clock):
    """A call that notes when it is made, and fails as told."""

    class Called:
        def __init__(self):
            self.at = []
            self.errors = []
            self.began = clock.monotonic()

        async def __call__(self):
            self.at.append(clock.monotonic() - self.began)
            if self.errors:
                raise self.errors.pop(0)
            return "done"

    return Called()


async def test_the_first_goes_at_once(pace, called):
    """
    Who comes to a channel in which nothing was written does not wait.
    """
    assert "done" == await pace.paced(POST, "C1", called)
    assert [0.0] == called.at


async def test_a_channel_gets_one_message_a_second(pace, called):
    """
    Posts to one channel are spaced.
    """
    for _ in range(3):
        await pace.paced(POST, "C1", called)

    assert [0.0, 1.0, 2.0] == called.at


async def test_those_who_come_together_get_turns_one_after_the_other(pace, called, clock):
    """
    A turn is taken when it is asked for, so that two that wait do not wake together.
    """
    await asyncio.gather(*(pace.paced(POST, "C1", called) for _ in range(3)))

    assert (3, [1.0, 1.0]) == (len(called.at), clock.slept)


async def test_channels_do_not_wait_for_each_other(pace, called):
    """
    Posts to different channels go at once.
    """
    await pace.paced(POST, "C1", called)
    await pace.paced(POST, "C2", called)

    assert [0.0, 0.0] == called.at


async def test_changes_are_paced_over_the_whole_workspace(pace, called):
    """
    The limit of chat.update is the workspace's, whatever the channel.
    """
    await pace.paced(UPDATE, "C1", called)
    await pace.paced(UPDATE, "C2", called)

    assert [0.0, APART[UPDATE]] == pytest.approx(called.at)


async def test_retry_after_is_honoured(pace, called):
    """
    After a 429 the call is made again when Slack said, and so are others to that channel.
    """
    called.errors = [SlackRateLimited(POST, 7)]

    assert "done" == await pace.paced(POST, "C1", called)
    await pace.paced(POST, "C1", called)
    assert [0.0, 7.0, 8.0] == called.at


async def test_a_limit_of_one_channel_does_not_hold_another(pace, called):
    """
    Slack counts posts by channel, so only that channel waits.
    """
    called.errors = [SlackRateLimited(POST, PATIENCE + 1)]
    with pytest.raises(SlackRateLimited):
        await pace.paced(POST, "C1", called)

    await pace.paced(POST, "C2", called)

    assert [0.0, 0.0] == called.at


async def test_patience_ends(pace, called):
    """
    Where Slack asks for more than a minute in all, the caller is told.
    """
    called.errors = [SlackRateLimited(POST, 25)] * 3

    with pytest.raises(SlackRateLimited):
        await pace.paced(POST, "C1", called)

    assert [0.0, 25.0, 50.0] == called.at


async def test_other_errors_are_not_tried_again(pace, called):
    """
    What no waiting mends goes to the caller at once.
    """
    called.errors = [SlackRefused(POST, "not_in_channel")]

    with pytest.raises(SlackRefused):
        await pace.paced(POST, "C1", called)

    assert [0.0] == called.at


async def test_the_backlog_says_how_long_a_turn_would_be_waited_for(pace, called, clock):
    """
    It is nothing for a free lane, and shrinks as time passes.
    """
    told = [pace.backlog(UPDATE)]
    await pace.paced(UPDATE, "C1", called)
    told.append(pace.backlog(UPDATE))
    clock.move(1)
    told.append(pace.backlog(UPDATE))
    clock.move(10)
    told.append(pace.backlog(UPDATE))

    assert pytest.approx([0.0, 1.3, 0.3, 0.0]) == told


async def test_channels_of_long_ago_are_forgotten(pace, called, clock):
    """
    The memory of turns stays small over any number of channels.
    """
    for number in range(KEPT + 1):
        await pace.paced(POST, f"C{number}", called)
        clock.move(2)

    assert len(pace._free_at) <= KEPT
