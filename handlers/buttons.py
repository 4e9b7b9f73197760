"""The buttons of an answer: Refresh, Share, Pick, Retry, the links, and what its three dots open.

Whoever clicks has passed the middleware; what the button carries may be old or forged, so it is
read as strictly as what is typed.
"""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.blocks import ids
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
    explanation_view,
    feedback_view,
    loading_view,
    thanks_view,
    ticket_view,
)
from bot.blocks.report import session_report
from bot.diagnosis.thresholds import Thresholds
from bot.errors import BotError, NotAllowed, OldButton
from bot.services import Actor, Services
from bot.sessions.report import SessionReport
from bot.struct import replace
from handlers.commands import all_subcommands, find_subcommand
from handlers.history import history_reply
from handlers.interactions import (
    Click,
    ModalWindow,
    on_form_kept,
    read_value,
    register_clicks,
    value_of,
)
from handlers.lookups import look_up, updated_when_known
from handlers.payloads import Body, Context, Listener, from_click, part, text_in, typed_in
from handlers.replies import PATIENCE_SECONDS, InterruptedWork, Reply, RetryFailed, share_once


def register_buttons(app: AsyncApp, services: Services) -> None:
    """Attach a listener to each button."""
    register_clicks(app, CLICKS, services)
    for link in (ids.MAP, ids.CONSOLE, ids.RUNBOOK):
        app.action(link)(acknowledge)


async def acknowledge(ack: AsyncAck, body: Body, actor: Actor | None) -> None:  # noqa: ARG001 -- as all
    """Acknowledge and do nothing: the browser has opened the link already."""
    await ack()


async def refresh(context: Context, value: str) -> Reply:
    """Ask KORE again and put the answer in place of the old one."""
    asked = read_value(ids.Refresh, value)
    report = await look_up(context, asked.sid, fresh=True)
    return _instead(context, report, shared_by=asked.shared_by)


async def share(context: Context, value: str) -> Reply:
    """Post the answer for the whole channel, with the name of who shares it."""
    asked, links = read_value(ids.Share, value), context.services.links

    async def make() -> Reply:
        report = await look_up(context, asked.sid, for_all=True)
        screen = session_report(report, shared_by=context.request.user, links=links)
        return Reply(screen, in_channel=True)

    return await share_once(context, value, make)


async def pick(context: Context, value: str) -> Reply:
    """Look up the SIM that was picked and put its answer in place of the question."""
    asked = read_value(ids.PickedSim, value)
    report = await look_up(context, asked.sid)
    if asked.days:
        archive, executor = context.services.archive, context.services.executor
        return await history_reply(report, asked.days, archive, executor, replace=True)
    return _instead(context, report)


def _instead(context: Context, report: SessionReport, shared_by: str | None = None) -> Reply:
    is_public, links = context.request.is_public, context.services.links
    draw = partial(session_report, shared_by=shared_by, for_all=is_public, links=links)
    reply = Reply(draw(report), in_channel=is_public, replace=True)
    return updated_when_known(context, report, reply, draw)


async def retry(context: Context, value: str) -> Reply:
    """Do again what could not be done, and put what comes of it in place of the error."""
    asked = read_value(ids.Retry, value)
    named = all_subcommands().get(asked.run)
    found, rest = (named, asked.text) if named else find_subcommand(asked.text)
    request = replace(context.request, text=rest, instead=True)
    try:
        reply = await found.run(context.for_request(request))
    except NotAllowed:
        raise
    except (BotError, InterruptedWork) as error:
        raise RetryFailed(error, asked) from error
    return replace(reply, in_channel=context.request.is_public, replace=True)


CLICKS: Mapping[str, Click] = {
    ids.REFRESH: refresh,
    ids.SHARE: share,
    ids.PICK: pick,
    ids.RETRY: retry,
}


def explained_view(report: SessionReport, limits: Thresholds) -> View:
    """Draw how we know, and what was assumed."""
    return explanation_view(report, tuple(explanation_lines(report, limits, MRKDWN)))


def drawn_ticket(report: SessionReport, _limits: Thresholds) -> View:
    """Draw the ticket; no threshold stands in it."""
    return ticket_view(report)


WINDOWS: dict[ids.Overflow, tuple[str, Callable[[SessionReport, Thresholds], View]]] = {
    ids.Overflow.HOW: (HOW_TITLE, explained_view),
    ids.Overflow.TICKET: (TICKET_TITLE, drawn_ticket),
}


def register_card(app: AsyncApp, services: Services) -> None:
    """Attach the listeners to the three dots and to the form behind them."""
    app.action(ids.MORE)(on_more(services))
    app.view(ids.FEEDBACK_VIEW)(on_form_kept(FEEDBACK_TITLE, keep_feedback, BotError(), services))


def on_more(services: Services) -> Listener:
    """Return the listener that opens what was chosen; the map has opened by itself."""

    async def listener(ack: AsyncAck, body: Body, actor: Actor | None) -> None:
        await ack()
        value, window = value_of(body), ModalWindow(Context(actor, from_click(body), services))
        window.show_later("more", lambda: show_more(window, value))

    return listener


async def show_more(window: ModalWindow, value: str) -> None:
    """Show what was chosen. Raises OldButton, what the look-up raises and what Slack does."""
    asked = read_value(ids.More, value)
    if asked.what is ids.Overflow.RIGHT:
        await window.open(FEEDBACK_TITLE, feedback_view(asked))
    elif asked.what in WINDOWS:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await _look_up(window, asked)


async def _look_up(window: ModalWindow, asked: ids.More) -> None:
    title, draw = WINDOWS[asked.what]
    modal = await window.open(title, loading_view(title))
    report = await look_up(window.context, asked.sid, for_all=False)
    services = window.context.services
    await modal.show(await services.executor.run(draw, report, services.thresholds))


async def keep_feedback(context: Context, view: Body) -> dict[str, Any]:
    """Keep what somebody says of a verdict. Raises NotAllowed, OldButton and StoreError."""
    await context.authorize()
    asked = read_value(ids.More, text_in(view, "private_metadata"))
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
    return {"response_action": "update", "view": thanks_view()}
