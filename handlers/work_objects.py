"""Slack's side pane of a SIM: whoever opens a preview sees the card as it stands now.

What they may see is decided anew for each who opens it; whoever may not gets a sentence instead.
"""

import asyncio
from functools import partial

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.blocks import ids
from bot.blocks.work_object import pane_entity, sim_of
from bot.errors import NotAllowed, OldButton
from bot.services import Actor, Services, WorkObjects
from handlers.lookups import look_up
from handlers.payloads import Body, Context, Listener, Request, part, text_in
from handlers.replies import PATIENCE_SECONDS, Reply, attempt

OPENED = "entity_details_requested"
OFF = "Work Objects are switched off for this bot. Ask it with `/simsessions` and the SIM."


def register_work_objects(app: AsyncApp, services: Services) -> None:
    """Attach the listener."""
    app.event(OPENED)(on_opened(services))


def on_opened(services: Services) -> Listener:
    """Return the listener that fills the pane of who opened a SIM."""

    async def listener(ack: AsyncAck, body: Body, actor: Actor | None) -> None:
        await ack()
        event = part(body, "event")
        context = Context(actor, _request(body), services)
        tell = partial(say, services.work_objects, text_in(event, "trigger_id"))
        work = attempt("pane", lambda: show(context, event), tell, context)
        services.tasks.start(work, name="pane")

    return listener


async def show(context: Context, event: Body) -> None:
    """Show the SIM to who opened it. Raises NotAllowed, OldButton and TimeoutError."""
    services, sid = context.services, sim_of(event.get("external_ref"))
    if not services.listening.work_objects:
        raise NotAllowed(OFF)
    if sid is None or not ids.Sims.takes(sid):
        raise OldButton
    async with asyncio.timeout(PATIENCE_SECONDS):
        report = await look_up(context, sid, fresh=True, for_all=False)
        entity = pane_entity(report, text_in(event, "entity_url"))
        await services.work_objects.present(text_in(event, "trigger_id"), entity)


async def say(pane: WorkObjects, trigger: str, reply: Reply) -> None:
    """Say in the pane what went wrong."""
    await pane.refuse(trigger, reply.screen.text)


def _request(body: Body) -> Request:
    event = part(body, "event")
    return Request(
        team=text_in(body, "team_id"),
        user=text_in(event, "user"),
        channel=text_in(event, "channel"),
        text="",
        trigger=text_in(event, "trigger_id") or None,
    )
