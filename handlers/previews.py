"""Previews of links to SIMs in KORE's console, and the side pane of who opens one.

Everybody in the channel sees a preview, so it says neither where a SIM is nor which card or device
it is. Nobody asked for it, so it never says that something went wrong; and it does not repeat
itself. What is in the pane is decided anew for each who opens it; whoever may not gets a sentence.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.blocks import ids
from bot.blocks.report import pane_entity, preview_entity, sim_of, unfurl_card
from bot.errors import BotError, NotAllowed, OldButton
from bot.services import Actor, Request, Services, WorkObjects
from bot.sessions.redaction import redacted
from bot.sessions.report import SessionReport
from bot.sims.identifier import sims_in
from handlers.lookups import look_up
from handlers.payloads import Body, Context, Listener, is_late, part, parts, text_in
from handlers.replies import PATIENCE_SECONDS, Reply, attempt

log = logging.getLogger(__name__)

MOST_LINKS = 2
"""Links of one message that are previewed; with more, none is: previews would bury the message."""
COMPOSER = "composer"
OPENED = "entity_details_requested"
OFF = "Work Objects are switched off for this bot. Ask it with `/simsessions` and the SIM."
FOR_ALL = "Card, device and location are redacted in previews."


def register_unfurls(app: AsyncApp, services: Services) -> None:
    """Attach the listener."""
    app.event("link_shared")(on_link(services))


def on_link(services: Services) -> Listener:
    """Return the listener; it has nothing to do where previews are off."""

    async def listener(ack: AsyncAck, body: Body, actor: Actor | None) -> None:
        await ack()
        event = part(body, "event")
        sims = sims_linked(event) if services.listening.unfurls else {}
        if sims and not is_late(body, services.clock, services.metrics):
            context = Context(actor, _request(body, is_public=True), services)
            services.tasks.start(preview(context, event, sims), name="unfurl")

    return listener


def sims_linked(event: Body) -> dict[str, str]:
    """Return the links that lead to one SIM, with its SID; none where there are many links."""
    links = [text_in(link, "url") for link in parts(event, "links")]
    found = {url: sims_in(url) for url in links}
    if len(links) > MOST_LINKS:
        return {}
    return {
        url: sims[0]
        for url, sims in found.items()
        if len(sims) == 1 and ids.PackedSims.takes(sims[0])
    }


async def preview(context: Context, event: Body, sims: Mapping[str, str]) -> None:
    """Show Slack's readers the cards; what goes wrong is logged, and nobody is notified."""
    is_draft, services = event.get("source") == COMPOSER, context.services
    key = f"links:{event.get('channel')}:{event.get('message_ts')}"
    if not await services.deduplication.is_first(key):
        return
    try:
        await context.authorize()
    except BotError as error:
        _log(error)
        return
    news = [(url, sid) for url, sid in sims.items() if is_draft or await _is_new(context, sid)]
    seen = await _previewed(context, _message(event), news)
    for sid in {sid for url, sid in news if url not in seen and not is_draft}:
        await services.preview_deduplication.forget(_key(context, sid))


async def _is_new(context: Context, sid: str) -> bool:
    """Return whether the SIM was not previewed in this channel a while ago.

    What is only being written counts for nothing: it may never be sent. Nor does what was not seen.
    """
    services = context.services
    within = services.listening.quiet_seconds
    return await services.preview_deduplication.is_first(_key(context, sid), within=within)


def _key(context: Context, sid: str) -> str:
    return f"link:{context.request.channel}:{sid}"


async def _previewed(
    context: Context, message: dict[str, Any], news: Iterable[tuple[str, str]]
) -> frozenset[str]:
    """Show the cards of links with their SIDs; return the links that have one."""
    reports = {url: report for url, sid in news if (report := await _read(context, sid))}
    try:
        if reports:
            await _unfurl(context.services, message, reports)
    except BotError as error:
        _log(error)
        return frozenset()
    return frozenset(reports)


async def _read(context: Context, sid: str) -> SessionReport | None:
    """Return what KORE says of one SIM; None where it cannot be read."""
    try:
        report = await look_up(context, sid, for_all=True)
    except BotError as error:
        _log(error)
        return None
    return await context.services.executor.run(redacted, report, FOR_ALL)


def _log(error: BotError) -> None:
    log.info("not-unfurled", extra={"why": error.kind})


async def _unfurl(
    services: Services, message: dict[str, Any], reports: Mapping[str, SessionReport]
) -> None:
    """Show the cards; where that is switched on, as entities that open in Slack's side pane."""
    cards = {url: unfurl_card(report) for url, report in reports.items()}
    if services.listening.work_objects:
        entities = [preview_entity(report, url) for url, report in reports.items()]
        await services.work_objects.unfurl(message, cards, entities)
    else:
        await services.replying.delivery.unfurl(message, cards)


def _request(body: Body, *, trigger: str = "", is_public: bool = False) -> Request:
    event = part(body, "event")
    return Request(
        team=text_in(body, "team_id"),
        user=text_in(event, "user"),
        channel=text_in(event, "channel"),
        text="",
        trigger=trigger or None,
        is_public=is_public,
    )


def _message(event: Body) -> dict[str, Any]:
    """Return which message it is for; of a draft Slack tells only an id of its own."""
    if event.get("unfurl_id") and event.get("source"):
        return {"unfurl_id": event["unfurl_id"], "source": event["source"]}
    return {"channel": event.get("channel"), "ts": event.get("message_ts")}


def register_work_objects(app: AsyncApp, services: Services) -> None:
    """Attach the listener."""
    app.event(OPENED)(on_opened(services))


def on_opened(services: Services) -> Listener:
    """Return the listener that fills the pane of who opened a SIM."""

    async def listener(ack: AsyncAck, body: Body, actor: Actor | None) -> None:
        await ack()
        event = part(body, "event")
        trigger = text_in(event, "trigger_id")
        context = Context(actor, _request(body, trigger=trigger), services)
        tell = partial(refuse_pane, services.work_objects, trigger)
        work = attempt("pane", lambda: show_pane(context, event), tell, context)
        services.tasks.start(work, name="pane")

    return listener


async def show_pane(context: Context, event: Body) -> None:
    """Show the SIM to who opened it. Raises NotAllowed, OldButton and TimeoutError."""
    services, sid = context.services, sim_of(event.get("external_ref"))
    if not services.listening.work_objects:
        raise NotAllowed(OFF)
    if sid is None or not ids.PackedSims.takes(sid):
        raise OldButton
    async with asyncio.timeout(PATIENCE_SECONDS):
        report = await look_up(context, sid, fresh=True, for_all=False)
        entity = pane_entity(report, text_in(event, "entity_url"))
        await services.work_objects.present(text_in(event, "trigger_id"), entity)


async def refuse_pane(pane: WorkObjects, trigger: str, reply: Reply) -> None:
    """Say in the pane what went wrong."""
    await pane.refuse(trigger, reply.screen.text)
