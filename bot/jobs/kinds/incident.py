"""The jobs of incidents: the card and its thread, the card that several share, news to webhooks.

incident          draws the card of one, tells its thread, reminds and escalates; ends with it
incident_summary  draws the card that several share
incident_sweep    schedules what was lost and forgets what is old
alert_blind       says once in a channel that KORE does not answer, and that it does again
webhook           sends one piece of news of an incident, at least once and in order
"""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from bot.alerts.alert import Alert, AlertState
from bot.alerts.incident import EventKind, Incident
from bot.alerts.incident_repository import StoredIncident, card_to_row, incident_from_row
from bot.alerts.transitions import resolves_at, tick, with_others_counted
from bot.alerts.webhook import WebhookFailed
from bot.blocks.alert_setup import ALERT
from bot.blocks.incident import unreachable_screen
from bot.clock import Backoff, jittered
from bot.digests.subscription import PauseReason
from bot.digests.subscriptions import pause_reason
from bot.errors import NotAllowed
from bot.jobs.alert_posts import ShownIncident, fingerprint
from bot.jobs.job import Job, JobServices, Outcome, finished, kind, run_again
from bot.jobs.kinds.watch import retry_later
from bot.slack.errors import SlackError
from bot.store.database import Transaction
from bot.struct import replace

CHECK = 60.0
"""Seconds between two looks at an open incident of which nothing is to be shown."""
SOON = 2.0
TOLD_FOR = 300.0
"""Seconds in which people are not reminded of, nor others called for, a second incident."""
COUNTED = frozenset({EventKind.OPENED, EventKind.REOPENED, EventKind.RESOLVED})
SHARED_INTERVAL = 45.0
SWEEP = 300.0
log = logging.getLogger(__name__)


@kind(lane="incident", attempts=1_000_000, longest=300.0)
async def incident(job: Job, services: JobServices) -> Outcome | None:
    """Do what time brings, then show the incident as it stands. Args: incident."""
    work = services.alerting
    stored = await work.incidents.find(job.args["incident"])
    if stored is None:
        return finished()
    alert = await work.alerts.find(stored.incident.alert) or _removed(stored.incident)
    now, hides = services.clock.now(), services.authorizer.hides
    if tick(alert, stored.incident, now) != stored.incident:
        others = len(await work.incidents.rows.open_ids(alert.id)) - 1
        return run_again(
            0.0, write=lambda tx: _tick(alert, stored.incident.id, others, services, tx)
        )
    if hides(stored.incident.account, stored.incident.channel):
        return run_again(CHECK) if stored.incident.is_open else finished()
    shared = _seen(await work.incidents.of_summary(stored.incident.summary), services)
    try:
        shown = await services.incident_posts.show(stored, alert, shared)
    except (NotAllowed, SlackError) as error:
        return await _not_shown(job, stored.incident, error, services)
    waits = min(CHECK, shown.rests.total_seconds() or CHECK)
    if over_at := resolves_at(alert, stored.incident):
        if now >= over_at:
            await services.queue.run_now(alert.job_key)
        else:
            waits = min(waits, (over_at - now).total_seconds())
    return _after(stored, shown, waits, services)


def _seen(every: Sequence[Incident], services: JobServices) -> list[Incident]:
    """Return those whose account its channel may still see."""
    return [each for each in every if not services.authorizer.hides(each.account, each.channel)]


def _after(
    stored: StoredIncident, shown: ShownIncident, waits: float, services: JobServices
) -> Outcome:
    """Save where the card stands, and come back when there may be more to do."""
    row = card_to_row(shown.stored)

    async def write(tx: Transaction) -> None:
        await services.alerting.incidents.rows.save_card(row, tx)

    for event in stored.incident.since(stored.told + 1):
        if event.kind in COUNTED:
            services.metrics.incident(event.kind.value)
    has_changed = shown.stored != stored
    if shown.rests:
        return run_again(waits, write=write if has_changed else None)
    if not stored.incident.is_open:
        return finished(write=write)
    return run_again(SOON, write=write) if has_changed else run_again(waits)


async def _tick(
    alert: Alert, id_: str, others: int, services: JobServices, tx: Transaction
) -> None:
    """Save what time brings to an incident as it stands by now; `others` are open beside it."""
    alerts, incidents = services.alerting.alerts, services.alerting.incidents
    found, now = await alerts.with_state(alert.id, tx), services.clock.now()
    row = await incidents.rows.get(id_, tx)
    if row is None:
        return
    before = incident_from_row(row).incident
    after = tick(alert, before, now)
    called = {e.kind.value for e in after.since(before.seq) if e.mentions}
    if found and called:
        state = found[1]
        is_told = all(now.timestamp() - state.called.get(each, 0.0) < TOLD_FOR for each in called)
        after = with_others_counted(before, after, None if is_told else others)
        if not is_told:
            at = state.called | dict.fromkeys(called, now.timestamp())
            await alerts.save_state(alert.id, replace(state, called=at), tx)
    if after != before:
        await incidents.save(alert, before, after, tx)


def _removed(of: Incident) -> Alert:
    """Return what stands in for an alert that was removed: its last words are still said."""
    from bot.digests.subscription import Selection, SelectionKind  # noqa: PLC0415 -- seldom

    everything = Selection(SelectionKind.ALL)
    return Alert(of.alert, of.team, of.channel, "removed", "", of.opened_at, everything)


async def _not_shown(
    job: Job, incident: Incident, error: NotAllowed | SlackError, services: JobServices
) -> Outcome:
    """Try again; an alert whose channel takes no cards is paused, and its maker notified once.

    One that has another channel by now goes on.
    """
    why = PauseReason.NOT_ALLOWED if isinstance(error, NotAllowed) else pause_reason(error)
    if why is None and isinstance(error, SlackError):
        return retry_later(job, error)
    why = why or PauseReason.NOT_ALLOWED
    alert = await services.alerting.alerts.find(incident.alert)
    if alert and alert.paused is None and alert.channel == incident.channel:
        await services.alerting.alerts.pause(alert, why)
        log.warning("alert-paused", extra={"alert": alert.id, "why": why.value})
        key = f"alert:{alert.id}:paused:{services.clock.now():%Y-%m-%d}"
        try:
            await services.posts.post(
                key, alert.made_by, None, ALERT.paused_screen(replace(alert, paused=why))
            )
        except SlackError as refused:
            log.warning("maker-not-told", extra={"alert": alert.id, "outcome": refused.outcome})
    return finished()


@kind(lane="incident", attempts=1_000_000, longest=300.0)
async def incident_summary(job: Job, services: JobServices) -> Outcome | None:
    """Draw the card that incidents share, no more often than any card."""
    work, now = services.alerting, services.clock.now().timestamp()
    drawn_at = job.memo.get("drawn", 0.0)
    shared = _seen(await work.incidents.of_summary(job.args["incident"]), services)
    if not shared:
        return finished()
    is_over = not any(each.is_open for each in shared)
    shows = "/".join(map(fingerprint, shared))
    if shows == job.memo.get("shows") and not is_over:
        return run_again(CHECK)
    # longer than the interval only where the clock was set back
    if not is_over and 0 < (rests := drawn_at + SHARED_INTERVAL - now) <= SHARED_INTERVAL:
        return run_again(rests)
    try:
        await services.incident_posts.draw_summary(shared)
    except NotAllowed:
        return finished()
    except SlackError as error:
        return finished() if pause_reason(error) else retry_later(job, error)
    return finished() if is_over else run_again(CHECK, {"drawn": now, "shows": shows})


@kind(lane="incident", attempts=1_000_000)
async def incident_sweep(job: Job, services: JobServices) -> Outcome | None:  # noqa: ARG001 -- it is always the same job
    """Schedule incidents whose job was lost, and forget those that are no longer kept."""
    incidents = services.alerting.incidents
    open_ids = await incidents.rows.open_ids()
    await incidents.reschedule(open_ids)
    await incidents.rows.forget(services.fleet.keep)
    return run_again(SWEEP) if open_ids else finished()


@kind(lane="incident", attempts=1_000_000, longest=300.0)
async def alert_blind(job: Job, services: JobServices) -> Outcome | None:
    """Say it in the channel; that KORE answers again is said there. Args: team, channel.

    memo: since when, of the first alert that saw it, and of which accounts, none of them: all. The
    last alert that does not see it ends it.
    """
    channel, since = job.args["channel"], job.memo.get("since")
    states = await services.alerting.alerts.states_in(job.args["team"], channel)
    blind = [each for each in states if each.blind_since]
    if since is None:
        return run_again(0.0, _blindness(blind)) if blind else finished()
    over = None if blind else services.clock.now()
    if over and not any(s.scanned_at and _is_after(since, s.scanned_at, over) for s in states):
        return finished()  # nobody looks any more
    of = job.memo.get("accounts", ())
    shown = [each for each in of if not services.authorizer.hides(each, channel)]
    if of and not shown:
        return finished()
    screen = unreachable_screen(datetime.fromtimestamp(since, UTC), over, shown)
    try:
        key = f"{job.key}:{since:.0f}"
        await services.posts.post(key, channel, None, screen, anew=over is not None)
    except SlackError as error:
        return finished() if pause_reason(error) else retry_later(job, error)
    return finished() if over else run_again(CHECK)


def _is_after(since: float, scanned_at: datetime, now: datetime) -> bool:
    """Return whether a scan is later than that, also by a clock that was set back meanwhile."""
    return scanned_at.timestamp() > since or since > now.timestamp()


def _blindness(states: Sequence[AlertState]) -> dict[str, Any]:
    """Return since when alerts see nothing, and of which accounts, as a memo."""
    since = min(each.blind_since.timestamp() for each in states if each.blind_since)
    known = all(each.blind for each in states)
    of = sorted({name for each in states for name in each.blind}) if known else []
    return {"since": since, "accounts": of}


BACKOFF = Backoff(first=5.0, longest=600.0)
GIVE_UP_SECONDS = 24 * 3600.0
BEHIND_SECONDS = 60.0
"""How often one that waits for another looks; it is hastened when that has ended."""
JITTER = 0.1


@kind(lane="webhook", attempts=1_000_000, longest=60.0)
async def webhook(job: Job, services: JobServices) -> Outcome | None:
    """Send it, unless an earlier one of the same incident is still to be sent."""
    if job.result is not None:  # hastened just as it was sent
        return finished(job.result)
    if (await services.queue.live(job.kind, _same(job)))[0] < job.key:
        return run_again(BEHIND_SECONDS)
    if rests := services.webhooks.pause_left(job.args["target"]):
        return run_again(jittered(rests, JITTER))
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
    wait = max(error.wait, jittered(BACKOFF.after(tries), JITTER))
    return run_again(wait, {"tries": tries, "since": since})


def _over(job: Job, what: str, services: JobServices) -> Outcome:
    """End it, and let the next one go at once."""

    async def write(tx: Transaction) -> None:
        later = await services.queue.live(job.kind, _same(job), tx)
        if following := next((key for key in later if key > job.key), None):
            await services.queue.run_now(following, tx)

    return finished(what, write=write)


def _same(job: Job) -> str:
    """Return what the keys of all news of one incident to one target begin with."""
    return job.key.rpartition(" ")[0] + " "
