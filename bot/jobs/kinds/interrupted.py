"""What somebody asked whose answer a process took with it when it was killed: they hear of it."""

import logging

from bot.blocks.replies import error_screen
from bot.clock import Backoff
from bot.errors import Interrupted
from bot.jobs.job import Job, JobServices, Outcome, finished, kind, run_again
from bot.jobs.posting import IdempotentPosts
from bot.sessions.questions import OpenQuestion
from bot.sims.identifier import quoted
from bot.slack.errors import SlackError, SlackRefused
from bot.slack.posting import ANSWER, ASKING
from bot.struct import from_dict

BACKOFF = Backoff(first=2.0, longest=60.0)
TRIES = 10
log = logging.getLogger(__name__)


@kind()
async def interrupted(job: Job, services: JobServices) -> Outcome | None:
    """Say so: in place of the message that showed the progress, else to the asker directly.

    In a direct message it does not stand above which question it was, so it is named.
    """
    question = from_dict(OpenQuestion, job.args)
    try:
        found = question.aloud and await _answered_aloud(question, services.posts)
        if not found:
            which = quoted(question.says) if question.says else ""
            screen = error_screen(Interrupted(which))
            await services.posts.post(job.key, question.user, None, screen, again=True)
    except SlackError as error:
        tries = int(job.memo.get("tries", 0)) + 1
        extra = {"job": job.key, "outcome": error.outcome, "tries": tries}
        log.warning("interruption-not-told", extra=extra)
        return finished() if tries >= TRIES else run_again(BACKOFF.after(tries), {"tries": tries})
    return finished()


async def _answered_aloud(question: OpenQuestion, posts: IdempotentPosts) -> bool:
    """Return whether all there see how it went: by the answer, or by this in place of it."""
    place = question.channel, question.thread, question.since
    try:
        if await posts.find(f"{ANSWER}{question.id}", *place):
            return True
        progress = await posts.find(f"{ASKING}{question.id}", *place)
        if progress:
            await posts.update(progress, error_screen(Interrupted()))
    except SlackRefused as error:  # we may not look, or it is gone
        log.info("interruption-not-told-aloud", extra={"why": error.error})
        return False
    return progress is not None
