"""Tells one notice of a watch, once. Args: watch, and the notice as bot/watches/notices.py has it.

A notice is not lost while Slack is away: it is tried for a day.
"""

import logging

from bot.jobs.job import Done, Job, Outcome, kind
from bot.jobs.later import NOBODY_THERE, later
from bot.jobs.services import JobServices
from bot.slack.errors import SlackError, SlackRefused
from bot.watches.notices import from_args

log = logging.getLogger(__name__)


@kind(lane="watch_notice", longest=300.0)
async def watch_notice(job: Job, services: JobServices) -> Outcome | None:
    """Tell it; where there is nobody to tell any more, that is the end of it."""
    try:
        await services.watching.posts.tell(job.args["watch"], from_args(job.args))
    except SlackRefused as error:
        if error.error not in NOBODY_THERE:
            return later(job, error)
        log.warning("notice-to-nobody", extra={"watch": job.args["watch"], "why": error.error})
    except SlackError as error:
        return later(job, error)
    return Done()
