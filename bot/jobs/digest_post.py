"""The last step of a digest: posted once with its details, or kept back, or refused for good."""

import logging
from dataclasses import replace

from bot.backoff import Backoff
from bot.blocks.digest import detail_screens, digest_screen, quiet_screen
from bot.blocks.digest_list import paused_screen
from bot.digests.digest import Digest
from bot.digests.service import pause_reason
from bot.digests.subscription import PauseReason, Subscription, WhenQuiet
from bot.jobs.job import Again, Done, Job, JobServices, Outcome
from bot.jobs.posting import Posted
from bot.slack.errors import SlackError, SlackRefused
from bot.store.digest_runs import Run, Stage

BACKOFF = Backoff(first=15.0, longest=600.0)
PATIENCE = 6 * 3600.0
"""Seconds after the due time; a digest that comes later than that is no news."""
log = logging.getLogger(__name__)


async def post_digest(
    job: Job, run: Run, about: Subscription, services: JobServices
) -> Outcome | None:
    """Post the digest that was kept, and its details in its thread."""
    digest = Digest.from_json(run.digest or "")
    if digest.is_quiet and about.when_quiet is WhenQuiet.SKIP:
        return _ended(run, Stage.QUIET, services)
    try:
        post = await _post(job, digest, about, services)
    except SlackRefused as error:
        why = pause_reason(error)
        if why is None:
            return _retry(job, run, error, services)
        return await pause_refused(run, about, why, error.sentence, services)
    except SlackError as error:
        return _retry(job, run, error, services)
    stage = Stage.FAILED if digest.problem else Stage.POSTED
    place = {"channel": post.channel, "ts": post.ts or "", "why": digest.problem}
    return _ended(run, stage, services, **place)


def _ended(run: Run, stage: Stage, services: JobServices, **values: object) -> Outcome:
    services.metrics.digest_ended(stage.value, services.clock.now().timestamp() - run.due)
    return Done(write=services.fleet.runs.changing(run.id, stage, **values))


async def _post(job: Job, digest: Digest, about: Subscription, services: JobServices) -> Posted:
    """Post the parent first; without its place the details have no thread to stand in."""
    if digest.is_quiet:
        return await services.posts.post(job.key, about.channel, None, quiet_screen(digest))
    post = await services.posts.post(job.key, about.channel, None, digest_screen(digest))
    if post.ts:
        for name, screen in detail_screens(digest):
            await services.posts.post(f"{job.key}#{name}", post.channel, post.ts, screen)
    return post


def _retry(job: Job, run: Run, error: SlackError, services: JobServices) -> Outcome:
    """Try again in a while; give up where it would be no news any more."""
    tries = int(job.memo.get("posts", 0)) + 1
    late = services.clock.now().timestamp() - run.due
    log.warning("digest-not-posted", extra={"digest": job.key, "outcome": error.outcome})
    if late < PATIENCE:
        return Again(BACKOFF.after(tries), job.memo | {"posts": tries})
    return _ended(run, Stage.FAILED, services, why=error.sentence)


async def pause_refused(
    run: Run, about: Subscription, why: PauseReason, sentence: str, services: JobServices
) -> Outcome:
    """End a run whose channel does not take it, and pause its digest until somebody mends that.

    Its maker is notified, once.
    """
    if about.paused is None:
        await _notify_maker(run, replace(about, paused=why), services)
        await services.subscriptions.pause(about, why)
    log.warning("digest-paused", extra={"digest": about.id, "why": why.value})
    return _ended(run, Stage.FAILED, services, why=sentence)


async def _notify_maker(run: Run, about: Subscription, services: JobServices) -> None:
    """Write to the maker directly; whoever cannot be written to is not waited for."""
    try:
        await services.posts.post(f"{run.job}#paused", about.made_by, None, paused_screen(about))
    except SlackError as error:
        log.warning("maker-not-told", extra={"digest": about.id, "outcome": error.outcome})
