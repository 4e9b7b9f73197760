"""Reads one watched SIM again and again, once for all its watches. Args: sid."""

import logging
from collections.abc import Awaitable
from functools import partial

from bot.backoff import Backoff
from bot.jobs.job import Again, Done, Job, Outcome, kind
from bot.jobs.services import JobServices
from bot.slack.errors import (
    WRONG_PLACE,
    Reason,
    SlackError,
    SlackRateLimited,
    SlackRefused,
)
from bot.store.transaction import Transaction
from bot.watches.repository import notice_from_args, to_row


@kind(lane="watch", attempts=1_000_000, longest=300.0)
async def watch(job: Job, services: JobServices) -> Outcome | None:
    """Look once; it is over when nobody watches the SIM any more."""
    done = await services.watching.polling.poll(job.args["sid"])
    return Done() if done.next_in is None else Again(done.next_in, write=done.write)


EVERY = 60.0


@kind(lane="watch", attempts=1_000_000)
async def watch_sweep(job: Job, services: JobServices) -> Outcome | None:  # noqa: ARG001 -- it is always the same job
    """Sweep, and come again while there is anything to sweep."""
    watching = services.watching
    sids, undrawn = await watching.rows.sims(), await watching.rows.undrawn()
    await watching.ledger.schedule_poll(*sids)
    for card_id in undrawn:
        await watching.ledger.schedule_card(card_id)
    await watching.rows.forget(watching.keep)
    await watching.made.forget(watching.keep)
    return Again(EVERY) if sids or undrawn else Done()


log = logging.getLogger(__name__)

BACKOFF = Backoff(first=5.0, longest=600.0)
TRIES = 150
"""At the longest wait for most of them about a day."""
NOBODY_THERE = WRONG_PLACE | {Reason.NO_PERSON}
"""What Slack answers where a person cannot be written to directly, now or later."""


def later(job: Job, error: SlackError) -> Outcome:
    """Try again after a while that grows. Raises the error where that went on for a day."""
    tries = int(job.memo.get("tries", 0)) + 1
    about = {"job": job.key, "outcome": error.outcome, "tries": tries}
    log.warning("not-posted-yet", extra=about)
    if tries > TRIES:
        raise error
    asked = error.retry_after if isinstance(error, SlackRateLimited) else 0.0
    return Again(max(asked, BACKOFF.after(tries)), {"tries": tries})


@kind(lane="watch_card", longest=300.0)
async def watch_card(job: Job, services: JobServices) -> Outcome | None:
    """Draw it and keep where it stands; end a watch of which nobody can be told."""
    watching = services.watching
    try:
        drawn = await watching.posts.card(job.args["watch"])
    except SlackRefused as error:
        if error.reason not in NOBODY_THERE:
            return later(job, error)
        return Done(write=partial(watching.untold, job.args["watch"], error.error))
    except SlackError as error:
        return later(job, error)
    if drawn is None:
        return Done()
    watches, wait = drawn
    if wait:
        return Again(wait.total_seconds())

    async def write(tx: Transaction) -> None:
        for watch in watches:
            await watching.rows.save_card(to_row(watch), tx)

    return Done(write=write)


@kind(lane="watch_notice", longest=300.0)
async def watch_notice(job: Job, services: JobServices) -> Outcome | None:
    """Tell it; where there is nobody to tell any more, that is the end of it."""
    notice = notice_from_args(job.args)
    return await _told(services.watching.posts.tell(job.args["watch"], notice), job)


@kind(lane="watch_notice", longest=300.0)
async def watch_set(job: Job, services: JobServices) -> Outcome | None:
    """Tell that all watches of a set have ended."""
    return await _told(services.watching.posts.tell_set(job.args["set"]), job)


async def _told(telling: Awaitable[None], job: Job) -> Outcome:
    try:
        await telling
    except SlackRefused as error:
        if error.reason not in NOBODY_THERE:
            return later(job, error)
        log.warning("notice-to-nobody", extra={"job": job.key, "why": error.error})
    except SlackError as error:
        return later(job, error)
    return Done()
