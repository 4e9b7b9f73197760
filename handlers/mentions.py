"""@simsessions in a channel or thread, a direct message, `!sim …`: answered where it was asked.

The same subcommands and look-ups as behind the command. Where a mention in a thread names no SIM,
those of the message above it and of the thread's root are meant.
"""

import re
from contextlib import suppress
from dataclasses import dataclass

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.errors import UserError
from bot.services import Actor, ListeningConfig, Services, Threads
from bot.sims.errors import NotASim, SimNotFound
from bot.sims.identifier import unlinked
from bot.sims.spotter import SimSpotter, Spotted
from handlers.commands import DEFAULT, Subcommand, all_subcommands, find
from handlers.payloads import Body, Context, Listener, Request, is_late, part, text_in, texts_of
from handlers.questions import answer_to, special_reply
from handlers.replies import Reply, answer

PREFIX = "!sim"
_SAID = frozenset({"file_share", "thread_broadcast"})
_PREFIXED = re.compile(rf"(?s)\s*{re.escape(PREFIX)}(?!\S)(.*)")


@dataclass(frozen=True, slots=True)
class Question:
    """Something said to the bot; `ts` names the message, `thread` the root that it replies to."""

    text: str
    team: str
    user: str
    channel: str
    ts: str
    thread: str | None
    is_direct: bool

    @property
    def key(self) -> str:
        """What a message has in common with all events about it, whatever their ids."""
        return f"{self.team}:{self.channel}:{self.ts}"

    def request(self, text: str) -> Request:
        """Return the request that is answered aloud, where it was asked."""
        return Request(
            team=self.team,
            user=self.user,
            channel=self.channel,
            text=text,
            thread=self.thread if self.is_direct else self.thread or self.ts,
            is_public=True,
            aloud=True,
        )


def question_in(body: Body, listening: ListeningConfig) -> Question | None:
    """Read an event; None where nothing is said to us."""
    event = part(body, "event")
    if not _is_from_a_person(event, listening.bot_user):
        return None
    text = _said_to_us(event, listening)
    if text is None:
        return None
    return Question(
        text=unlinked(text).strip(),
        team=text_in(body, "team_id"),
        user=text_in(event, "user"),
        channel=text_in(event, "channel"),
        ts=text_in(event, "ts"),
        thread=text_in(event, "thread_ts") or None,
        is_direct=event.get("channel_type") == "im",
    )


def _is_from_a_person(event: Body, us: str) -> bool:
    """Return whether a person wrote this anew: an edit may add a mention, and is none."""
    by_bot = event.get("bot_id") or event.get("bot_profile") or text_in(event, "user") in {"", us}
    anew = not (event.get("edited") or event.get("hidden")) and _is_plain(event.get("subtype"))
    return anew and not by_bot and bool(text_in(event, "channel") and text_in(event, "ts"))


def _is_plain(subtype: object) -> bool:
    return subtype is None or (isinstance(subtype, str) and subtype in _SAID)


def _said_to_us(event: Body, listening: ListeningConfig) -> str | None:
    text, kind = text_in(event, "text"), event.get("type")
    mention = re.compile(rf"<@{re.escape(listening.bot_user)}(?:\|[^<>]*)?>")
    if kind == "app_mention" or (kind == "message" and event.get("channel_type") == "im"):
        return mention.sub(" ", text)
    if kind == "message" and text_in(event, "channel") in listening.prefix_channels:
        found = _PREFIXED.fullmatch(text)
        return found[1] if found else None
    return None


NO_SIM_ABOVE = (
    "I found no SIM in this thread. Mention me with one: its SID (DE…), its ICCID, its IMEI or its "
    "name. A list of them becomes one table."
)


def register_mentions(app: AsyncApp, services: Services) -> None:
    """Attach the listener to both events by which a question can come."""
    for event in ("app_mention", "message"):
        app.event(event)(on_message(services))


def on_message(services: Services) -> Listener:
    """Return the listener; the middleware drops what is not meant for the bot."""

    async def listener(ack: AsyncAck, body: Body, actor: Actor | None) -> None:
        await ack()
        question = question_in(body, services.listening)
        if question and not is_late(body, services.clock, services.metrics):
            work = answer_once(question, actor, services)
            services.tasks.start(work, name="mention")

    return listener


async def answer_once(question: Question, actor: Actor | None, services: Services) -> None:
    """Answer, unless another event about the same message is being answered already."""
    if await services.deduplication.is_first(question.key):
        found, rest = find(question.text)
        context = Context(actor, question.request(rest), services)
        # with nothing in it, a mention in a thread looks up what is above: the audit says so
        name = DEFAULT if question.thread and not question.text else found.name
        await answer(name, lambda: reply_to(question, found, context), context)


async def reply_to(question: Question, found: Subcommand, context: Context) -> Reply:
    """Run the subcommand, or look up what is named here, else above. Raises what those raise."""
    rest, spotter = context.request.text, context.services.spotter
    looks_up = found.name == DEFAULT or not question.text
    if not (looks_up and question.thread):
        return await found.run(context)
    if not rest:
        above = await spotted_above(question, context.services.threads, spotter)
        return await answer_to(context, above)
    if special := await special_reply(context):
        return special
    spotted = await spotter.spot(rest, asked=True)
    if spotted.texts:
        return await answer_to(context, spotted)
    return await _named_or_above(question, context)


async def _named_or_above(question: Question, context: Context) -> Reply:
    """Take one word for a name; what is more, or near no name, speaks of what stands above."""
    threads, spotter = context.services.threads, context.services.spotter
    if len(context.request.text.split()) > 1:
        above = await spotted_above(question, threads, spotter, needed=False)
        return await answer_to(context, above)
    try:
        return await all_subcommands()[DEFAULT].run(context)
    except SimNotFound as error:
        if error.candidates:
            raise
        above = Spotted()
        with suppress(UserError):  # what was typed is what there is something to say of
            above = await spotted_above(question, threads, spotter)
        if not above.texts:
            raise
        return await answer_to(context, above)


async def spotted_above(
    question: Question, threads: Threads, spotter: SimSpotter, *, needed: bool = True
) -> Spotted:
    """Find the SIMs above a mention: in the thread's root and the message before it, else higher.

    Raises ThreadNotRead, and NotASim where SIMs are `needed` and there are none.
    """
    above = await threads.above(question.channel, question.thread or "", question.ts)
    nearest = [*above[:1], *above[1:][-1:]]
    for messages in (nearest, *([each] for each in reversed(above[1:-1]))):
        texts = [text for message in messages for text in texts_of(message)]
        spotted = await spotter.spot_all(texts)
        if spotted.texts:
            return spotted
    if needed:
        raise NotASim(NO_SIM_ABOVE)
    return Spotted()
