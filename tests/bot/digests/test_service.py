"""What handlers have done with digests."""

from datetime import UTC, datetime

import pytest

from bot.digests.service import pause_reason, problem_words, run_key, stamp
from bot.digests.subscription import PauseReason
from bot.errors import BotError
from bot.slack.errors import CANNOT_POST, SlackRefused, SlackUnreachable
from tests.bot.digests.subscriptions import PUMPS
from tests.builders import NOON


def test_a_run_by_hand_has_the_key_of_its_schedule():
    """A run asked for in the very second in which one is due is that one."""
    assert "2026-01-05T12:00:00Z" == stamp(datetime(2026, 1, 5, 12, tzinfo=UTC))
    assert f"digest:{PUMPS.id}@{stamp(NOON)}" == run_key(PUMPS, NOON)


@pytest.mark.parametrize("reason", sorted(CANNOT_POST))
def test_each_trouble_is_said_and_pauses(reason):
    """Whoever fills in reads what to do, and a digest that runs into it knows why it is paused."""
    assert problem_words(reason).endswith(".")
    assert problem_words(reason) == problem_words(PauseReason(reason))


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (SlackRefused("chat.postMessage", "is_archived"), PauseReason.ARCHIVED),
        (SlackRefused("chat.postMessage", "not_in_channel"), PauseReason.NOT_IN_CHANNEL),
        (SlackRefused("chat.postMessage", "fatal_error"), None),
        (SlackUnreachable("chat.postMessage", "x"), None),
        (BotError(), None),
    ],
)
def test_what_pauses(error, why):
    """Only what Slack will say again tomorrow."""
    assert why is pause_reason(error)
