"""Alerts: one of ours scans its SIMs again and again; one of another app is answered in its thread.

`alert`: each scan moves its incidents on. A scan of the same SIMs that is new enough, of another
alert or of a digest, does as well; one that is under way is waited for. What a scan changes is
saved with the job's next state, so a crash repeats a step, and opens nothing twice. Between two
scans the SIMs of open incidents alone are looked at. Args: alert; memo: the run that it has
scanned, or when the next scan is due.

`foreign_alert`: it is answered once, and as it comes again the answer is renewed. Args: channel,
thread (the first alert's ts), latest (the newest one's), times, identity, texts, cut, is_shared;
see bot/alerts/listening.py.
"""

import logging
import secrets
from collections import Counter
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot.alerts.alert import Alert, AlertState
from bot.alerts.reading import (
    DATA_LIMIT,
    TWIN,
    AlertFilter,
    ScanReader,
    ScanReading,
    read_all,
    with_outages,
)
from bot.alerts.transitions import observe
from bot.blocks.alert_setup import listening_ended_screen, too_many_screen
from bot.blocks.kit import Screen
from bot.clock import Backoff, jittered
from bot.diagnosis.rhythm import Rhythm
from bot.diagnosis.rules.common_outage import outage_limits
from bot.digests.days import contacts_of, day_number, month_of
from bot.digests.fleet import SharedScans, sids_of
from bot.errors import NotAllowed, SimNotFound, first_sentence
from bot.jobs.job import Job, JobServices, NewJob, Outcome, fan_out, finished, kind, run_again
from bot.jobs.kinds.digest import LIVE, TIDY, fail_unfinished
from bot.kore.errors import KoreError
from bot.sessions.lookup import Answer
from bot.sessions.report import SessionReport
from bot.slack.errors import WRONG_PLACE, Reason, SlackError, SlackRefused
from bot.store.channels import ListeningChannel
from bot.store.database import Transaction
from bot.store.digest_runs import Run, RunStage
from bot.store.jobs import Write
from bot.struct import replace

WAIT = 3.0
"""Seconds between two looks at a scan that is made for somebody else."""
RETRY = 60.0
CLOSED = 3600.0
"""Seconds until an alert looks again whether any account may be shown in its channel."""
RECHECK = 300.0
"""Seconds at most between two looks at the SIMs of open incidents."""
MOST_RECHECKED = 100
SLACK = 30.0
"""Seconds by which a scan may come early: the database's clock says what is due."""
MOST_RHYTHMS = 500
BLIND_JOB = "alert_blind"
_DAYS = 62
log = logging.getLogger(__name__)


@kind(lane="alert", attempts=1_000_000, longest=7200.0)
async def alert(job: Job, services: JobServices) -> Outcome | None:
    """Scan, or take somebody's scan, and have it move the incidents on."""
    looked = await services.alerting.alerts.with_state(job.args["alert"])
    if looked is None or looked[0].paused:
        return finished()
    about, state = looked
    try:
        scans = services.alerting.scans_of(services.authorizer.accounts_in(about.channel))
    except NotAllowed:
        return run_again(CLOSED)
    try:
        if rest := _rest(job, about, state, services):
            return await _recheck(about, rest, scans, services)
        return await _next(job, about, state, scans, services)
    except KoreError as error:
        reading = ScanReading(
            services.clock.now(),
            unreachable=first_sentence(error.sentence),
            silent_for=scans.kore.silent_for,
        )
        return _moved_on(about, reading, services, after=RETRY)


def _rest(job: Job, about: Alert, state: AlertState, services: JobServices) -> float:
    """Return the seconds until the next scan; 0: it is due, or must not be waited for."""
    due, at = job.memo.get("next"), state.scanned_at
    if due is None or at is None or not state.primed or (state.blind_since and not state.blind):
        return 0.0
    interval = services.alerting.interval_of(about, state).total_seconds()
    rest = float(min(due, at.timestamp() + interval) - services.clock.now().timestamp())
    # longer than its interval it waits only where the clock was set back
    return rest if SLACK < rest <= interval else 0.0


async def _recheck(about: Alert, rest: float, scans: SharedScans, services: JobServices) -> Outcome:
    """Look at the SIMs of open incidents, those first that may be over; what fails waits."""
    fleet, kore, after = services.fleet, scans.kore, min(rest, RECHECK)
    standing = await services.alerting.incidents.current(about.id)
    by_size = sorted(standing, key=lambda each: (each.back_at is None, len(each.members)))
    every = [m.sid for each in by_size for m in each.members if not m.gone]
    sims = []
    for sid in every[:MOST_RECHECKED]:
        with suppress(KoreError):
            sims.append((await kore.sim(sid)).value)
    now = services.clock.now()
    known = await fleet.days.since([sim.sid for sim in sims], month_of(day_number(now) - _DAYS))
    run = await fleet.runs.last(scans.name_of(about.selection))
    before = await fleet.rows.known(run.id, [sim.sid for sim in sims]) if run else {}
    scanned = await fleet.scanner.scan(sims, known, before.values(), asks_usage=False)
    if not scanned.rows and (every or not standing):
        return run_again(after)
    reader = ScanReader(AlertFilter(about.causes, about.least), every, scans.accounts)
    reader.add(scanned.rows)
    read = reader.reading(services.clock.now())
    twins = {m.sid for each in standing if each.family == TWIN for m in each.members}
    unsure = frozenset(every) - read.read | twins - read.sick.keys()
    reading = replace(read, failed=unsure, read=read.read - unsure, is_partial=True)
    return run_again(after, write=_writing(about, reading, services))


async def _next(
    job: Job, about: Alert, state: AlertState, scans: SharedScans, services: JobServices
) -> Outcome | None:
    work, now = services.alerting, services.clock.now()
    interval = work.interval_of(about, state)
    run = await _scanned(job, services)
    if run is None or not scans.covers(run, about.selection):  # it got other SIMs meanwhile
        run = await scans.newest(about.selection, interval.total_seconds() / 2)
    if run is None:
        return await _scan(job, about, interval, scans, services)
    reading = await _reading(run, about, state, scans, services)
    over = now.timestamp() - job.memo.get("begun", now.timestamp())
    return _moved_on(about, reading, services, after=max(1.0, interval.total_seconds() - over))


async def _scanned(job: Job, services: JobServices) -> Run | None:
    """Return the run that this job has scanned, once: what never came to an end has failed."""
    fleet, id_ = services.fleet, job.memo.get("run")
    name = job.memo.get("name")
    run = await fleet.runs.last(name) if name else None
    if run is None or run.id != id_ or run.job != job.key or run.stage is not RunStage.SCANNING:
        return None
    await fail_unfinished(run.id, services)
    await fleet.runs.change(run.id, RunStage.SKIPPED, why="a scan")
    return replace(run, stage=RunStage.SKIPPED)


async def _scan(
    job: Job, about: Alert, interval: timedelta, scans: SharedScans, services: JobServices
) -> Outcome | None:
    """Have the SIMs scanned, unless that is being done for somebody. Raises KoreError."""
    last = await scans.last(about.selection)
    other = await scans.under_way(about.selection)
    if other and other.job != job.key and await _is_alive(other, services):
        return run_again(WAIT, {})
    await services.queue.add(TIDY, anew=True)
    sims = await scans.listed(about.selection)
    run = await scans.begin(last, job.key)
    if run is None:
        return run_again(WAIT, {})
    gone = await scans.gone(run, sims)
    begun = services.clock.now().timestamp()
    until = begun + interval.total_seconds() / 2
    args = {"run": run.id, "before": run.id, "until": until}
    children = [
        NewJob("scan_chunk", f"{job.key}/{run.started:.3f}/{number}", args | {"number": number})
        for number in range(len(sims.sizes))
    ]

    async def write(tx: Transaction) -> None:
        await scans.save(run, sims, gone, tx)

    memo = {"run": run.id, "name": run.subscription, "begun": begun}
    return fan_out(children, memo, write)


async def _is_alive(run: Run, services: JobServices) -> bool:
    maker = await services.queue.get(run.job)
    return maker is not None and maker.state in LIVE


async def _reading(
    run: Run, about: Alert, state: AlertState, scans: SharedScans, services: JobServices
) -> ScanReading:
    """Read what a scan says of the alert's SIMs. Raises KoreError.

    What is known of the SIMs of an account that could not be asked stays as it was.
    """
    work, rows, now = services.alerting, services.fleet.rows, services.clock.now()
    sids = None
    if run.subscription != scans.name_of(about.selection):
        sids = await sids_of(about.selection, scans.kore)
    incidents = await work.incidents.current(about.id)
    watched = {member.sid for each in incidents if each.is_open for member in each.members}
    watched |= {sid for sid, ill in state.ill.items() if ill.family == DATA_LIMIT}
    reader = ScanReader(AlertFilter(about.causes, about.least, sids), watched, scans.accounts)
    await read_all(reader, rows, run.id)
    reading = reader.reading(now)
    silent = _unanswered(reading, scans.kore.account_of)
    if None in silent or silent.issuperset(run.shown):
        why = "KORE did not answer for most of these SIMs."
        return ScanReading(now, unreachable=why, silent_for=scans.kore.silent_for)
    accounts = run.shown - silent
    missing = tuple(sorted(scans.accounts - accounts))
    interval = work.interval_of(about, state)
    reading = replace(reading, accounts=accounts, missing=missing, interval=interval)
    if missing:
        reading = replace(reading, silent_for=scans.kore.only(frozenset(missing)).silent_for)
    reported = {(member.sid, each.family) for each in incidents for member in each.down}
    if begun := reading.causes_since(state, reported):
        lines = outage_limits(services.thresholds)
        reading = await with_outages(reading, rows.every(run.id), sids, begun, lines)
    fresh = [sid for sid in reading.sick if sid not in state.ill][:MOST_RHYTHMS]
    return replace(reading, rhythms=await _rhythms(fresh, now, services)) if fresh else reading


def _unanswered(
    reading: ScanReading, account_of: Callable[[str], str | None]
) -> frozenset[str | None]:
    """Return the accounts that did not answer for most of their SIMs; None: the only one."""
    failed = Counter(map(account_of, reading.failed))
    read = Counter(map(account_of, reading.read)) if failed else Counter[str | None]()
    return frozenset(account for account, count in failed.items() if count > read[account])


async def _rhythms(sids: Collection[str], now: datetime, services: JobServices) -> dict[str, float]:
    """Return the usual time between two contacts of SIMs, in seconds, where it is known."""
    today = day_number(now)
    months = await services.fleet.days.since(list(sids), month_of(today - _DAYS))
    rhythms = {sid: Rhythm(contacts_of(packed), now.timestamp()) for sid, packed in months.items()}
    return {sid: each.typical for sid, each in rhythms.items() if each.is_known}


def _moved_on(
    about: Alert, reading: ScanReading, services: JobServices, *, after: float
) -> Outcome:
    """Save what a reading changes together with the job's next turn."""
    memo = {"next": services.clock.now().timestamp() + after}
    return run_again(min(after, RECHECK), memo, _writing(about, reading, services))


def _writing(about: Alert, reading: ScanReading, services: JobServices) -> Write:
    work, lines = services.alerting, outage_limits(services.thresholds)

    async def write(tx: Transaction) -> None:
        blind = f"{BLIND_JOB}:{about.channel}"
        await services.queue.lock(blind, tx)
        await work.incidents.lock(await work.incidents.ids(about.id, tx), tx)
        found = await work.alerts.with_state(about.id, tx)
        if found is None or not _is_read_for(found[0], about, services):
            return  # it was changed meanwhile, and hastened with that
        alert, state = found
        incidents = await work.incidents.of_alert(about.id, tx)
        step = observe(alert, state, incidents, reading, lines=lines, new_id=_new_id)
        before = {incident.id: incident for incident in incidents}
        for incident in step.incidents:
            await work.incidents.save(alert, before.get(incident.id), incident, tx)
        await work.alerts.save_state(about.id, step.state, tx)
        if step.blind_began or step.blind_ended:
            args = {"team": about.team, "channel": about.channel}
            await services.queue.add(NewJob(BLIND_JOB, blind, args), tx=tx, anew=True)
            await services.queue.run_now(blind, tx)

    return write


def _is_read_for(alert: Alert, about: Alert, services: JobServices) -> bool:
    """Return whether what was read for an alert is what it looks for now, of the same accounts."""
    shown = services.authorizer.accounts_in
    with suppress(NotAllowed):
        return alert.looks_for == about.looks_for and shown(alert.channel) == shown(about.channel)
    return False


def _new_id() -> str:
    """Return an id with a letter in its middle: no part of it looks like the number of a device."""
    made = secrets.token_hex(8)
    return f"{made[:8]}{secrets.choice('abcdef')}{made[9:]}"


LATE_SECONDS = 600.0
"""Seconds after an alert from which on nobody needs its first answer any more."""
REFUSALS = 5
REFUSED_SECONDS = 60.0
"""Slack may merely fail to say who is in a group: it is asked so often before that counts."""
BUSY_SECONDS = 3600.0
NEVER = WRONG_PLACE | {Reason.NOT_EDITABLE}
BACKOFF = Backoff(first=10.0, longest=60.0)
JITTER = 0.3


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
        wait = await work.token_bucket.take(args["channel"], len(args["texts"]))
        if wait:
            return _later(job, wait, services) or await _too_many(job, services)
    answers = await work.look_up(args["texts"], to)
    if any(isinstance(each, SessionReport) for each in answers):
        return await _answer(job, listening, answers, services)
    if all(isinstance(each, SimNotFound) for each in answers):
        return _dropped("no_such_sims", services)
    return _again(job, services)


async def _answer(
    job: Job, listening: ListeningChannel, answers: list[Answer], services: JobServices
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
    return finished(write=partial(work.lookups.add, work.audit_rows(listening, args, answers)))


def _dropped(why: str, services: JobServices) -> Outcome:
    services.metrics.alert_heard(why)
    return finished(why)


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
    return run_again(jittered(seconds, JITTER), memo) if age + seconds < LATE_SECONDS else None


async def _too_many(job: Job, services: JobServices) -> Outcome:
    """Drop it, and say once an hour that there are more than are looked into."""
    hour = int(float(job.args["latest"]) / BUSY_SECONDS)
    await _say(f"busy {hour}", job, job.args["thread"], too_many_screen(), services)
    return _dropped("too_many", services)


async def _refused(
    job: Job, listening: ListeningChannel, error: NotAllowed, services: JobServices
) -> Outcome:
    """Let the channel listen no more, once it is sure that who asked for it may not ask there."""
    refusals = int(job.memo.get("refusals", 0)) + 1
    if refusals < REFUSALS:
        return run_again(REFUSED_SECONDS, {"refusals": refusals})
    log.warning("listening-revoked", extra={"channel": listening.channel, "why": error.sentence})
    screen = listening_ended_screen(listening.person, error.sentence)
    await _say(f"revoked {listening.since}", job, None, screen, services)
    await services.foreign_alerts.rows.stop(listening.channel, only=listening)
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
