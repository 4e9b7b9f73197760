"""Where people's look-ups are made: commands, mentions, shortcuts and buttons all ask here.

What Slack must be asked for is checked here, after the ack: user groups, guests, shared channels. A
report that comes from here shows what its readers may see and no more.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.errors import BotError
from bot.ops.logging import request_fields, request_id
from bot.ops.rate_limit import cost_of
from bot.services import Services
from bot.sessions.audit import Asking
from bot.sessions.lookup import Told, keep_nobody_posted, tell_nobody
from bot.sessions.redaction import redacted, redacted_error
from bot.sessions.report import SessionReport
from handlers.payloads import Actor, Request, acting


async def admit(services: Services) -> None:
    """Let in whoever acts, before anything is done for them. Raises NotAllowed."""
    actor = acting()
    if actor is not None:
        await services.admission.sight(actor)


async def withheld(
    request: Request, services: Services, *, for_all: bool | None = None
) -> str | None:
    """Say what must be left out of an answer, and why; None: nothing. Raises NotAllowed.

    `for_all` says that everybody in the channel will read the answer, not the asker alone; by
    default it is what `request.is_public` says.
    """
    all_read = request.is_public if for_all is None else for_all
    sight = await services.admission.sight(_actor(request), for_all=all_read)
    return sight.left_out


async def look_up(
    request: Request,
    text: str,
    services: Services,
    *,
    fresh: bool = False,
    for_all: bool | None = None,
) -> SessionReport:
    """Report on the SIM that `text` names, as SessionLookup.look_up does; `for_all` as above.

    Raises NotAllowed, AskedTooOften, and what the look-up raises.
    """
    left_out = await withheld(request, services, for_all=for_all)
    try:
        services.rate.take(_person(request))
        report = await services.sessions.look_up(text, fresh=fresh)
    except BotError as error:
        services.audit.note(_asking(request), error)
        shown = _shown(error, left_out, text)
        if shown is error:
            raise
        raise shown from error
    services.audit.note(_asking(request), report)
    return await _seen(report, left_out, services)


async def look_up_many(  # noqa: PLR0913 -- as SessionLookup.look_up_many, and who asks
    request: Request,
    texts: Sequence[str],
    services: Services,
    *,
    fresh: bool = False,
    newest_only: bool = False,
    for_all: bool | None = None,
    within: float | None = None,
    done: Callable[[], None] = tell_nobody,
    told: Told = keep_nobody_posted,
) -> list[SessionReport | BotError]:
    """Report on each, in the order asked, as SessionLookup.look_up_many does.

    `told` hears of nothing where something must be left out. Raises NotAllowed and AskedTooOften.
    """
    left_out = await withheld(request, services, for_all=for_all)
    services.rate.take(_person(request), cost_of(len(texts)))
    heard = told if left_out is None else keep_nobody_posted
    answers = await services.sessions.look_up_many(
        texts, fresh=fresh, newest_only=newest_only, within=within, done=done, told=heard
    )
    asking = _asking(request)
    for answer in answers:
        services.audit.note(asking, answer)
    return [
        _shown(answer, left_out, text)
        if isinstance(answer, BotError)
        else await _seen(answer, left_out, services)
        for text, answer in zip(texts, answers, strict=True)
    ]


def _actor(request: Request) -> Actor:
    """Return who acts; a window tells of no channel, the request may."""
    actor = acting() or Actor(team=request.team, enterprise=None, user=request.user, channel=None)
    return replace(actor, channel=actor.channel or request.channel or None)


def _asking(request: Request) -> Asking:
    """Say for the audit who asks, where, and by what."""
    about = request_fields()
    return Asking(
        request=request_id(),
        team=request.team,
        person=request.user,
        channel=_actor(request).channel or "",
        thread=request.thread,
        entry=f"{about.get('kind', '')} {about.get('answer', '')}".strip(),
    )


def _person(request: Request) -> str:
    return f"{request.team}:{request.user}"


def _shown(error: BotError, left_out: str | None, text: str) -> BotError:
    return error if left_out is None else redacted_error(error, text)


async def _seen(report: SessionReport, left_out: str | None, services: Services) -> SessionReport:
    if left_out is None:
        return report
    return await services.executor.run(redacted, report, left_out)
