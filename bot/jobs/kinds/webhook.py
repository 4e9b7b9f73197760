"""News of an incident to a webhook: at least once, one after the other for each incident.

Args: target, news. The key ends with the number of the news, so that its order is theirs.
"""

import logging

from bot.alerts.webhook import WebhookFailed
from bot.clock import Backoff, spread
from bot.jobs.job import Again, Done, Job, JobServices, Outcome, kind
from bot.store.transaction import Transaction

BACKOFF = Backoff(first=5.0, longest=600.0)
GIVE_UP_SECONDS = 24 * 3600.0
BEHIND_SECONDS = 60.0
"""How often one that waits for another looks; it is hastened when that has ended."""
JITTER = 0.1
log = logging.getLogger(__name__)


@kind(lane="webhook", attempts=1_000_000, longest=60.0)
async def webhook(job: Job, services: JobServices) -> Outcome | None:
    """Send it, unless an earlier one of the same incident is still to be sent."""
    if job.result is not None:  # hastened just as it was sent
        return Done(job.result)
    if (await services.queue.live(job.kind, _same(job)))[0] < job.key:
        return Again(BEHIND_SECONDS)
    if rests := services.webhooks.rests(job.args["target"]):
        return Again(spread(rests, JITTER))
    try:
        await services.webhooks.send(job.args["target"], job.args["news"])
    except WebhookFailed as error:
        return _failed(job, error, services)
    services.metrics.webhook_sent("sent")
    return _over(job, "sent", services)


def _failed(job: Job, error: WebhookFailed, services: JobServices) -> Outcome:
    """Try again later and later, for a day at most."""
    tries = int(job.memo.get("tries", 0)) + 1
    now = services.clock.now().timestamp()
    since = float(job.memo.get("since", now))
    target = job.args["target"]
    log.warning("webhook-not-sent", extra={"target": target, "why": error.why, "tries": tries})
    services.metrics.webhook_sent("failed")
    if error.is_final or now - since > GIVE_UP_SECONDS:
        log.error("webhook-given-up", extra={"target": target, "why": error.why})
        services.metrics.webhook_sent("given_up")
        return _over(job, f"given up: {error.why}", services)
    wait = max(error.wait, spread(BACKOFF.after(tries), JITTER))
    return Again(wait, {"tries": tries, "since": since})


def _over(job: Job, what: str, services: JobServices) -> Outcome:
    """End it, and let the next one go at once."""

    async def write(tx: Transaction) -> None:
        later = await services.queue.live(job.kind, _same(job), tx)
        if following := next((key for key in later if key > job.key), None):
            await services.queue.hasten(following, tx)

    return Done(what, write=write)


def _same(job: Job) -> str:
    """Return what the keys of all news of one incident to one target begin with."""
    return job.key.rpartition(" ")[0] + " "
