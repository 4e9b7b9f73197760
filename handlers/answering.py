"""The work after the ack: run it, answer, time it; nothing that goes wrong leaves it unanswered."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot.blocks.errors import error_screen
from bot.errors import Restarting
from bot.ops.request_context import name_answer
from bot.services import Services
from handlers.asking import admit
from handlers.error_replies import to_reply
from handlers.reply import Reply, send, showing
from handlers.request import Request
from handlers.who import acting

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 60.0

Work = Callable[[], Awaitable[Reply]]
Deed = Callable[[], Awaitable[None]]
Tell = Callable[[Reply], Awaitable[None]]


def answer_later(name: str, work: Work, request: Request, services: Services) -> None:
    """Go on with `work` in a task of our own; its reply goes to the asker.

    Called right after the ack, and never raises: an exception there would cost the ack.
    """
    services.tasks.start(answer(name, work, request, services), name=name)


async def answer(name: str, work: Work, request: Request, services: Services) -> None:
    """Do `work` within a minute and send its reply, or what went wrong instead of it."""

    async def do() -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            reply = await work()
        await send(reply, request, services)

    async def tell(reply: Reply) -> None:
        await send(reply, request, services)

    await attempt(name, do, tell, services, asked=request.text)


async def attempt(name: str, do: Deed, tell: Tell, services: Services, *, asked: str = "") -> None:
    """Do it for who may ask, time it, and `tell` the asker what went wrong if something does."""
    name_answer(name)
    started, outcome = services.clock.monotonic(), "cancelled"
    try:
        outcome = await _attempted(do, tell, services, asked)
    except asyncio.CancelledError:
        # only the draining of the tasks cancels: Slack will not ask anybody else
        await tell(showing(error_screen(Restarting())))
        raise
    finally:
        services.metrics.answered(name, outcome, services.clock.monotonic() - started)
        log.info("answered", extra={"answer": name, "outcome": outcome})
    if actor := acting():
        services.homes.redraw(actor.user)


async def _attempted(do: Deed, tell: Tell, services: Services, asked: str) -> str:
    try:
        await admit(services)
        await do()
    except Exception as error:  # noqa: BLE001 -- the edge: nobody may be left without an answer
        reply, outcome = to_reply(error, asked=asked)
        await tell(reply)
        return outcome
    return "ok"
