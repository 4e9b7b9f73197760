"""One alert: its SIMs are scanned again and again, and each scan moves its incidents on.

A scan of the same SIMs that is new enough, of another alert or of a digest, does as well; one that
is under way is waited for. What a scan changes is saved with the job's next state, so a crash
repeats a step, and opens nothing twice. Args: alert; memo: the run that it has scanned.
"""

import asyncio
import logging
import secrets
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.alerts.alert import Alert, AlertState
from bot.alerts.incident import Incident
from bot.alerts.reading import Reader, Reading, Wanted, lines_of, silent_outages
from bot.alerts.transitions import Step, observe
from bot.alerts.work import AlertWork
from bot.diagnosis.rhythm import Rhythm
from bot.digests.days import contacts_of, day_number, month_of
from bot.digests.fleet import unpacked
from bot.digests.scan import failed_row
from bot.digests.shared_scan import sids_of
from bot.errors import first_sentence
from bot.jobs.job import Again, Done, FanOut, Job, JobServices, NewJob, Outcome, kind
from bot.jobs.kinds.digest import GAVE_UP, LIVE, TIDY
from bot.kore.errors import KoreError
from bot.store.digest_runs import Run, Stage
from bot.store.jobs import Write
from bot.store.transaction import Transaction

WAIT = 3.0
"""Seconds between two looks at a scan that is made for somebody else."""
RETRY = 60.0
CLOSED = 3600.0
"""Seconds until an alert looks again whether it may tell everybody of every account."""
MOST_RHYTHMS = 500
BLIND_JOB = "alert_blind"
_DAYS = 62
log = logging.getLogger(__name__)


@kind(lane="alert", attempts=1_000_000, longest=7200.0)
async def alert(job: Job, services: JobServices) -> Outcome | None:
    """Scan, or take somebody's scan, and have it move the incidents on."""
    if not services.authorizer.all_open:  # an incident does not know its accounts yet
        return Again(CLOSED)
    looked = await services.alerting.alerts.look(job.args["alert"])
    if looked is None or looked[0].paused:
        return Done()
    about, state = looked
    try:
        return await _next(job, about, state, services)
    except KoreError as error:
        reading = Reading(services.clock.now(), unreachable=first_sentence(error.sentence))
        return _moved_on(about, reading, services, after=RETRY)


async def _next(job: Job, about: Alert, state: AlertState, services: JobServices) -> Outcome | None:
    work, now = services.alerting, services.clock.now()
    interval = work.interval_of(about, state)
    if (run := await _scanned(job, services)) is None:
        run = await work.scans.newest(about.selection, interval.total_seconds() / 2)
    if run is None:
        return await _scan(job, about, interval, services)
    reading = await _reading(run, about, state, services)
    over = now.timestamp() - job.memo.get("begun", now.timestamp())
    return _moved_on(about, reading, services, after=max(1.0, interval.total_seconds() - over))


async def _scanned(job: Job, services: JobServices) -> Run | None:
    """Return the run that this job has scanned, once: what never came to an end has failed."""
    fleet, id_ = services.fleet, job.memo.get("run")
    name = job.memo.get("name")
    run = await fleet.runs.last(name) if name else None
    if run is None or run.id != id_ or run.job != job.key or run.stage is not Stage.SCANNING:
        return None
    async for number, body in fleet.chunks.left(run.id):
        rows = [failed_row(sim, services.clock.now(), GAVE_UP, None) for sim in unpacked(body)]
        async with fleet.database.write() as tx:
            await fleet.rows.add(run.id, rows, tx)
            await fleet.chunks.keep(run.id, number, None, tx)
    await fleet.runs.change(run.id, Stage.SKIPPED, why="a scan")
    return replace(run, stage=Stage.SKIPPED)


async def _scan(
    job: Job, about: Alert, interval: timedelta, services: JobServices
) -> Outcome | None:
    """Have the SIMs scanned, unless that is being done for somebody. Raises KoreError."""
    scans = services.alerting.scans
    other = await scans.under_way(about.selection)
    if other and other.job != job.key and await _is_alive(other, services):
        return Again(WAIT, {})
    await services.queue.add(TIDY, anew=True)
    sims = await scans.listed(about.selection)
    run = await scans.begin(about.selection, job.key)
    if run is None:
        return Again(WAIT, {})
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
    return FanOut(children, memo, write)


async def _is_alive(run: Run, services: JobServices) -> bool:
    maker = await services.queue.get(run.job)
    return maker is not None and maker.state in LIVE


async def _reading(run: Run, about: Alert, state: AlertState, services: JobServices) -> Reading:
    """Read what a scan says of the alert's SIMs. Raises KoreError."""
    work, rows, now = services.alerting, services.fleet.rows, services.clock.now()
    sids = None
    if run.subscription != work.scans.name_of(about.selection):
        sids = await sids_of(about.selection, services.fleet.kore)
    incidents = await work.incidents.current(about.id)
    watched = {member.sid for each in incidents if each.is_open for member in each.members}
    reader = Reader(Wanted(about.causes, about.least, sids), watched)
    async for page in rows.every(run.id):
        reader.add(page)
        await asyncio.sleep(0)
    reading = reader.reading(now)
    if len(reading.failed) > len(reading.read):
        return Reading(now, unreachable="KORE did not answer for most of these SIMs.")
    if _has_new_losses(reading, state, incidents):
        limits = services.thresholds
        outages = await silent_outages(rows.every(run.id), sids, limits)
        reading = replace(reading, outages=tuple(outages))
    fresh = [sid for sid in reading.sick if sid not in state.ill][:MOST_RHYTHMS]
    return replace(reading, rhythms=await _rhythms(fresh, now, services)) if fresh else reading


def _has_new_losses(reading: Reading, state: AlertState, incidents: Sequence[Incident]) -> bool:
    """Return whether a SIM fell silent that is neither known nor in an incident."""
    told = {member.sid for each in incidents if each.is_open for member in each.down}
    return any(
        sim.lost_at is not None and sid not in told
        for sid, sim in reading.sick.items()
        if not ((ill := state.ill.get(sid)) and ill.known) and state.primed
    )


async def _rhythms(sids: Collection[str], now: datetime, services: JobServices) -> dict[str, float]:
    """Return the usual time between two contacts of SIMs, in seconds, where it is known."""
    today = day_number(now)
    months = await services.fleet.days.since(list(sids), month_of(today - _DAYS))
    rhythms = {sid: Rhythm(contacts_of(packed), now.timestamp()) for sid, packed in months.items()}
    return {sid: each.typical for sid, each in rhythms.items() if each.is_known}


def _moved_on(about: Alert, reading: Reading, services: JobServices, *, after: float) -> Outcome:
    """Save what a reading changes together with the job's next turn."""
    return Again(after, {}, _writing(about.id, reading, services))


def _writing(alert_id: str, reading: Reading, services: JobServices) -> Write:
    work, lines = services.alerting, lines_of(services.thresholds)

    async def write(tx: Transaction) -> None:
        await work.incidents.lock(await work.incidents.ids(alert_id, tx), tx)
        found = await work.alerts.state(alert_id, tx)
        if found is None:
            return
        about, state = found
        incidents = await work.incidents.of_alert(alert_id, tx)
        step = observe(about, state, incidents, reading, lines=lines, new_id=_new_id)
        before = {incident.id: incident for incident in incidents}
        for incident in step.incidents:
            await work.incidents.save(about, before.get(incident.id), incident, tx)
        await work.alerts.save_state(alert_id, step.state, tx)
        await _say_blind(about, step, work, services, tx)

    return write


def _new_id() -> str:
    return secrets.token_hex(8)


async def _say_blind(
    about: Alert, step: Step, work: AlertWork, services: JobServices, tx: Transaction
) -> None:
    """Have it said once in the channel that KORE does not answer, and that it does again."""
    since = step.state.blind_since if step.blind_began else step.blind_ended
    if since is None or await work.alerts.others_are_blind(about, tx):
        return
    over = None if step.blind_began else services.clock.now().timestamp()
    key = f"{BLIND_JOB}:{about.channel}:{since.timestamp():.0f}"
    args = {"channel": about.channel, "key": key, "since": since.timestamp(), "over": over}
    name = key if over is None else f"{key}:over"
    await services.queue.add(NewJob(BLIND_JOB, name, args), tx=tx)
