"""Several SIMs in one text: read side by side, shown as they come, answered by one table."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.blocks import ids
from bot.blocks.files import sent_screen, triage_file
from bot.blocks.report import session_report
from bot.blocks.triage import triage_screen
from bot.errors import BotError, OldButton, Restarting, UserError
from bot.services import Services
from bot.sessions.report import SessionReport
from bot.sessions.triage import Triage, triage
from bot.sims.spotter import Spotted
from handlers.clicks import Click, Listener, action_in, on_click, read
from handlers.commands import or_nearest
from handlers.lookups import look_up, look_up_many
from handlers.payloads import Body, Request, from_click, part, text_in
from handlers.replies import Reply, Shown, answer_later

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
        """Return what is known, worst first."""
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
        await live.finish(triage_screen(board.triage()))
        raise
    return await table_reply(board.triage(), services, for_all=request.aloud, live=live)


async def table_reply(
    made: Triage, services: Services, *, for_all: bool, live: Shown | None = None
) -> Reply:
    """Return the table as a reply; two hundred rows are drawn off the loop."""
    screen = await services.executor.run(triage_screen, made, for_all=for_all)
    return Reply(screen, in_channel=for_all, shown=live)


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
        await live.show(triage_screen(board.triage()))


async def answer_to(request: Request, spotted: Spotted, services: Services) -> Reply:
    """Report on the SIMs that were found, or on the text as it is where there are none.

    Raises what the look-up raises.
    """
    if spotted.total > 1:
        return await triage_reply(request, spotted, services)
    try:
        report = await look_up(request, next(iter(spotted.texts), request.text), services)
    except UserError as error:
        raise or_nearest(error, request.text) from error
    return Reply(session_report(report, for_all=request.aloud))


def register_triage_buttons(app: AsyncApp, services: Services) -> None:
    """Attach a listener to each."""
    app.action(ids.pattern(ids.TRIAGE_DETAILS))(on_details(services))
    for action, click in CLICKS.items():
        app.action(ids.pattern(action))(on_click(action, click, services))


def on_details(services: Services) -> Listener:
    """Return the listener that shows the SIM that was chosen to who chose it."""

    async def listener(ack: AsyncAck, body: Body) -> None:
        await ack()
        request, option = from_click(body), part(action_in(body), "selected_option")
        chosen = text_in(option, "value")
        answer_later("details", lambda: details(request, chosen, services), request, services)

    return listener


async def details(request: Request, sid: str, services: Services) -> Reply:
    """Report on one SIM of the table, beside the table. Raises OldButton."""
    if not ids.Sims.takes(sid):
        raise OldButton
    report = await look_up(request, sid, services, for_all=False)
    return Reply(session_report(report))


async def csv(request: Request, value: str, services: Services) -> Reply:
    """Send the table as a file to who clicked, as it is now."""
    made = await _read_again(request, value, services, for_all=False)
    file = await services.executor.run(triage_file, made)
    sent = await services.files.to_asker(request, file)
    return Reply(sent_screen(file, None, is_ready=sent.is_ready))


async def share(request: Request, value: str, services: Services) -> Reply:
    """Post the table for the whole channel, as it is now."""
    made = await _read_again(request, value, services, for_all=True)
    return await table_reply(made, services, for_all=True)


async def _read_again(request: Request, value: str, services: Services, *, for_all: bool) -> Triage:
    try:
        sids = read(ids.Sims, value).sids
    except ValueError as error:
        raise OldButton from error
    board = Board(Spotted(sids, len(sids)))
    await board.fill(request, services, for_all=for_all)
    return board.triage()


CLICKS: Mapping[str, Click] = {ids.TRIAGE_CSV: csv, ids.TRIAGE_SHARE: share}
