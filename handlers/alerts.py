"""What is done with an alert, whoever starts it: a command, a mention or a button.

Alerts of other apps too: heard in the channels that listen, and switched on and off there. Which
SIMs one names is read before Slack gets its ack, so that it sends the event again to a bot that
ended before it wrote that down.
"""

import asyncio
from datetime import UTC, datetime

from slack_bolt.async_app import AsyncAck

from bot.alerts.alert import Alert
from bot.alerts.listening import ForeignAlert, ListeningChannel
from bot.blocks.alert_setup import (
    ALERT,
    list_screen,
    listening_screen,
    listening_set_screen,
    not_listening_screen,
    test_screen,
    tested_words,
)
from bot.digests.subscription import PauseReason
from bot.errors import NotAllowed, UserError
from bot.services import Services
from bot.sims.spotter import places_of
from bot.struct import replace
from handlers.alert_form import NOT_THEIRS, first_view
from handlers.interactions import SubscriptionKind, announce
from handlers.lookups import note_action
from handlers.payloads import Body, Context, is_late, part, text_in
from handlers.replies import Reply


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
        return Reply(ALERT.done_screen(alert, "is already paused."))
    await _announce(context, replace(alert, paused=PauseReason.ASKED), "paused")
    words = "is paused. Its open incidents stay as they are until you resume it."
    return Reply(ALERT.done_screen(alert, words))


async def resume(context: Context, alert: Alert) -> Reply:
    """Resume it, and tell the channel."""
    if not await context.services.alerts.alerts.resume(alert):
        return Reply(ALERT.done_screen(alert, "is not paused."))
    await _announce(context, replace(alert, paused=None), "resumed")
    return Reply(ALERT.done_screen(alert, "is resumed. What went down meanwhile is reported now."))


async def remove(context: Context, alert: Alert) -> Reply:
    """Remove it, resolve what is open, and tell the channel."""
    services, by = context.services, context.request.user
    await services.alerts.alerts.remove(alert, by, services.clock.now())
    await _announce(context, alert, "removed")
    return Reply(ALERT.done_screen(alert, "has been removed. What it posted stays in the channel."))


async def test(context: Context, alert: Alert) -> Reply:
    """Post into the channel what an incident would look like, with its mention."""
    services = context.services
    await services.authorizer.authorize_channel(alert.channel)
    note_action(context, f"alert test {alert.id}")
    screen = test_screen(alert, context.request.user)
    await services.replying.delivery.post(alert.team, alert.channel, screen)
    looked = await services.alerts.alerts.with_state(alert.id)
    return Reply(ALERT.done_screen(alert, tested_words(looked[1] if looked else None)))


async def _announce(context: Context, alert: Alert, deed: str) -> None:
    note_action(context, f"alert {deed} {alert.id}")
    line = ALERT.announced_screen(alert, context.request.user, deed)
    await announce(context, alert.team, alert.channel, line)


ALERTS = SubscriptionKind(
    ALERT,
    list_reply,
    lambda services: services.alerts.alerts,
    first_view,
    {"pause": pause, "resume": resume, "remove": remove, "test": test},
    NOT_THEIRS,
)


ACK_SECONDS = 1.5
LIST_SECONDS = 60.0
"""How long the first list of SIMs is waited for, without which no name is known."""
CANNOT = {
    "archived": "This channel is archived: no alerts come here.",
    "not_in_channel": "I am not in this channel, so I hear nothing here. Type "
    "`/invite @simsessions`, then try again.",
    "not_allowed": "I may not post in this channel. Ask its admins.",
}


async def on_alert(ack: AsyncAck, body: Body, services: Services) -> None:
    """Write down that an alert is to be answered, then acknowledge it, at the latest soon."""
    task = services.tasks.start(take_alert(body, services), name="alert")
    await asyncio.wait({task}, timeout=ACK_SECONDS)
    await ack()


async def take_alert(body: Body, services: Services) -> None:
    """Have an alert that names SIMs answered, where its channel listens."""
    event = part(body, "event")
    channel, shared = text_in(event, "channel"), body.get("is_ext_shared_channel")
    if is_late(body, services.clock, services.metrics):
        return
    if await services.listening_channels.of(channel) is None:
        return
    alert = ForeignAlert(
        channel,
        text_in(event, "ts"),
        tuple(places_of(event)),
        shared if isinstance(shared, bool) else None,
    )
    try:
        view = services.views.of(services.authorizer.accounts_in(channel))
    except NotAllowed:  # no account may be shown there
        return
    spotted = await view.spotter.read(alert.places, patience=LIST_SECONDS)
    services.metrics.alert_heard("with_sims" if spotted.texts else "without_sims")
    if spotted.texts:
        await services.foreign_alerts.take(alert, spotted)


async def listen(context: Context, what: str) -> Reply:
    """Switch it on or off in this channel, or say how it stands. Raises UserError, StoreError."""
    channel = context.request.channel
    if not channel or channel.startswith("D"):
        raise UserError("I listen to alerts in channels only. Type this in one.")
    match what.strip().lower():
        case "on":
            return await _start(context)
        case "off":
            return await _stop(context)
        case "":
            return await _standing(context)
    raise UserError(
        "I can listen to alerts here, or not: `/simsessions alert listen on` or "
        "`/simsessions alert listen off`."
    )


async def _start(context: Context) -> Reply:
    request, services, now = context.request, context.services, context.services.clock.now()
    if why := await services.digests.channels.post_fault(request.channel):
        raise UserError(CANNOT[why.value])
    if scope := await services.threads.missing_scope(request.channel):
        raise UserError(
            f"I may not read this channel, so I hear nothing here: an admin can add the scope "
            f"`{scope}` to this app, and install it again. Then type this again."
        )
    actor = context.actor_here
    new = ListeningChannel(
        channel=request.channel,
        team=actor.team if actor else None,
        enterprise=actor.enterprise if actor else None,
        person=request.user,
        since=now.timestamp(),
    )
    if not await services.listening_channels.start(new):
        return await _standing(context)
    note_action(context, "alert listen on")
    await _tell(context, is_on=True)
    return Reply(listening_screen(request.user, now))


async def _stop(context: Context) -> Reply:
    if not await context.services.listening_channels.stop(context.request.channel):
        return Reply(not_listening_screen())
    note_action(context, "alert listen off")
    await _tell(context, is_on=False)
    return Reply(not_listening_screen("I no longer listen to alerts in this channel."))


async def _standing(context: Context) -> Reply:
    found = await context.services.listening_channels.of(context.request.channel)
    if found is None:
        return Reply(not_listening_screen())
    return Reply(listening_screen(found.person, datetime.fromtimestamp(found.since, UTC)))


async def _tell(context: Context, *, is_on: bool) -> None:
    request, line = context.request, listening_set_screen(context.request.user, is_on=is_on)
    await announce(context, request.team, request.channel, line)
