"""The shortcut "Look up SIMs" of a message: reads all its text and answers in its thread.

Where the message names no SIM, a modal asks for some.
"""

from contextlib import suppress

from pydantic import ValidationError
from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.blocks import ids
from bot.blocks.kit import Screen
from bot.blocks.modals import paste_view
from bot.errors import NotAllowed
from bot.services import Actor, Services
from bot.sims.spotter import places_of
from bot.struct import replace
from handlers.commands import DEFAULT, all_subcommands, answer_to
from handlers.interactions import on_answered
from handlers.payloads import (
    Body,
    Context,
    Listener,
    Request,
    from_shortcut,
    part,
    team_of,
    text_in,
)
from handlers.replies import Reply, answer

NO_SIM = "That message names no SIM that I know. Paste those you mean; I answer in its thread."
PATIENCE_SECONDS = 0.5
"""Seconds for a first list of SIMs: the trigger that opens a modal lives for three."""
OPENED = Reply(Screen(NO_SIM, []), quiet=True)


def register_shortcuts(app: AsyncApp, services: Services) -> None:
    """Attach the listeners to the shortcut and to its modal."""
    answered = on_answered("shortcut", of_message, services, from_shortcut)
    app.shortcut(ids.LOOK_UP_MESSAGE)(answered)
    app.view(ids.PASTE_VIEW)(on_pasted(services))


async def of_message(context: Context, body: Body) -> Reply:
    """Answer to what the message names, or ask for it."""
    request, services, view = context.request, context.services, await context.view()
    places = places_of(part(body, "message"))
    context.take_text(sum(len(place.text) for place in places))
    spotted = await view.spotter.read(places, patience=PATIENCE_SECONDS)
    if spotted.texts:
        return await answer_to(context, spotted)
    target = ids.Place(
        channel=request.channel, thread=request.thread, response_url=request.response_url
    )
    await services.modals.open(request.trigger, paste_view(target, spotted.sentence or NO_SIM))
    return OPENED


def on_pasted(services: Services) -> Listener:
    """Return the listener for the modal that was sent off."""

    async def listener(ack: AsyncAck, body: Body, actor: Actor | None) -> None:
        await ack()
        services.tasks.start(answer_pasted(actor, pasted_in(body), services), name="pasted")

    return listener


async def answer_pasted(actor: Actor | None, request: Request, services: Services) -> None:
    """Answer where the window was opened; to the asker alone where they are not known to be."""
    context, channels = Context(actor, request, services), services.digests.channels
    with suppress(NotAllowed):  # the answer says so
        await context.authorize()
        if request.channel not in {request.user, *await channels.channels_of(request.user)}:
            alone = replace(request, channel=request.user, thread=None, response_url=None)
            context = context.asking(alone)
    sessions = all_subcommands()[DEFAULT]
    await answer("pasted", lambda: sessions.run(context), context)


def pasted_in(body: Body) -> Request:
    """Read what was pasted, and where the answer goes: if nothing tells, to the asker directly."""
    view, user = part(body, "view"), text_in(part(body, "user"), "id")
    try:
        target = ids.Place.from_value(text_in(view, "private_metadata"))
    except ValidationError:
        target = ids.Place(channel=user)
    values = part(part(view, "state"), "values")
    names = (ids.PASTED, *ids.PASTED_MORE)
    text = "\n".join(text_in(part(part(values, name), name), "value") for name in names)
    return Request(
        team=team_of(body),
        user=user,
        channel=target.channel,
        text=text.strip(),
        response_url=target.response_url,
        thread=target.thread,
        is_public=True,
        aloud=True,
    )
