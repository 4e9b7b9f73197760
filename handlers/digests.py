"""What is done with a digest, whoever starts it: a command, a mention or a button.

Anybody in a digest's channel may change it, for all there read it; so may who made it, from
anywhere.
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from bot.blocks.digest_setup import (
    announced_screen,
    begun,
    done_screen,
    list_screen,
    sure_screen,
    when_next,
)
from bot.blocks.format import MRKDWN
from bot.digests.subscription import PauseReason, Subscription
from bot.errors import BotError, NotYours
from bot.struct import replace
from handlers.payloads import Context
from handlers.replies import Reply

log = logging.getLogger(__name__)

Operation = Callable[[Context, Subscription], Awaitable[Reply]]


async def permit(context: Context, subscription: Subscription) -> None:
    """Check that the actor may change a digest. Raises NotAllowed and NotYours."""
    await context.authorize()
    is_ours = subscription.team == context.services.digests.team
    made_it = context.request.user == subscription.made_by
    if not (is_ours and (made_it or await context.is_in(subscription.channel))):
        raise NotYours


async def list_reply(context: Context) -> Reply:
    """List the channel's digests; in a direct message those that the person made."""
    await context.authorize()
    request, digests = context.request, context.services.digests
    is_direct = request.channel.startswith("D") or not request.channel
    if is_direct:
        every = await digests.subscriptions.made_by(digests.team, request.user)
    else:
        every = await digests.subscriptions.in_channel(digests.team, request.channel)
    now, percents = context.services.clock.now(), await digests.percents()
    where = "that you made" if is_direct else "in this channel"
    return Reply(list_screen(every, now, percents, where=where, places=is_direct))


async def pause(context: Context, subscription: Subscription) -> Reply:
    """Pause it, and tell the channel."""
    if not await context.services.digests.subscriptions.pause(subscription):
        return Reply(done_screen(subscription, "is already paused."))
    return await _changed(context, replace(subscription, paused=PauseReason.ASKED), "paused")


async def resume(context: Context, subscription: Subscription) -> Reply:
    """Resume it, and tell the channel."""
    if not await context.services.digests.subscriptions.resume(subscription):
        return Reply(done_screen(subscription, "is not paused."))
    return await _changed(context, replace(subscription, paused=None), "resumed")


async def ask_to_remove(_context: Context, subscription: Subscription) -> Reply:
    """Ask whether it is to be removed."""
    return Reply(sure_screen(subscription))


async def remove(context: Context, subscription: Subscription) -> Reply:
    """Remove it, end what is under way, and tell the channel."""
    await context.services.digests.subscriptions.remove(subscription)
    await _announce(context, subscription, "removed", context.services.clock.now())
    return Reply(done_screen(subscription, "is removed. What it posted stays in the channel."))


async def now(context: Context, subscription: Subscription) -> Reply:
    """Start a run that is posted at once."""
    digests = context.services.digests
    if not await digests.post_now(subscription):
        percent = (await digests.percents()).get(subscription.id, 0)
        return Reply(done_screen(subscription, f"is already being made: {percent} %."))
    where = f"<#{subscription.channel}>"
    return Reply(done_screen(subscription, f"is being made and will be posted in {where}."))


async def preview(context: Context, subscription: Subscription) -> Reply:
    """Start a run that only the asker sees."""
    accounts = (await context.visibility(for_all=False)).accounts
    await context.services.digests.preview(subscription, context.request.user, accounts)
    return Reply(
        done_screen(
            subscription,
            "is being made. It comes to you as a direct message, and nothing of it is kept.",
        )
    )


async def _changed(context: Context, subscription: Subscription, what: str) -> Reply:
    at = context.services.clock.now()
    await _announce(context, subscription, what, at)
    next_run = "" if subscription.paused else f" {begun(when_next(subscription, at, MRKDWN))}."
    return Reply(done_screen(subscription, f"is {what}.{next_run}"))


async def _announce(context: Context, subscription: Subscription, what: str, at: datetime) -> None:
    """Tell the channel if that is possible; what was done stands either way."""
    line = announced_screen(subscription, context.request.user, what, at)
    try:
        await context.services.replying.delivery.post(subscription.team, subscription.channel, line)
    except BotError:
        log.warning("channel-not-told", exc_info=True)
