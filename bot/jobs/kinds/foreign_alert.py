"""An alert of another app, answered in its thread once; as it comes again the answer is renewed.

Args: channel, thread (the first alert's ts), latest (the newest one's), times, identity, texts,
cut, is_shared; see bot/alerts/listening.py.
"""

import logging
from functools import partial
from typing import Any

from bot.blocks.alert_setup import busy_screen, revoked_screen
from bot.blocks.kit import Screen
from bot.clock import Backoff, spread
from bot.errors import NotAllowed, SimNotFound
from bot.jobs.alert_posts import Answer
from bot.jobs.job import Again, Done, Job, JobServices, Outcome, kind
from bot.sessions.report import SessionReport
from bot.slack.errors import WRONG_PLACE, Reason, SlackError, SlackRefused
from bot.store.channels import Listening

LATE_SECONDS = 600.0
"""Seconds after an alert from which on nobody needs its first answer any more."""
REFUSALS = 5
REFUSED_SECONDS = 60.0
"""Slack may merely fail to say who is in a group: it is asked so often before that counts."""
BUSY_SECONDS = 3600.0
NEVER = WRONG_PLACE | {Reason.NOT_EDITABLE}
BACKOFF = Backoff(first=10.0, longest=60.0)
JITTER = 0.3
log = logging.getLogger(__name__)


@kind(lane="foreign_alert", longest=300.0)
async def foreign_alert(job: Job, services: JobServices) -> Outcome | None:
    """Look up what it names, then post the answer, or bring it up to date."""
    work, args = services.foreign_alerts, job.args
    listening = await work.rows.of(args["channel"])
    if listening is None:
        return None
    try:
        to = await work.visibility(listening, is_shared=args["is_shared"])
    except NotAllowed as error:
        return await _refused(job, listening, error, services)
    if not job.memo.get("is_paid"):
        wait = await work.allowance.take(args["channel"], len(args["texts"]))
        if wait:
            return _later(job, wait, services) or await _too_many(job, services)
    answers = await work.look_up(args["texts"], to)
    if any(isinstance(each, SessionReport) for each in answers):
        return await _answer(job, listening, answers, services)
    if all(isinstance(each, SimNotFound) for each in answers):
        return _dropped("no_such_sims", services)
    return _again(job, services)


async def _answer(
    job: Job, listening: Listening, answers: list[Answer], services: JobServices
) -> Outcome:
    work, args = services.foreign_alerts, job.args
    screen = await work.draw(args, answers)
    key = f"foreign_alert {args['channel']} {args['thread']} {args['identity']}"
    try:
        await services.posts.post(key, args["channel"], args["thread"], screen, anew=True)
    except SlackError as error:
        if isinstance(error, SlackRefused) and error.reason in NEVER:
            return _dropped("not_posted", services)
        return _again(job, services)
    services.metrics.alert_heard("answered" if args["times"] == 1 else "updated")
    return Done(write=partial(work.lookups.add, work.audit_rows(listening, args, answers)))


def _dropped(why: str, services: JobServices) -> Outcome:
    services.metrics.alert_heard(why)
    return Done(why)


def _again(job: Job, services: JobServices) -> Outcome:
    """Try again what KORE or Slack did not do; the look-ups of it are not counted twice."""
    tries = int(job.memo.get("tries", 0)) + 1
    memo = {"tries": tries, "is_paid": True}
    return _later(job, BACKOFF.after(tries), services, memo) or _dropped("too_late", services)


def _later(
    job: Job, seconds: float, services: JobServices, memo: dict[str, Any] | None = None
) -> Outcome | None:
    """Try again in a while; None where nobody needs the answer by then."""
    age = services.clock.now().timestamp() - float(job.args["latest"])
    return Again(spread(seconds, JITTER), memo) if age + seconds < LATE_SECONDS else None


async def _too_many(job: Job, services: JobServices) -> Outcome:
    """Drop it, and say once an hour that there are more than are looked into."""
    hour = int(float(job.args["latest"]) / BUSY_SECONDS)
    await _say(f"busy {hour}", job, job.args["thread"], busy_screen(), services)
    return _dropped("too_many", services)


async def _refused(
    job: Job, listening: Listening, error: NotAllowed, services: JobServices
) -> Outcome:
    """Let the channel listen no more, once it is sure that who asked for it may not ask there."""
    refusals = int(job.memo.get("refusals", 0)) + 1
    if refusals < REFUSALS:
        return Again(REFUSED_SECONDS, {"refusals": refusals})
    log.warning("listening-revoked", extra={"channel": listening.channel, "why": error.sentence})
    screen = revoked_screen(listening.person, error.sentence)
    await _say(f"revoked {listening.since}", job, None, screen, services)
    await services.foreign_alerts.rows.stop(listening.channel)
    return _dropped("not_allowed", services)


async def _say(
    what: str, job: Job, thread: str | None, screen: Screen, services: JobServices
) -> None:
    """Say something in the channel or the alert's thread, if that is possible."""
    channel = job.args["channel"]
    try:
        await services.posts.post(f"foreign_alert {channel} {what}", channel, thread, screen)
    except SlackError as error:
        log.warning("channel-not-told", extra={"what": what, "outcome": error.outcome})
