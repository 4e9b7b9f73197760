"""What becomes of a post that Slack did not take now: tried later, for a day."""

import logging

from bot.jobs.job import Again, Job, Outcome
from bot.slack.errors import SlackError, SlackRateLimited

log = logging.getLogger(__name__)

FIRST_WAIT, LONGEST_WAIT = 5.0, 600.0
TRIES = 150
"""At the longest wait for most of them about a day."""
NOBODY_THERE = frozenset(
    {
        "user_not_found",
        "user_disabled",
        "cannot_dm_bot",
        "messages_tab_disabled",
        "channel_not_found",
        "not_in_channel",
        "is_archived",
    }
)
"""What Slack answers where a person cannot be written to directly, now or later."""


def later(job: Job, error: SlackError) -> Outcome:
    """Try again after a while that grows. Raises the error where that went on for a day."""
    tries = int(job.memo.get("tries", 0)) + 1
    about = {"job": job.key, "outcome": error.outcome, "tries": tries}
    log.warning("not-posted-yet", extra=about)
    if tries > TRIES:
        raise error
    asked = error.retry_after if isinstance(error, SlackRateLimited) else 0.0
    return Again(
        max(asked, min(FIRST_WAIT * 2 ** min(tries - 1, 10), LONGEST_WAIT)), {"tries": tries}
    )
