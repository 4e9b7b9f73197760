"""Alerts of other apps: heard in the channels that listen, and switched on and off there.

Which SIMs one names is read before Slack gets its ack, so that it sends the event again to a bot
that ended before it wrote that down.
"""

import asyncio
import logging
from datetime import UTC, datetime

from slack_bolt.async_app import AsyncAck

from bot.alerts.listening import ForeignAlert, Listening
from bot.blocks.listening import announced_screen, listening_screen, silent_screen
from bot.errors import BotError, NotAllowed, UserError
from bot.services import Services
from bot.sims.message_text import places_of
from handlers.lookups import note_action
from handlers.payloads import Body, Context, is_late, part, text_in
from handlers.replies import Reply

ACK_SECONDS = 1.5
LIST_SECONDS = 60.0
"""How long the first list of SIMs is waited for, without which no name is known."""
CANNOT = {
    "archived": "This channel is archived: no alerts come here.",
    "not_in_channel": "I am not in this channel, so I hear nothing here. Type "
    "`/invite @simsessions`, then try again.",
    "not_allowed": "I may not post in this channel. Ask its admins.",
}
log = logging.getLogger(__name__)


async def on_alert(ack: AsyncAck, body: Body, services: Services) -> None:
    """Write down that an alert is to be answered, then acknowledge it, at the latest soon."""
    task = services.tasks.start(hear(body, services), name="alert")
    await asyncio.wait({task}, timeout=ACK_SECONDS)
    await ack()


async def hear(body: Body, services: Services) -> None:
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
    if why := await services.digests.channels.trouble(request.channel):
        raise UserError(CANNOT[why.value])
    if scope := await services.threads.lacking(request.channel):
        raise UserError(
            f"I may not read this channel, so I hear nothing here: an admin can add the scope "
            f"`{scope}` to this app, and install it again. Then type this again."
        )
    actor = context.actor_here
    new = Listening(
        channel=request.channel,
        team=actor.team if actor else None,
        enterprise=actor.enterprise if actor else None,
        person=request.user,
        since=now.timestamp(),
    )
    if not await services.listening_channels.start(new):
        return await _standing(context)
    note_action(context, "alert listen on")
    await _announce(context, is_on=True)
    return Reply(listening_screen(request.user, now))


async def _stop(context: Context) -> Reply:
    if not await context.services.listening_channels.stop(context.request.channel):
        return Reply(silent_screen())
    note_action(context, "alert listen off")
    await _announce(context, is_on=False)
    return Reply(silent_screen("I no longer listen to alerts in this channel."))


async def _standing(context: Context) -> Reply:
    found = await context.services.listening_channels.of(context.request.channel)
    if found is None:
        return Reply(silent_screen())
    return Reply(listening_screen(found.person, datetime.fromtimestamp(found.since, UTC)))


async def _announce(context: Context, *, is_on: bool) -> None:
    """Tell the channel if that is possible; what was done stands either way."""
    line = announced_screen(context.request.user, is_on=is_on)
    request, delivery = context.request, context.services.replying.delivery
    try:
        await delivery.post(request.team, request.channel, line)
    except BotError:
        log.warning("channel-not-told", exc_info=True)
