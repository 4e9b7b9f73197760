"""What is done with an alert, whoever starts it: a command, a mention or a button.

Anybody in an alert's channel may change it, for all there read it; so may who made it, from
anywhere.
"""

import logging
from collections.abc import Awaitable, Callable

from bot.alerts.alert import Alert
from bot.blocks.alert_setup import (
    announced_screen,
    done_screen,
    list_screen,
    sure_screen,
    test_screen,
    tested_words,
)
from bot.digests.subscription import PauseReason
from bot.errors import BotError, NotYours
from bot.struct import replace
from handlers.lookups import note_action
from handlers.payloads import Context
from handlers.replies import Reply

log = logging.getLogger(__name__)
NOT_THEIRS = "Only its maker and the people in its channel may change an alert."

Operation = Callable[[Context, Alert], Awaitable[Reply]]


async def permit(context: Context, alert: Alert) -> None:
    """Check that the actor may change an alert. Raises NotAllowed and NotYours."""
    await context.authorize()
    is_ours = alert.team == context.services.alerts.team
    is_theirs = context.request.user == alert.made_by or await context.is_in(alert.channel)
    if not (is_ours and is_theirs):
        raise NotYours(NOT_THEIRS)


async def list_reply(context: Context) -> Reply:
    """List the channel's alerts; in a direct message those that the person made."""
    await context.authorize()
    request, alerts = context.request, context.services.alerts
    if request.channel.startswith("D") or not request.channel:
        mine = await alerts.alerts.made_by(alerts.team, request.user)
        return Reply(list_screen(mine, {}, where="that you made"))
    every = await alerts.alerts.in_channel(alerts.team, request.channel)
    accounts = (await context.visibility()).accounts
    open_by = await alerts.open_by_alert(request.channel, accounts)
    return Reply(list_screen(every, open_by, where="in this channel"))


async def pause(context: Context, alert: Alert) -> Reply:
    """Pause it, and tell the channel."""
    if not await context.services.alerts.alerts.pause(alert):
        return Reply(done_screen(alert, "is already paused."))
    await announce(context, replace(alert, paused=PauseReason.ASKED), "paused")
    words = "is paused. Its open incidents stay as they are until you resume it."
    return Reply(done_screen(alert, words))


async def resume(context: Context, alert: Alert) -> Reply:
    """Resume it, and tell the channel."""
    if not await context.services.alerts.alerts.resume(alert):
        return Reply(done_screen(alert, "is not paused."))
    await announce(context, replace(alert, paused=None), "resumed")
    return Reply(done_screen(alert, "is resumed. What went down meanwhile is reported now."))


async def ask_to_remove(_context: Context, alert: Alert) -> Reply:
    """Ask whether it is to be removed."""
    return Reply(sure_screen(alert))


async def remove(context: Context, alert: Alert) -> Reply:
    """Remove it, resolve what is open, and tell the channel."""
    services, by = context.services, context.request.user
    await services.alerts.alerts.remove(alert, by, services.clock.now())
    await announce(context, alert, "removed")
    return Reply(done_screen(alert, "is removed. What it posted stays in the channel."))


async def test(context: Context, alert: Alert) -> Reply:
    """Post into the channel what an incident would look like, with its mention."""
    services = context.services
    await services.authorizer.authorize_channel(alert.channel)
    note_action(context, f"alert test {alert.id}")
    screen = test_screen(alert, context.request.user)
    await services.replying.delivery.post(alert.team, alert.channel, screen)
    looked = await services.alerts.alerts.look(alert.id)
    return Reply(done_screen(alert, tested_words(looked[1] if looked else None)))


async def announce(context: Context, alert: Alert, deed: str) -> None:
    """Tell the channel if that is possible; what was done stands either way."""
    note_action(context, f"alert {deed} {alert.id}")
    line = announced_screen(alert, context.request.user, deed)
    try:
        await context.services.replying.delivery.post(alert.team, alert.channel, line)
    except BotError:
        log.warning("channel-not-told", exc_info=True)
