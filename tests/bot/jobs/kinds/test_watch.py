"""A post that Slack did not take now is tried later, for a day."""

import pytest

from bot.jobs.job import Job
from bot.jobs.kinds.watch import TRIES, retry_later
from bot.slack.errors import SlackRateLimited, SlackRefused, SlackUnreachable
from bot.struct import replace

JOB = Job("key", "watch_notice", "running", {}, {}, 1, 1, None, 0.0, None, None)
LOST = SlackUnreachable("chat.postMessage", "ClientConnectorError")


def waits(error, times):
    """Return the waits of so many failures in a row."""
    job, found = JOB, []
    for _ in range(times):
        outcome = retry_later(job, error)
        job = replace(job, memo=outcome.memo)
        found.append(outcome.after)
    return found


def test_waits_grow_to_ten_minutes():
    """The first tries come soon, the later ones seldom."""
    assert [5, 10, 20, 40, 80, 160, 320, 600, 600] == waits(LOST, 9)


def test_it_goes_on_for_a_day():
    """What could not be posted for a day is given up, and the error says why."""
    tried = waits(LOST, TRIES)

    assert 24 * 3600 <= sum(tried) <= 26 * 3600
    with pytest.raises(SlackUnreachable):
        retry_later(replace(JOB, memo={"tries": TRIES}), LOST)


@pytest.mark.parametrize(("asked", "expected"), [(1, 5), (120, 120), (3600, 3600)])
def test_it_is_no_sooner_than_slack_asks(asked, expected):
    """Retry-After is the least."""
    assert expected == retry_later(JOB, SlackRateLimited("chat.postMessage", asked)).after


def test_it_is_said_in_the_log(caplog):
    """Each failure is one line with Slack's own word."""
    retry_later(JOB, SlackRefused("chat.postMessage", "internal_error"))

    assert "not-posted-yet" in caplog.text
