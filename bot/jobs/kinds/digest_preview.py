"""A digest for one person: made like any other and compared with the last, but not kept.

It comes as a direct message. Its run has a name of its own, so no later digest, trend or progress
knows of it, and its rows are dropped with the next tidying.
Args: subscription, person, due (epoch seconds).
"""

import logging
from collections.abc import Awaitable, Callable

from bot.blocks.digest import preview_screen
from bot.blocks.errors import error_screen
from bot.digests.digest import Digest
from bot.digests.subscription import Subscription
from bot.errors import NotAllowed
from bot.jobs.job import Done, Job, Outcome, kind
from bot.jobs.kinds.digest import asked_for, scanned
from bot.jobs.services import JobServices
from bot.slack.errors import SlackError
from bot.store.digest_runs import Run, Stage

log = logging.getLogger(__name__)

Step = Callable[[Job, Run, Subscription, JobServices], Awaitable[Outcome | None]]


@kind(lane="digest", longest=7200.0)
async def digest_preview(job: Job, services: JobServices) -> Outcome | None:
    """Do the next step; the stage of the run says which."""
    about = await services.subscriptions.find(job.args["subscription"])
    if about is None:
        return None
    run = await services.fleet.runs.begin(f"preview:{about.id}", job.args["due"], job.key)
    return None if run.is_over else await STEPS[run.stage](job, run, about, services)


async def begun(job: Job, run: Run, about: Subscription, services: JobServices) -> Outcome | None:
    """Have the SIMs asked, where its channel may read the answer at all."""
    try:
        await services.admission.sight_in(about.channel)
    except NotAllowed as error:
        screen = error_screen(error)
        await services.posts.post(job.key, job.args["person"], None, lambda _refused: screen)
        return _ended(run, services)
    return await asked_for(job, run, about, services)


async def shown(job: Job, run: Run, about: Subscription, services: JobServices) -> Outcome | None:  # noqa: ARG001 -- a Step
    """Send it to the person."""
    digest = Digest.from_json(run.digest or "")
    try:
        await services.posts.post(
            job.key,
            job.args["person"],
            None,
            lambda refused: preview_screen(digest, refused=refused),
        )
    except SlackError as error:
        log.warning("preview-not-sent", extra={"preview": job.key, "outcome": error.outcome})
        raise
    return _ended(run, services)


def _ended(run: Run, services: JobServices) -> Outcome:
    return Done(write=services.fleet.runs.changing(run.id, Stage.SKIPPED, why="a preview"))


STEPS: dict[Stage, Step] = {
    Stage.LISTING: begun,
    Stage.SCANNING: scanned,
    Stage.POSTING: shown,
}
