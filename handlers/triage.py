"""Several SIMs in one text: read side by side, shown as they come, answered by one table."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
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
        async with Showing(board.triage, live, services):
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


class Showing:
    """While the block lasts, shows what there is, again and again.

    A showing that is on its way at the end is waited for: were it cut, nobody would know whether a
    message is there that the answer must take the place of.
    """

    def __init__(self, so_far: Callable[[], Triage], live: Shown, services: Services) -> None:
        self._so_far = so_far
        self._live = live
        self._services = services
        self._sending = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> None:
        self._task = asyncio.create_task(self._again_and_again(), name="triage-progress")

    async def __aexit__(self, *_error: object) -> None:
        if self._task:
            async with self._sending:
                self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _again_and_again(self) -> None:
        for pause in self._live.pauses():
            await self._services.clock.sleep(pause)
            async with self._sending:
                await self._live.show(partial(_drawn, self._so_far()))


def _drawn(made: Triage, refused: Refused) -> Screen:
    return triage_screen(made, refused=refused)
