"""Where people's look-ups are made: commands, mentions, shortcuts and buttons all ask here.

What Slack must be asked for is checked here, after the ack: user groups, guests, shared channels. A
report that comes from here shows what its readers may see and no more.
"""

from collections.abc import Callable, Sequence

from bot.blocks.kit import Screen
from bot.blocks.report import answer_entity
from bot.diagnosis.rule import Severity
from bot.digests.archive import Audience
from bot.errors import BotError
from bot.ops.logging import request_fields, request_id
from bot.ops.tasks import WorkerThread
from bot.sessions.fleet import MeantSims
from bot.sessions.fleet_query import FleetQuery
from bot.sessions.lookup import OnAnswer, ignore_answer
from bot.sessions.questions import AskedBy
from bot.sessions.redaction import redacted, redacted_error
from bot.sessions.report import SessionReport
from bot.sessions.triage import FleetAnswer
from bot.struct import replace
from bot.watches.watch import drop_filler
from handlers.payloads import Context
from handlers.replies import Reply


async def look_up(
    context: Context, text: str, *, fresh: bool = False, for_all: bool | None = None
) -> SessionReport:
    """Report on the SIM that `text` names; `for_all` as in Context.redaction.

    Raises NotAllowed, AskedTooOften, and what SessionLookup.look_up raises.
    """
    visibility, services = await context.visibility(for_all=for_all), context.services
    view, redaction = await context.view_of(visibility), visibility.redaction
    try:
        context.take()
        report = await view.sessions.look_up(text, fresh=fresh)
    except BotError as error:
        services.audit.note(_asking(context), error)
        visible = _visible_error(error, redaction, text)
        if visible is error:
            raise
        raise visible from error
    services.audit.note(_asking(context), report)
    return await _visible(report, redaction, services.executor)


LATE_SECONDS = 10.0


def updated_when_known(
    context: Context, report: SessionReport, reply: Reply, draw: Callable[[SessionReport], Screen]
) -> Reply:
    """Return the reply with what brings it up to date once plan, usage and neighbours are in.

    A message that cannot be edited is followed by another where the verdict has changed.
    """

    async def later() -> Reply | None:
        view = await context.view()  # another compares with others
        fuller = await view.sessions.look_up(report.sim.sid, patience=LATE_SECONDS)
        visible = await _visible(fuller, report.redacted, context.services.executor)
        edits = reply.replace or (reply.shown and reply.shown.in_channel)
        changed = _verdict(visible) != _verdict(report) or edits
        if not (fuller.allowance_known and changed):
            return None
        return replace(reply, screen=draw(visible))

    # what is no longer news would look like news again
    is_whole = report.stale or (report.allowance_known and report.peers_known)
    return reply if is_whole else replace(reply, later=later)


def with_entity(context: Context, screen: Screen, report: SessionReport) -> Screen:
    """Return the screen so that it opens in Slack's side pane, where that is switched on."""
    services = context.services
    url = services.links.sim(report.sim.sid) if services.listening.work_objects else None
    return replace(screen, entities=(answer_entity(report, url),)) if url else screen


def _verdict(report: SessionReport) -> list[tuple[str, Severity, bool, str, str | None]]:
    """Return which findings stand; ages in their evidence move on with the clock."""
    return [
        (each.rule, each.severity, each.stands, each.says, each.next_step)
        for each in report.findings
    ]


async def look_up_many(  # noqa: PLR0913 -- as SessionLookup.look_up_many, and who asks
    context: Context,
    texts: Sequence[str],
    *,
    fresh: bool = False,
    newest_only: bool = False,
    for_all: bool | None = None,
    within: float | None = None,
    on_answer: OnAnswer = ignore_answer,
) -> list[SessionReport | BotError]:
    """Report on each, in the order asked, as SessionLookup.look_up_many does.

    `on_answer` is not called where something must be redacted. Raises NotAllowed and AskedTooOften.
    """
    visibility, services = await context.visibility(for_all=for_all), context.services
    view, redaction = await context.view_of(visibility), visibility.redaction
    context.take(len(texts))
    answers = await view.sessions.look_up_many(
        texts,
        fresh=fresh,
        newest_only=newest_only,
        within=within,
        on_answer=on_answer if redaction is None else ignore_answer,
    )
    asking = _asking(context)
    for answer in answers:
        services.audit.note(asking, answer)
    return [
        _visible_error(answer, redaction, text)
        if isinstance(answer, BotError)
        else await _visible(answer, redaction, services.executor)
        for text, answer in zip(texts, answers, strict=True)
    ]


async def ask_scan(context: Context, query: FleetQuery, meant: MeantSims) -> FleetAnswer:
    """Answer a question about a fleet from the last scan that its readers may see.

    Raises NotAllowed, AskedTooOften, NoScan and StoreError.
    """
    visibility, services, request = await context.visibility(), context.services, context.request
    to = Audience(
        request.channel,
        request.user,
        request.is_public,
        visibility.redaction,
        visibility.accounts,
    )
    try:
        context.take()
        answer = await services.scans.from_scan(query, meant, to)
    except BotError as error:
        services.audit.note(_asking(context), error)
        raise
    asking = _asking(context)
    for row in answer.rows:
        services.audit.note(asking, row.snapshot)
    return answer


def note_action(context: Context, what: str) -> None:
    """Record for the audit what somebody did that is no look-up: `alert listen on`."""
    asking = _asking(context)
    kind = request_fields().get("kind", "")
    context.services.audit.note_action(replace(asking, entry=f"{kind} {what}".strip()))


def _asking(context: Context) -> AskedBy:
    """Return for the audit who asks, where, and by what."""
    actor, request, fields = context.actor_here, context.request, request_fields()
    return AskedBy(
        request=request_id(),
        team=request.team,
        person=request.user,
        channel=(actor and actor.channel) or "",
        thread=request.thread,
        entry=f"{fields.get('kind', '')} {fields.get('answer', '')}".strip(),
    )


def _visible_error(error: BotError, redaction: str | None, text: str) -> BotError:
    return error if redaction is None else redacted_error(error, text)


async def _visible(
    report: SessionReport, redaction: str | None, executor: WorkerThread
) -> SessionReport:
    return report if redaction is None else await executor.run(redacted, report, redaction)


_MOST_WORDS = 6  # of a name that begins with one


async def without_filler(context: Context) -> Context:
    """Return the context of a request without the `of` in `history of pump-7`.

    Unless a SIM is called so with it.
    """
    text = context.request.text.strip()
    behind, words = drop_filler(text), text.split()
    if behind == text:
        return context
    fleet = (await context.view()).fleet
    names = [" ".join(words[:count]) for count in range(2, _MOST_WORDS + 1)]
    if any([await fleet.is_a_name(name) for name in names]):
        return context
    return context.for_request(replace(context.request, text=behind))
