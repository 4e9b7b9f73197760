"""Several SIMs in one text: read side by side, shown as they come, answered by one table."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from bot.blocks.kit import Screen
from bot.blocks.ladder import Refused
from bot.blocks.triage import triage_screen
from bot.errors import BotError, Restarting
from bot.services import Services
from bot.sessions.report import SessionReport
from bot.sessions.triage import Triage, triage
from bot.sims.spotter import Spotted
from handlers.asking import look_up_many
from handlers.reply import Reply, Shown
from handlers.request import Request

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 45.0
"""Seconds for reading; it leaves time to draw and send within the minute that an answer has."""

Answer = SessionReport | BotError


class Board:
    """What is known so far of the SIMs that a text named."""

    def __init__(self, spotted: Spotted) -> None:
        self._spotted = spotted
        self._answers: list[Answer | None] = [None] * len(spotted.texts)

    async def fill(
        self, request: Request, services: Services, *, for_all: bool | None = None
    ) -> None:
        """Read all of them; those that are not read in time say so.

        Raises NotAllowed and AskedTooOften.
        """
        self._answers[:] = await look_up_many(
            request,
            self._spotted.texts,
            services,
            for_all=for_all,
            within=PATIENCE_SECONDS,
            told=self.note,
        )

    def stop(self, error: BotError) -> None:
        """Say of all that are not read yet why they will not be."""
        self._answers = [error if answer is None else answer for answer in self._answers]

    def note(self, place: int, answer: Answer) -> None:
        """Keep an answer that came."""
        self._answers[place] = answer

    def triage(self) -> Triage:
        """Give what is known, worst first."""
        return triage(self._spotted.texts, self._answers, cut=self._spotted.cut)


async def triage_reply(request: Request, spotted: Spotted, services: Services) -> Reply:
    """Read them all and give the table; meanwhile show how far that is.

    A bot that is being stopped leaves what it has read.
    """
    board, live = Board(spotted), services.live.begin(request, in_channel=request.aloud)
    try:
        async with showing_progress(board, live, services):
            await board.fill(request, services)
    except asyncio.CancelledError:
        board.stop(Restarting())
        await live.finish(partial(_drawn, board.triage()))
        raise
    return table_reply(board.triage(), services, for_all=request.aloud, live=live)


def table_reply(
    made: Triage, services: Services, *, for_all: bool, live: Shown | None = None
) -> Reply:
    """Give the table as a reply; two hundred rows are drawn off the loop."""

    async def draw(refused: Refused) -> Screen:
        return await services.off_loop.run(triage_screen, made, for_all=for_all, refused=refused)

    return Reply(draw, in_channel=for_all, shown=live)


@asynccontextmanager
async def showing_progress(board: Board, live: Shown, services: Services) -> AsyncIterator[None]:
    """While the block lasts, show what there is, again and again."""
    task = asyncio.create_task(_again_and_again(board, live, services), name="triage-progress")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})
        if not task.cancelled() and (error := task.exception()):
            log.error("progress-broke", exc_info=error)


async def _again_and_again(board: Board, live: Shown, services: Services) -> None:
    for pause in live.pauses():
        await services.clock.sleep(pause)
        await live.show(partial(_drawn, board.triage()))


def _drawn(made: Triage, refused: Refused) -> Screen:
    return triage_screen(made, refused=refused)
