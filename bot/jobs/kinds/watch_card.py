"""Draws the card of a watch, no more often than every 45 s. Args: watch."""

from functools import partial

from bot.jobs.job import Again, Done, Job, Outcome, kind
from bot.jobs.later import NOBODY_THERE, later
from bot.jobs.services import JobServices
from bot.slack.errors import SlackError, SlackRefused
from bot.store.transaction import Transaction
from bot.watches.rows import to_row


@kind(lane="watch_card", longest=300.0)
async def watch_card(job: Job, services: JobServices) -> Outcome | None:
    """Draw it and keep where it stands; end a watch of which nobody can be told."""
    watching = services.watching
    try:
        drawn = await watching.posts.card(job.args["watch"])
    except SlackRefused as error:
        if error.error not in NOBODY_THERE:
            return later(job, error)
        return Done(write=partial(watching.untold, job.args["watch"], error.error))
    except SlackError as error:
        return later(job, error)
    if drawn is None:
        return Done()
    watch, wait = drawn
    if wait:
        return Again(wait.total_seconds())

    async def write(tx: Transaction) -> None:
        await watching.rows.carded(to_row(watch), tx)

    return Done(write=write)
