"""What stands behind an answer's three dots: how we know, a ticket to copy, feedback."""

import asyncio
import logging
from collections.abc import Callable

from pydantic import ValidationError
from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.blocks import ids
from bot.blocks.errors import error_screen
from bot.blocks.findings import explanation_lines
from bot.blocks.format import MRKDWN
from bot.blocks.kit import View
from bot.blocks.modals import (
    FEEDBACK_TITLE,
    HOW_TITLE,
    MOST_WHY,
    NO,
    TICKET_TITLE,
    YES,
    feedback_view,
    how_view,
    loading_view,
    notice_view,
    thanks_view,
    ticket_view,
)
from bot.diagnosis.thresholds import Thresholds
from bot.errors import BotError, OldButton
from bot.services import Actor, Modal, Services
from bot.sessions.report import SessionReport
from handlers.interactions import read, value_of
from handlers.lookups import look_up
from handlers.payloads import Body, Context, Listener, from_click, part, text_in, typed_in
from handlers.replies import PATIENCE_SECONDS, Reply, attempt, send

log = logging.getLogger(__name__)


def explained_view(report: SessionReport, limits: Thresholds) -> View:
    """Draw how we know, and what was assumed."""
    return how_view(report, tuple(explanation_lines(report, limits, MRKDWN)))


def drawn_ticket(report: SessionReport, _limits: Thresholds) -> View:
    """Draw the ticket; no threshold stands in it."""
    return ticket_view(report)


WINDOWS: dict[ids.Extra, tuple[str, Callable[[SessionReport, Thresholds], View]]] = {
    ids.Extra.HOW: (HOW_TITLE, explained_view),
    ids.Extra.TICKET: (TICKET_TITLE, drawn_ticket),
}


def register_card(app: AsyncApp, services: Services) -> None:
    """Attach the listeners to the three dots and to the form behind them."""
    app.action(ids.pattern(ids.MORE))(on_more(services))
    app.view(ids.FEEDBACK_VIEW)(on_feedback(services))


def on_more(services: Services) -> Listener:
    """Return the listener that opens what was chosen; the map has opened by itself."""

    async def listener(ack: AsyncAck, body: Body, actor: Actor | None) -> None:
        await ack()
        value = value_of(body)
        window = CardWindow(Context(actor, from_click(body), services))
        work = attempt("more", lambda: window.show(value), window.tell, window.context)
        services.tasks.start(work, name="more")

    return listener


class CardWindow:
    """The window of one person, once it is open."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._modal: Modal | None = None
        self._title = ""

    async def show(self, value: str) -> None:
        """Show what was chosen. Raises OldButton, what the look-up raises and what Slack does."""
        asked = read(ids.More, value)
        if asked.what is ids.Extra.RIGHT:
            await self._open(FEEDBACK_TITLE, feedback_view(asked))
        elif asked.what in WINDOWS:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._look_up(asked)

    async def tell(self, reply: Reply) -> None:
        """Say what went wrong, in the window if there is one."""
        if self._modal is None:
            await send(reply, self.context.request, self.context.services.replying)
            return
        try:
            await self._modal.show(notice_view(self._title, reply.screen))
        except BotError:
            log.exception("not-delivered")

    async def _look_up(self, asked: ids.More) -> None:
        title, draw = WINDOWS[asked.what]
        modal = await self._open(title, loading_view(title))
        report = await look_up(self.context, asked.sid, for_all=False)
        services = self.context.services
        await modal.show(await services.executor.run(draw, report, services.thresholds))

    async def _open(self, title: str, view: View) -> Modal:
        self._title, services = title, self.context.services
        self._modal = await services.modals.open(self.context.request.trigger, view)
        return self._modal


def on_feedback(services: Services) -> Listener:
    """Return the listener that keeps what somebody says of a verdict."""

    async def listener(ack: AsyncAck, body: Body, actor: Actor | None) -> None:
        context = Context(actor, from_click(body), services)
        try:
            async with asyncio.timeout(IN_TIME):
                await context.authorize()
                await keep(context, body)
        except (BotError, TimeoutError) as error:
            log.warning("feedback-not-kept", extra={"why": repr(error)})
            screen = error_screen(error if isinstance(error, BotError) else BotError())
            await ack(response_action="update", view=notice_view(FEEDBACK_TITLE, screen))
        else:
            await ack(response_action="update", view=thanks_view())

    return listener


IN_TIME = 2.0
"""Seconds; Slack waits three for the answer to a form."""


async def keep(context: Context, body: Body) -> None:
    """Keep it. Raises OldButton and StoreError."""
    view = part(body, "view")
    try:
        asked = ids.More.from_value(text_in(view, "private_metadata"))
    except ValidationError as error:
        raise OldButton from error
    values = part(part(view, "state"), "values")
    judged = part(part(part(values, ids.IS_RIGHT), ids.IS_RIGHT), "selected_option")
    answer = text_in(judged, "value")
    if answer not in {YES, NO} or asked.rule is None:
        raise OldButton
    await context.services.feedback.keep(
        team=context.request.team,
        person=context.request.user,
        sim=asked.sid,
        rule=asked.rule,
        is_right=answer == YES,
        why=typed_in(part(part(values, ids.WHY), ids.WHY), MOST_WHY),
    )
