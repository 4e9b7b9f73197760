"""Begins watches for whoever asks, by command, mention or button."""

from collections.abc import Sequence
from datetime import timedelta

from bot.blocks.watch_list import begun_screen
from bot.errors import BotError, UserError
from bot.services import Services
from bot.sessions.report import SessionReport
from bot.watches.desk import Begun
from bot.watches.watch import Asker, Goal
from handlers.reply import Reply
from handlers.request import Request
from handlers.who import acting


def asker_of(request: Request) -> Asker:
    """Give who asks and where; outside of any channel that is the direct messages."""
    actor = acting()
    return Asker(
        person=request.user,
        channel=request.channel or request.user,
        thread=request.thread,
        team=actor.team if actor else request.team,
        enterprise=actor.enterprise if actor else None,
    )


async def watch_one(
    request: Request,
    report: SessionReport,
    services: Services,
    goal: Goal | None = None,
    length: timedelta | None = None,
) -> Reply:
    """Watch the SIM of a report. Raises NothingToWaitFor, TooManyWatches and StoreError."""
    begun = await services.watches.begin(asker_of(request), report, goal, length)
    return _reply(request, [begun], services)


async def watch_many(
    request: Request, answers: Sequence[SessionReport | BotError], services: Services
) -> Reply:
    """Watch all that could be read, as far as there is room. Raises the first error if none."""
    begun: list[Begun] = []
    errors = [answer for answer in answers if isinstance(answer, BotError)]
    for report in answers:
        if isinstance(report, SessionReport):
            try:
                begun.append(await services.watches.begin(asker_of(request), report))
            except UserError as error:
                errors.append(error)
                break
    if not begun:
        raise errors[0]
    return _reply(request, begun, services, left_out=errors)


def _reply(
    request: Request, begun: Sequence[Begun], services: Services, left_out: Sequence[BotError] = ()
) -> Reply:
    """Say what is watched; where all hear of it the card alone says it."""
    extended = sum(each.extended for each in begun)
    watches, now = [each.watch for each in begun], services.clock.now()
    said = begun_screen(watches, extended, now, [error.sentence for error in left_out])
    quiet = request.aloud and not (extended or left_out)
    return Reply(lambda _refused: said, quiet=quiet)
