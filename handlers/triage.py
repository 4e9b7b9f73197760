"""Several SIMs in one text: read side by side, shown as they come, answered by one table."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial

from slack_bolt.async_app import AsyncApp

from bot.blocks import ids
from bot.blocks.csv_files import sent_screen, triage_file
from bot.blocks.fleet import reading_screen
from bot.blocks.kit import Screen
from bot.blocks.report import already_screen, session_report, taken_screen, with_owner
from bot.blocks.triage import triage_screen
from bot.clock import Clock
from bot.errors import BotError, OldButton, Restarting
from bot.services import Services
from bot.sessions.lookup import Answer
from bot.sessions.triage import Triage, has_all, triage
from bot.sims.spotter import Spotted
from bot.struct import replace
from handlers.interactions import Click, on_answered, on_click, read_sims, register_clicks, value_of
from handlers.lookups import look_up, look_up_many
from handlers.payloads import Body, Context, part, parts, text_in
from handlers.replies import Reply, ShownMessage, share_once

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 45.0
"""Seconds for reading; it leaves time to draw and send within the minute that an answer has."""

MOMENT_SECONDS = 2.0
DrawTriage = Callable[[Triage], Screen]


class TriageProgress:
    """What is known so far of the SIMs that a text named; a table needs the newest session only."""

    def __init__(self, spotted: Spotted, *, newest_only: bool = True) -> None:
        self._spotted = spotted
        self._newest_only = newest_only
        self._answers: list[Answer | None] = [None] * len(spotted.texts)

    async def fill(self, context: Context, *, for_all: bool | None = None) -> None:
        """Read all of them; those that are not read in time say so.

        Raises NotAllowed and AskedTooOften.
        """
        self._answers[:] = await look_up_many(
            context,
            self._spotted.texts,
            newest_only=self._newest_only,
            for_all=for_all,
            within=PATIENCE_SECONDS,
            on_answer=self.add,
        )

    def stop(self, error: BotError) -> None:
        """Say of all that are not read yet why they will not be."""
        self._answers = [error if answer is None else answer for answer in self._answers]

    def add(self, index: int, answer: Answer) -> None:
        """Keep an answer that came."""
        self._answers[index] = answer

    @property
    def is_full(self) -> bool:
        """Return whether all are read: what there is to show is the answer, which follows."""
        return None not in self._answers

    def is_nearly_full(self, seconds: float) -> bool:
        """Return whether the rest takes a moment only, if the others took these seconds."""
        left = self._answers.count(None)
        return left * seconds < MOMENT_SECONDS * (len(self._answers) - left)

    def triage(self) -> Triage:
        """Return what is known, worst first."""
        return triage(self._spotted.texts, self._answers, cut=self._spotted.cut)


async def triage_reply(context: Context, spotted: Spotted, missing: tuple[str, ...] = ()) -> Reply:
    """Read them all and return the table; meanwhile show how far that is.

    `missing` are accounts whose SIMs could not be looked for. A bot that is being stopped leaves
    what it has read.
    """
    made, progress = await read_all(context, spotted)
    made = replace(made, missing=missing)
    reply = await table_reply(context, made, for_all=context.request.aloud)
    return replace(reply, shown=progress)


async def read_all(
    context: Context,
    spotted: Spotted,
    words: str = "",
    *,
    newest_only: bool = True,
) -> tuple[Triage, ShownMessage]:
    """Read them all while a message shows how far that is; return that message too.

    Those that are looked for by a question's `words` are no table yet. What stays above the answer
    is one line. With `newest_only` reports keep their newest session only.
    """
    services, board = context.services, TriageProgress(spotted, newest_only=newest_only)
    request = context.request
    progress = services.replying.progress.begin(
        request, in_channel=request.aloud, replace=request.instead
    )
    stays = not (request.aloud or request.instead)
    draw = partial(reading_screen, words, stays=stays) if words or stays else triage_screen
    try:
        async with showing_progress(board, progress, services.clock, draw, stays=stays):
            await board.fill(context)
    except asyncio.CancelledError:
        board.stop(Restarting())
        await progress.finish(triage_screen(board.triage()))
        raise
    return board.triage(), progress


async def table_reply(context: Context, made: Triage, *, for_all: bool) -> Reply:
    """Return the table as a reply, with who is on it; two hundred rows are drawn off the loop."""
    sids = [report.sim.sid for report in made.troubled]
    services, channel = context.services, context.request.channel
    owners = await services.owners.of(channel, sids) if sids else ()
    viewer = "" if for_all else context.request.user
    draw = partial(triage_screen, made, for_all=for_all, owners=owners, viewer=viewer)
    return Reply(await services.executor.run(draw), in_channel=for_all)


@asynccontextmanager
async def showing_progress(
    board: TriageProgress, progress: ShownMessage, clock: Clock, draw: DrawTriage, *, stays: bool
) -> AsyncIterator[None]:
    """While the block lasts, show what there is, again and again."""
    showing = _show_often(board, progress, clock, draw, stays=stays)
    task = asyncio.create_task(showing, name="triage-progress")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})
        if not task.cancelled() and (error := task.exception()):
            log.error("progress-broke", exc_info=error)


async def _show_often(
    board: TriageProgress, progress: ShownMessage, clock: Clock, draw: DrawTriage, *, stays: bool
) -> None:
    """Show it; what `stays` above the answer, not where that is about to come."""
    began = clock.monotonic()
    for pause in progress.pauses():
        await clock.sleep(pause)
        if stays and board.is_nearly_full(clock.monotonic() - began):
            await clock.sleep(MOMENT_SECONDS)
        if not board.is_full:
            await progress.show(draw(board.triage()))


def register_triage_buttons(app: AsyncApp, services: Services) -> None:
    """Attach a listener to each."""
    app.action(ids.TRIAGE_DETAILS)(on_click("details", details, services))
    app.action(ids.ON_IT)(on_answered("on_it", take_sims, services))
    register_clicks(app, CLICKS, services)


async def take_sims(context: Context, body: Body) -> Reply:
    """Make who clicked the owner of SIMs, put on the message that was clicked. Raises OldButton.

    Who is on all of them already is told so, and nothing changes.
    """
    await context.authorize()
    request, sids, message = context.request, read_sims(value_of(body)), part(body, "message")
    owners, by = context.services.owners, request.user
    known = await owners.of(request.channel, sids)
    if has_all(by, sids, known):
        since = (each.since for each in known if each.person == by)
        return Reply(already_screen(min(since, default=None)))
    owner = await owners.take(request.channel, sids, by)
    blocks = [dict(block) for block in parts(message, "blocks")]
    if not (request.is_public and blocks):
        return Reply(taken_screen(owner), in_channel=True)
    screen = with_owner(text_in(message, "text"), blocks, owner)
    return Reply(screen, in_channel=True, replace=True)


async def details(context: Context, sid: str) -> Reply:
    """Report on one SIM of the table, beside the table. Raises OldButton."""
    if not ids.PackedSims.takes(sid):
        raise OldButton
    report = await look_up(context, sid, for_all=False)
    return Reply(session_report(report, links=context.services.links))


async def csv(context: Context, value: str) -> Reply:
    """Send the table as a file to who clicked, as it is now."""
    made = await _read_again(context, value, for_all=False)
    file = await context.services.executor.run(triage_file, made)
    sent = await context.services.files.to_asker(context.request, file)
    return Reply(sent_screen(file.name, is_ready=sent.is_ready, link=sent.link))


async def share(context: Context, value: str) -> Reply:
    """Post the table for the whole channel, as it is now."""

    async def make() -> Reply:
        made = await _read_again(context, value, for_all=True)
        return await table_reply(context, made, for_all=True)

    return await share_once(context, value, make)


async def _read_again(context: Context, value: str, *, for_all: bool) -> Triage:
    sids = read_sims(value)
    board = TriageProgress(Spotted(sids, len(sids)))
    await board.fill(context, for_all=for_all)
    return board.triage()


CLICKS: Mapping[str, Click] = {
    ids.TRIAGE_CSV: csv,
    ids.TRIAGE_SHARE: share,
}
