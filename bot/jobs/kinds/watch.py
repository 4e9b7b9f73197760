"""The jobs of watches: SIMs polled, what was left undone swept up, cards and notices posted."""

import logging
from collections.abc import Awaitable
from functools import partial

from bot.clock import Backoff
from bot.jobs.job import Job, JobServices, Outcome, finished, kind, run_again
from bot.slack.errors import (
    WRONG_PLACE,
    Reason,
    SlackError,
    SlackRateLimited,
    SlackRefused,
)
from bot.store.database import Transaction
from bot.watches.repository import notice_from_args, to_row

log = logging.getLogger(__name__)

SWEEP_SECONDS = 60.0
BACKOFF = Backoff(first=5.0, longest=600.0)
TRIES = 150
"""At the longest wait for most of them about a day."""
NOBODY_THERE = WRONG_PLACE | {Reason.NO_PERSON}
"""What Slack answers where a person cannot be written to directly, now or later."""


@kind(lane="watch", attempts=1_000_000, longest=300.0)
async def watch(job: Job, services: JobServices) -> Outcome | None:
    """Poll the SIM of `sid` once, for all its watches; the last of them ends the job."""
    done = await services.watching.polling.poll(job.args["sid"])
    return finished() if done.next_in is None else run_again(done.next_in, write=done.write)


@kind(lane="watch", attempts=1_000_000)
async def watch_sweep(job: Job, services: JobServices) -> Outcome | None:  # noqa: ARG001 -- it is always the same job
    """Schedule what was lost, forget what is old, and run again while anything is watched."""
    watching = services.watching
    sids, undrawn = await watching.rows.sims(), await watching.rows.undrawn()
    await watching.repository.schedule_poll(*sids)
    for card_id in undrawn:
        await watching.repository.schedule_card(card_id)
    await watching.rows.forget(watching.keep)
    await watching.made.forget(watching.keep)
    return run_again(SWEEP_SECONDS) if sids or undrawn else finished()


@kind(lane="watch_card", longest=300.0)
async def watch_card(job: Job, services: JobServices) -> Outcome | None:
    """Draw the card and save where it stands; end watches that have nobody to report to."""
    watching = services.watching
    try:
        drawn = await watching.posts.update_card(job.args["watch"])
    except SlackRefused as error:
        if error.reason not in NOBODY_THERE:
            return retry_later(job, error)
        return finished(write=partial(watching.end_unreported, job.args["watch"], error.error))
    except SlackError as error:
        return retry_later(job, error)
    if drawn is None:
        return finished()
    watches, wait = drawn
    if wait:
        return run_again(wait.total_seconds())

    async def write(tx: Transaction) -> None:
        for watch in watches:
            await watching.rows.save_card(to_row(watch), tx)

    return finished(write=write)


@kind(lane="watch_notice", longest=300.0)
async def watch_notice(job: Job, services: JobServices) -> Outcome | None:
    """Post the notice; without anybody to post it to, drop it."""
    notice = notice_from_args(job.args)
    return await _posted(services.watching.posts.post_notice(job.args["watch"], notice), job)


@kind(lane="watch_notice", longest=300.0)
async def watch_set(job: Job, services: JobServices) -> Outcome | None:
    """Post that all watches of a set have ended."""
    return await _posted(services.watching.posts.post_set_notice(job.args["set"]), job)


async def _posted(posting: Awaitable[None], job: Job) -> Outcome:
    try:
        await posting
    except SlackRefused as error:
        if error.reason not in NOBODY_THERE:
            return retry_later(job, error)
        log.warning("notice-to-nobody", extra={"job": job.key, "why": error.error})
    except SlackError as error:
        return retry_later(job, error)
    return finished()


def retry_later(job: Job, error: SlackError) -> Outcome:
    """Try again after a wait that grows. Raises the error where that went on for a day."""
    tries = int(job.memo.get("tries", 0)) + 1
    about = {"job": job.key, "outcome": error.outcome, "tries": tries}
    log.warning("not-posted-yet", extra=about)
    if tries > TRIES:
        raise error
    asked = error.retry_after if isinstance(error, SlackRateLimited) else 0.0
    return run_again(max(asked, BACKOFF.after(tries)), {"tries": tries})
