"""What is done with a digest, whoever starts it: a command, a mention or a button.

Anybody in a digest's channel may change it, for all there read it; so may who made it, from
anywhere.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.blocks.digest_list import (
    announced_screen,
    done_screen,
    list_screen,
    sure_screen,
    when_next,
)
from bot.blocks.format import MRKDWN
from bot.blocks.screen import Screen
from bot.digests.subscription import PauseReason, Subscription
from bot.errors import BotError, NotYours
from bot.services import Services
from handlers.payloads import Request
from handlers.replies import Reply

log = logging.getLogger(__name__)

Deed = Callable[[Subscription, Request, Services], Awaitable[Reply]]


async def permit(one: Subscription, request: Request, services: Services) -> None:
    """Let through who may do something with a digest. Raises NotYours."""
    here = request.channel == one.channel or request.user == one.made_by
    if one.team != services.digests.team:
        raise NotYours
    if not here and not await services.digests.channels.has(one.channel, request.user):
        raise NotYours


async def list_reply(request: Request, services: Services, *, replace: bool = False) -> Reply:
    """List the channel's digests; in a direct message those that the person made."""
    desk = services.digests
    is_direct = request.channel.startswith("D") or not request.channel
    if is_direct:
        every = await desk.subscriptions.made_by(desk.team, request.user)
    else:
        every = await desk.subscriptions.in_channel(desk.team, request.channel)
    where = "that you made" if is_direct else "in this channel"
    screen = list_screen(
        every, services.clock.now(), await desk.percents(), where=where, places=is_direct
    )
    return Reply(screen, replace=replace)


async def pause(one: Subscription, request: Request, services: Services) -> Reply:
    """Let it rest, and tell the channel."""
    if not await services.digests.subscriptions.pause(one):
        return Reply(done_screen(one, "is paused already."))
    return await _changed(replace(one, paused=PauseReason.ASKED), "paused", request, services)


async def resume(one: Subscription, request: Request, services: Services) -> Reply:
    """Let it come again, and tell the channel."""
    if not await services.digests.subscriptions.resume(one):
        return Reply(done_screen(one, "is not paused."))
    return await _changed(replace(one, paused=None), "resumed", request, services)


async def ask_to_remove(one: Subscription, request: Request, services: Services) -> Reply:  # noqa: ARG001 -- a Deed
    """Ask whether it is to be removed."""
    return Reply(sure_screen(one))


async def remove(one: Subscription, request: Request, services: Services) -> Reply:
    """Remove it, end what is under way, and tell the channel."""
    await services.digests.subscriptions.remove(one)
    await _told(one, announced_screen(one, request.user, "removed", services.clock.now()), services)
    return Reply(done_screen(one, "is removed. What it posted stays in the channel."))


async def now(one: Subscription, request: Request, services: Services) -> Reply:  # noqa: ARG001 -- a Deed
    """Have it made and posted at once."""
    if not await services.digests.post_now(one):
        percent = (await services.digests.percents()).get(one.id, 0)
        return Reply(done_screen(one, f"is being made already: {percent} %."))
    where = f"<#{one.channel}>"
    return Reply(done_screen(one, f"is being made and will be posted in {where}."))


async def preview(one: Subscription, request: Request, services: Services) -> Reply:
    """Have it made for the asker alone."""
    await services.digests.preview(one, request.user)
    return Reply(
        done_screen(
            one, "is being made. It comes to you as a direct message, and nothing of it is kept."
        )
    )


async def tell_channel(one: Subscription, screen: Screen, services: Services) -> None:
    """Post a line for all in a digest's channel. Raises SlackError."""
    body = {"channel": one.channel, "text": screen.text, "blocks": screen.blocks}
    await services.slack.call("chat.postMessage", body | _QUIET)


async def _changed(one: Subscription, deed: str, request: Request, services: Services) -> Reply:
    at = services.clock.now()
    await _told(one, announced_screen(one, request.user, deed, at), services)
    return Reply(done_screen(one, f"is {deed}; {when_next(one, at, MRKDWN)}."))


async def _told(one: Subscription, screen: Screen, services: Services) -> None:
    """Tell the channel where that can be done; what was done stands either way."""
    try:
        await tell_channel(one, screen, services)
    except BotError:
        log.warning("channel-not-told", exc_info=True)


_QUIET = {"unfurl_links": False, "unfurl_media": False}
