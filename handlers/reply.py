"""What an answer is: a screen still to be drawn, and who sees it."""

import inspect
import logging
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from bot.blocks.kit import Screen
from bot.blocks.ladder import NOTHING, Refused
from bot.errors import BotError, NotShared
from bot.services import Services
from handlers.request import Request

log = logging.getLogger(__name__)


Draw = Callable[[Refused], Screen | Awaitable[Screen]]


class Shown(Protocol):
    """A message that is shown already, while the answer is worked on."""

    def pauses(self) -> Iterator[float]:
        """Give the seconds before each showing."""

    async def show(self, draw: Draw) -> None:
        """Show how far it is."""

    async def finish(self, draw: Draw) -> None:
        """Put the answer in its place."""


@dataclass(frozen=True, slots=True)
class Reply:
    """`draw` gives the screen, now or later, without the kinds of blocks that a workspace refuses.

    `in_channel` is for all to see, `replace` takes the place of the message that was clicked. A
    `quiet` one is no message: the asker has read the same a moment ago. One `aside` is for the
    asker alone, even where it was asked aloud. `shown` is the message that it takes the place of.
    """

    draw: Draw
    in_channel: bool = False
    replace: bool = False
    quiet: bool = False
    aside: bool = False
    shown: Shown | None = None


def showing(screen: Screen) -> Reply:
    """Give a reply to the asker with one screen, whatever the workspace knows."""
    return Reply(lambda _refused: screen)


async def screen_of(reply: Reply) -> Screen:
    """Draw a reply as it is where no block is refused."""
    drawn = reply.draw(NOTHING)
    return await drawn if inspect.isawaitable(drawn) else drawn


async def send(reply: Reply, request: Request, services: Services) -> None:
    """Deliver a reply. Raises NotShared where it was for all; else what fails is only logged.

    What was asked aloud is answered aloud, or else to the asker alone.
    """
    if reply.quiet:
        return
    try:
        await _sent(reply, request, services)
    except BotError as error:
        log.exception("not-delivered")
        if reply.in_channel and not (reply.replace or request.aloud):
            raise NotShared from error


async def _sent(reply: Reply, request: Request, services: Services) -> None:
    if reply.shown or (request.aloud and not reply.aside):
        shown = reply.shown or services.live.begin(request, in_channel=True)
        await shown.finish(reply.draw)
        return
    await services.delivery.deliver(
        request, reply.draw, in_channel=reply.in_channel, replace=reply.replace
    )
