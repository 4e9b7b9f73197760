"""The buttons of watches: Watch under an answer, Watch all under a table, Stop on a card."""

from collections.abc import Mapping

from slack_bolt.async_app import AsyncApp

from bot.blocks import ids
from bot.blocks.watch_card import watch_card
from bot.blocks.watch_list import stopped_screen
from bot.errors import OldButton
from bot.services import Services
from bot.watches.hiding import hidden_watch
from handlers.asking import look_up, look_up_many, withheld
from handlers.buttons import Click, on_click, read
from handlers.reply import Reply, showing
from handlers.request import Request
from handlers.watching import watch_many, watch_one


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
        return showing(stopped_screen([stopped]))
    shown, now = hidden_watch(stopped) if hides else stopped, services.clock.now()
    return Reply(
        lambda refused: watch_card(shown, now, refused=refused),
        in_channel=True,
        replace=True,
    )


CLICKS: Mapping[str, Click] = {ids.WATCH: watch, ids.WATCH_ALL: watch_all, ids.STOP_WATCH: stop}
