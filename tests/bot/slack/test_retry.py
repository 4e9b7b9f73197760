"""Which failed call to Slack is made again."""

import pytest

from bot.slack.errors import (
    SlackOutcomeUnknown,
    SlackRateLimited,
    SlackRefused,
    SlackUnreachable,
)
from bot.slack.retry import RetryPolicy


@pytest.mark.parametrize(
    ("error", "question"),
    [
        (SlackUnreachable("m"), False),
        (SlackRefused("m", "http_500"), False),
        (SlackRefused("m", "http_503"), False),
        (SlackOutcomeUnknown("m"), True),
    ],
)
def test_what_is_tried_again_waits_longer_each_time(error, question):
    """
    What surely was not done, or only asked, is tried again with growing waits, then given up.
    """
    policy = RetryPolicy(attempts=4, first_wait=0.25)

    waits = [policy.wait(error, n, 0.0, question=question) for n in (1, 2, 3, 4)]

    assert waits[3] is None
    assert 0.18 < waits[0] < waits[1] < waits[2] < 1.3


@pytest.mark.parametrize(
    ("error", "question"),
    [
        (SlackOutcomeUnknown("m"), False),
        (SlackRefused("m", "invalid_blocks"), False),
        (SlackRefused("m", "invalid_auth"), True),
        (SlackRefused("m", "used_url"), False),
    ],
)
def test_what_is_not_tried_again(error, question):
    """
    A no stays a no, and a post that may have been read is not sent again.
    """
    assert RetryPolicy().wait(error, 1, 0.0, question=question) is None


@pytest.mark.parametrize(("waited", "again"), [(0.0, True), (29.0, True), (31.0, False)])
def test_slack_may_make_us_wait_so_long_in_all(waited, again):
    """
    Retry-After is honoured while the sum of the waits stays within the most.
    """
    wait = RetryPolicy(most_waited=60).wait(SlackRateLimited("m", 30), 1, waited, question=False)

    assert again is (wait is not None)
    assert wait is None or 30 < wait < 31
