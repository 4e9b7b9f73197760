"""Begins watches for whoever asks, by command, mention or button."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from slack_bolt.async_app import AsyncApp

from bot.blocks import ids
from bot.blocks.watch import begun_screen, stopped_screen, watch_card
from bot.errors import BotError, OldButton, UserError
from bot.services import Services
from bot.sessions.report import SessionReport
from bot.watches.service import BegunWatch
from bot.watches.transitions import redacted_watch
from bot.watches.watch import Condition, WatchOwner
from handlers.clicks import Click, on_click, read
from handlers.lookups import look_up, look_up_many, withheld
from handlers.payloads import Request, acting
from handlers.replies import Reply


def asker_of(request: Request) -> WatchOwner:
    """Return who asks and where; outside of any channel that is the direct messages."""
    actor = acting()
    return WatchOwner(
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
    goal: Condition | None = None,
    length: timedelta | None = None,
) -> Reply:
    """Watch the SIM of a report. Raises NothingToWaitFor, TooManyWatches and StoreError."""
    begun = await services.watches.begin(asker_of(request), report, goal, length)
    return _reply(request, [begun], services)


async def watch_many(
    request: Request, answers: Sequence[SessionReport | BotError], services: Services
) -> Reply:
    """Watch all that could be read, as far as there is room. Raises the first error if none."""
    begun: list[BegunWatch] = []
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
    request: Request,
    begun: Sequence[BegunWatch],
    services: Services,
    left_out: Sequence[BotError] = (),
) -> Reply:
    """Say what is watched; where all hear of it the card alone says it."""
    extended = sum(each.extended for each in begun)
    watches, now = [each.watch for each in begun], services.clock.now()
    said = begun_screen(watches, extended, now, [error.sentence for error in left_out])
    quiet = request.aloud and not (extended or left_out)
    return Reply(said, quiet=quiet)


def register_watch_buttons(app: AsyncApp, services: Services) -> None:
    """Attach a listener to each button."""
    for action, click in CLICKS.items():
        app.action(ids.pattern(action))(on_click(action, click, services))


async def watch(request: Request, value: str, services: Services) -> Reply:
    """Watch the SIM of the answer, until it is online or else until it changes."""
    asked = read(ids.Window, value)
    report = await look_up(request, asked.sid, services, for_all=True)
    return await watch_one(request, report, services)


async def watch_all(request: Request, value: str, services: Services) -> Reply:
    """Watch all SIMs of a table, each with a card of its own."""
    try:
        sids = read(ids.Sims, value).sids
    except ValueError as error:
        raise OldButton from error
    answers = await look_up_many(request, sids, services, newest_only=True, for_all=True)
    return await watch_many(request, answers, services)


async def stop(request: Request, value: str, services: Services) -> Reply:
    """Stop a watch; everybody who may ask there may, and its card says who did."""
    hides = await withheld(request, services, for_all=True) is not None
    stopped = await services.watches.stop(read(ids.StopWatch, value).id, request.user)
    if not request.is_public:  # the list of watches, which only the asker sees
        return Reply(stopped_screen([stopped]))
    shown, now = redacted_watch(stopped) if hides else stopped, services.clock.now()
    return Reply(watch_card(shown, now), in_channel=True, replace=True)


CLICKS: Mapping[str, Click] = {ids.WATCH: watch, ids.WATCH_ALL: watch_all, ids.STOP_WATCH: stop}
