"""What is done when a digest's channel takes no posts."""

import pytest

from bot.digests.lost_channel import told, trouble_of, why_of
from bot.digests.subscription import Why
from bot.errors import BotError
from bot.slack.errors import SlackRefused, SlackUnreachable
from bot.slack.places import Trouble


@pytest.mark.parametrize("trouble", Trouble)
def test_each_trouble_is_said_and_pauses(trouble):
    """
    Whoever fills in reads what to do, and a digest that runs into it knows why it is paused.
    """
    assert told(trouble).endswith(".")
    assert trouble.value in set(Why)


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (SlackRefused("chat.postMessage", "is_archived"), Why.ARCHIVED),
        (SlackRefused("chat.postMessage", "not_in_channel"), Why.NOT_IN_CHANNEL),
        (SlackRefused("chat.postMessage", "fatal_error"), None),
        (SlackUnreachable("chat.postMessage", "x"), None),
        (BotError(), None),
    ],
)
def test_what_pauses(error, why):
    """
    Only what Slack will say again tomorrow.
    """
    assert why is why_of(error)
    assert (why is None) is (trouble_of(error) is None)
