"""@simsessions in a channel or thread, a direct message, `!sim …`: answered where it was asked.

The same subcommands and look-ups as behind the command. Where a mention in a thread names no SIM,
those of the message above it and of the thread's root are meant.
"""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.errors import UserError
from bot.services import Services
from bot.sims.errors import NotASim, SimNotFound
from bot.sims.spotter import Spotted
from handlers.answering import answer
from handlers.heard import Question, question_in
from handlers.looking_up import answer_to
from handlers.message_text import texts_of
from handlers.once import is_first, is_late
from handlers.reply import Reply
from handlers.subcommand import DEFAULT, Subcommand, all_subcommands, find

NO_SIM_ABOVE = (
    "I found no SIM in this thread. Mention me with one: its SID (DE…), its ICCID, its IMEI or its "
    "name. A list of them becomes one table."
)

Body = Mapping[str, Any]
Listener = Callable[[AsyncAck, Body], Awaitable[None]]


def register_mentions(app: AsyncApp, services: Services) -> None:
    """Attach the listener to both events by which something said can come."""
    for event in ("app_mention", "message"):
        app.event(event)(on_said(services))


def on_said(services: Services) -> Listener:
    """Give the listener; what is not for us went no further than the gate."""

    async def listener(ack: AsyncAck, body: Body) -> None:
        await ack()
        question = question_in(body, services)
        if question and not is_late(body, services):
            services.tasks.start(answer_once(question, services), name="mention")

    return listener


async def answer_once(question: Question, services: Services) -> None:
    """Answer, unless another event about the same message is being answered already."""
    if await is_first(question.key, services):
        found, rest = find(question.text)
        request = question.request(rest)
        # with nothing in it, a mention in a thread looks up what is above: the audit says so
        name = DEFAULT if question.thread and not question.text else found.name
        await answer(name, lambda: reply_to(question, found, rest, services), request, services)


async def reply_to(question: Question, found: Subcommand, rest: str, services: Services) -> Reply:
    """Run the subcommand, or look up what is named here, else above. Raises what those raise."""
    request = question.request(rest)
    looks_up = found.name == DEFAULT or not question.text
    if not (looks_up and question.thread):
        return await found.run(request, services)
    if not rest:
        return await answer_to(request, await spotted_above(question, services), services)
    spotted = await services.spotter.spot(rest, asked=True)
    if spotted.texts:
        return await answer_to(request, spotted, services)
    return await _named_or_above(question, rest, services)


async def _named_or_above(question: Question, rest: str, services: Services) -> Reply:
    """Take one word for a name; what is more, or near no name, speaks of what stands above."""
    request, sessions = question.request(rest), all_subcommands()[DEFAULT]
    if len(rest.split()) > 1:
        above = await spotted_above(question, services, needed=False)
        return await answer_to(request, above, services)
    try:
        return await sessions.run(request, services)
    except SimNotFound as error:
        if error.candidates:
            raise
        above = Spotted()
        with suppress(UserError):  # what was typed is what there is something to say of
            above = await spotted_above(question, services)
        if not above.texts:
            raise
        return await answer_to(request, above, services)


async def spotted_above(question: Question, services: Services, *, needed: bool = True) -> Spotted:
    """Find the SIMs above a mention: in the thread's root and the message before it, else higher.

    Raises ThreadNotRead, and NotASim where SIMs are `needed` and there are none.
    """
    above = await services.threads.above(question.channel, question.thread or "", question.ts)
    nearest = [*above[:1], *above[1:][-1:]]
    for messages in (nearest, *([each] for each in reversed(above[1:-1]))):
        texts = [text for message in messages for text in texts_of(message)]
        spotted = await services.spotter.spot_all(texts)
        if spotted.texts:
            return spotted
    if needed:
        raise NotASim(NO_SIM_ABOVE)
    return Spotted()
