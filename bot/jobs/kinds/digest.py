"""One digest from its due time to its post: list the SIMs, have them scanned, compile, post.

Each step leaves what it made in the store in one transaction with the job's next state, so a crash
repeats a step and never a post. Args: subscription, due (epoch seconds), skipped_since;
`now` where somebody requested it by hand.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from statistics import median

from bot.blocks.digest import detail_screens, digest_screen, preview_screen, quiet_screen
from bot.blocks.digest_setup import DIGEST
from bot.blocks.replies import error_screen
from bot.clock import Backoff
from bot.digests.compile import NOT_RUNNING, RunNotes
from bot.digests.digest import Digest, IncidentSums
from bot.digests.fleet import Fleet, SimList, list_sims, same_scan, unpack_sims
from bot.digests.scan import failed_row
from bot.digests.subscription import PauseReason, Subscription, WhenQuiet
from bot.digests.subscriptions import pause_reason
from bot.errors import NotAllowed, first_sentence
from bot.jobs.job import Job, JobServices, NewJob, Outcome, fan_out, finished, kind, run_again
from bot.jobs.posting import PostLocation
from bot.kore.errors import KoreError
from bot.sessions.fleet import NOT_HERE
from bot.slack.errors import SlackError, SlackRefused
from bot.store.database import Transaction
from bot.store.digest_runs import PREVIEW, Run, RunStage
from bot.store.jobs import Write
from bot.struct import replace

POST_BACKOFF = Backoff(first=15.0, longest=600.0)
PATIENCE = 6 * 3600.0
"""Seconds after the due time; a digest that comes later than that is no news."""
BACKOFF = Backoff(first=15.0, longest=120.0)
TIDY = NewJob("tidy_history", "tidy_history")
FRESH = 300.0
"""Seconds for which a scan of the same SIMs for an alert does as well."""
_USUAL = 5
"""Incidents from which on it is said how long they usually took."""
STILL_AT_IT = "The one before it was still being made."
GAVE_UP = "The scan gave up on these."
LIVE = frozenset({"ready", "running", "waiting"})
log = logging.getLogger(__name__)

StageFunction = Callable[[Job, Run, Subscription, JobServices], Awaitable[Outcome | None]]


@kind(lane="digest", longest=7200.0)
async def digest(job: Job, services: JobServices) -> Outcome | None:
    """Do the next step; the stage of the run says which."""
    about = await services.subscriptions.find(job.args["subscription"])
    if about is None or await _is_skipped(job, about, services):
        return None
    run = await services.fleet.runs.begin(about.id, job.args["due"], job.key)
    if run.is_over:
        return None
    try:
        run = _seen_by(run, about, services)
    except NotAllowed as error:
        return await pause_refused(run, about, PauseReason.NOT_ALLOWED, error.sentence, services)
    return await STEPS[run.stage](job, run, about, services)


def _seen_by(
    run: Run, about: Subscription, services: JobServices, to: Iterable[str] | None = None
) -> Run:
    """Return the run with the accounts that it is about: all that its channel may see.

    `to` are those that whoever asked for a preview may see. Raises NotAllowed, also where the
    channel may not see any more what was scanned.
    """
    seen = services.authorizer.accounts_in(about.channel)
    if to is not None:
        seen = seen.intersection(to)
    if run.stage is RunStage.LISTING and seen:
        return replace(run, accounts=",".join(sorted(seen)))
    if not run.shows_only(seen):
        raise NotAllowed(NOT_HERE)
    return run


async def _is_skipped(job: Job, about: Subscription, services: JobServices) -> bool:
    """Return whether it was paused or falls into the quiet hours; what has begun goes on."""
    due = datetime.fromtimestamp(job.args["due"], UTC)
    if job.args.get("now") or not (about.paused or about.is_quiet_at(due)):
        return False
    return await services.fleet.runs.find(about.id, job.args["due"]) is None


async def start_scan(
    job: Job, run: Run, about: Subscription, services: JobServices
) -> Outcome | None:
    """Start it, unless it is too late for that or the one before is still being made."""
    if why := await _why_not(job, run, about, services):
        log.warning("digest-skipped", extra={"digest": job.key, "why": why})
        services.metrics.digest_ended(
            RunStage.SKIPPED.value, services.clock.now().timestamp() - run.due
        )
        return finished(write=services.fleet.runs.changing(run.id, RunStage.SKIPPED, why=why))
    await services.queue.add(TIDY, anew=True)
    return await list_and_scan(job, run, about, services)


async def list_and_scan(
    job: Job, run: Run, about: Subscription, services: JobServices
) -> Outcome | None:
    """List the SIMs and have them scanned; while KORE does not answer, wait for it within grace."""
    fleet, until = services.fleet, run.due + about.grace.total_seconds()
    asked = job.args.get("now") or "person" in job.args
    if not asked and (other := await same_scan(about, FRESH, fleet.runs, run.accounts)):
        return run_again(0.0, {"missing": []}, _copy(fleet, run, other))
    try:
        sims = await list_sims(about.selection, fleet.kore.only(run.shown))
    except KoreError as error:
        tries = int(job.memo.get("tries", 0)) + 1
        if services.clock.now().timestamp() < until:
            return run_again(BACKOFF.after(tries), {"tries": tries})
        return await _compile(job, run, about, services, problem=first_sentence(error.sentence))
    if sims.unreachable:  # what could not be listed is not gone, so it is not compared either
        run = replace(run, accounts=",".join(sorted(run.shown.difference(sims.unreachable))))
    before = await fleet.runs.before(about.id, run.due, run.accounts)
    args = {"run": run.id, "before": before.id if before else None, "until": until}
    children = [
        NewJob("scan_chunk", f"{job.key}/{number}", args | {"number": number})
        for number in range(len(sims.sizes))
    ]
    memo = {"missing": sims.missing, "unreachable": sims.unreachable}
    return fan_out(children, memo, _save_chunks(fleet, run, sims))


async def _why_not(job: Job, run: Run, about: Subscription, services: JobServices) -> str | None:
    """Say why a run comes to nothing; None where it may begin, or has begun."""
    if job.memo:
        return None
    if services.clock.now().timestamp() - run.due > about.grace.total_seconds():
        return NOT_RUNNING
    for other in await services.fleet.runs.under_way():
        if other.subscription == about.id and other.due < run.due:
            maker = await services.queue.get(other.job)
            if maker and maker.state in LIVE:
                return STILL_AT_IT
    return None


def _copy(fleet: Fleet, run: Run, other: Run) -> Write:
    """Take over what was scanned for an alert a moment ago."""

    async def write(tx: Transaction) -> None:
        await fleet.rows.copy(other.id, run.id, tx)
        values = {"sims": other.sims, "chunks": 0, "has_rows": True}
        await fleet.runs.change(run.id, RunStage.SCANNING, tx, accounts=run.accounts, **values)

    return write


def _save_chunks(fleet: Fleet, run: Run, sims: SimList) -> Write:
    """Write the chunks; called again where the transaction had to be taken back."""

    async def write(tx: Transaction) -> None:
        for number, body in enumerate(sims.chunks()):
            await fleet.chunks.add(run.id, number, body, tx)
        values = {"sims": sims.sims, "chunks": len(sims.sizes), "has_rows": True}
        await fleet.runs.change(run.id, RunStage.SCANNING, tx, accounts=run.accounts, **values)

    return write


async def compile_scan(
    job: Job, run: Run, about: Subscription, services: JobServices
) -> Outcome | None:
    """Compile what the chunks have written; the SIMs of a chunk that gave up count as failed."""
    await fail_unfinished(run.id, services)
    return await _compile(job, run, about, services)


async def fail_unfinished(run: int, services: JobServices) -> None:
    """Count as failed the SIMs of those chunks of a run that never came to an end."""
    fleet = services.fleet
    async for number, body in fleet.chunks.left(run):
        rows = [failed_row(sim, services.clock.now(), GAVE_UP, None) for sim in unpack_sims(body)]
        async with fleet.database.write() as tx:
            await fleet.rows.add(run, rows, tx)
            await fleet.chunks.keep(run, number, None, tx)


async def _compile(
    job: Job, run: Run, about: Subscription, services: JobServices, *, problem: str | None = None
) -> Outcome:
    """Make the digest and keep it, for as many posts of it as it takes."""
    fleet, notes = services.fleet, RunNotes(job.args.get("skipped_since"), problem=problem)
    try:
        visibility = await services.authorizer.authorize_channel(about.channel)
    except NotAllowed as error:
        return await pause_refused(run, about, PauseReason.NOT_ALLOWED, error.sentence, services)
    missing = tuple(job.memo.get("missing", ()))
    unreachable = tuple(job.memo.get("unreachable", ()))
    notes = replace(notes, missing=missing, redacted=visibility.redaction, unreachable=unreachable)
    made = await fleet.compiler.digest(run, about, notes)
    made = replace(made, incidents=await _incidents(run, about, made, services))
    values = {"digest": made.to_json().decode(), "counts": dict(made.counts)}
    values["accounts"] = run.accounts
    return run_again(0.0, write=fleet.runs.changing(run.id, RunStage.POSTING, **values))


async def _incidents(
    run: Run, about: Subscription, made: Digest, services: JobServices
) -> IncidentSums | None:
    """Sum up the channel's incidents of its SIMs since the digest before; None: none.

    How long they usually took tell enough of them, and only those that ended by themselves.
    """
    since = made.since or made.due - timedelta(days=1)
    incidents = services.alerting.incidents
    every = await incidents.between(about.team, since, made.due, about.channel, run.shown)
    sids = await services.fleet.rows.sids(run.id) if every else set()
    found = [each for each in every if not sids.isdisjoint(each.sids)]
    if not found:
        return None
    taken = [each.time_to_take.total_seconds() for each in found if each.time_to_take is not None]
    alone = [each for each in found if each.resolved_by is None]
    ended = [each.time_to_end.total_seconds() for each in alone if each.time_to_end is not None]
    return IncidentSums(
        len(found),
        sum(each.is_open for each in found),
        median(taken) if len(taken) >= _USUAL else None,
        median(ended) if len(ended) >= _USUAL else None,
    )


async def post_digest(
    job: Job, run: Run, about: Subscription, services: JobServices
) -> Outcome | None:
    """Post the digest that was kept, and its details in its thread."""
    digest = Digest.from_json(run.digest or "")
    if digest.is_quiet and about.when_quiet is WhenQuiet.SKIP:
        return _post_ended(run, RunStage.QUIET, services)
    try:
        post = await _post(job, digest, about, services)
    except SlackRefused as error:
        why = pause_reason(error)
        if why is None:
            return _retry(job, run, error, services)
        return await pause_refused(run, about, why, error.sentence, services)
    except SlackError as error:
        return _retry(job, run, error, services)
    stage = RunStage.FAILED if digest.problem else RunStage.POSTED
    place = {"channel": post.channel, "ts": post.ts or "", "why": digest.problem}
    return _post_ended(run, stage, services, **place)


def _post_ended(run: Run, stage: RunStage, services: JobServices, **values: object) -> Outcome:
    services.metrics.digest_ended(stage.value, services.clock.now().timestamp() - run.due)
    return finished(write=services.fleet.runs.changing(run.id, stage, **values))


async def _post(
    job: Job, digest: Digest, about: Subscription, services: JobServices
) -> PostLocation:
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
        return run_again(POST_BACKOFF.after(tries), job.memo | {"posts": tries})
    return _post_ended(run, RunStage.FAILED, services, why=error.sentence)


async def pause_refused(
    run: Run, about: Subscription, why: PauseReason, sentence: str, services: JobServices
) -> Outcome:
    """End a run whose channel does not take it, and pause its digest until somebody mends that.

    Its maker is notified, once. One that has another channel by now goes on.
    """
    now = await services.subscriptions.find(about.id)
    if now and now.paused is None and now.channel == about.channel:
        await _notify_maker(run, replace(about, paused=why), services)
        await services.subscriptions.pause(about, why)
    log.warning("digest-paused", extra={"digest": about.id, "why": why.value})
    return _post_ended(run, RunStage.FAILED, services, why=sentence)


async def _notify_maker(run: Run, about: Subscription, services: JobServices) -> None:
    """Write to the maker directly; whoever cannot be written to is not waited for."""
    try:
        await services.posts.post(
            f"{run.job}#paused", about.made_by, None, DIGEST.paused_screen(about)
        )
    except SlackError as error:
        log.warning("maker-not-told", extra={"digest": about.id, "outcome": error.outcome})


STEPS: dict[RunStage, StageFunction] = {
    RunStage.LISTING: start_scan,
    RunStage.SCANNING: compile_scan,
    RunStage.POSTING: post_digest,
}


@kind(lane="digest", longest=7200.0)
async def digest_preview(job: Job, services: JobServices) -> Outcome | None:
    """Do the next step; the stage of the run says which."""
    about = await services.subscriptions.find(job.args["subscription"])
    if about is None:
        return None
    run = await services.fleet.runs.begin(f"{PREVIEW}{about.id}", job.args["due"], job.key)
    if run.is_over:
        return None
    try:
        run = _seen_by(run, about, services, job.args.get("accounts"))
        if run.stage is RunStage.LISTING:
            await services.authorizer.authorize_channel(about.channel)
    except NotAllowed as error:
        await services.posts.post(job.key, job.args["person"], None, error_screen(error))
        return _ended(run, services)
    return await PREVIEW_STEPS[run.stage](job, run, about, services)


async def send_preview(
    job: Job,
    run: Run,
    about: Subscription,  # noqa: ARG001 -- a Step
    services: JobServices,
) -> Outcome | None:
    """Send it to the person."""
    digest = Digest.from_json(run.digest or "")
    try:
        await services.posts.post(job.key, job.args["person"], None, preview_screen(digest))
    except SlackError as error:
        log.warning("preview-not-sent", extra={"preview": job.key, "outcome": error.outcome})
        raise
    return _ended(run, services)


def _ended(run: Run, services: JobServices) -> Outcome:
    return finished(write=services.fleet.runs.changing(run.id, RunStage.SKIPPED, why="a preview"))


PREVIEW_STEPS: dict[RunStage, StageFunction] = {
    RunStage.LISTING: list_and_scan,
    RunStage.SCANNING: compile_scan,
    RunStage.POSTING: send_preview,
}
