"""@simsessions in a channel or thread, a direct message, `!sim …`: answered where it was asked.

The same subcommands and look-ups as behind the command. All of the message is read: what is
forwarded or attached with it as well. Where a mention in a thread names no SIM, those of the
message above it and of the thread's root are meant.

Any message has the shortcut "Look up SIMs", which reads it and answers in its thread; where it
names no SIM, a modal asks for some.
"""

import re
from contextlib import suppress

from pydantic import ValidationError
from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.blocks import ids
from bot.blocks.kit import Screen
from bot.blocks.modals import paste_view
from bot.errors import NotAllowed, NotASim, SimNotFound, UserError
from bot.ops.logging import name_answer
from bot.services import Actor, ListeningConfig, Request, Services
from bot.sessions.fleet_query import nearest_fleet_query
from bot.sims.extraction import TextPart
from bot.sims.identifier import quoted, strip_links
from bot.sims.spotter import Spotted, places_of
from bot.struct import Struct, replace
from bot.watches.watch import drop_filler
from handlers.alerts import on_alert
from handlers.commands import (
    DEFAULT,
    WITHOUT_TEXT,
    Subcommand,
    all_subcommands,
    answer_to,
    find_subcommand,
    special_reply,
)
from handlers.interactions import on_answered
from handlers.payloads import (
    Body,
    Context,
    Listener,
    from_shortcut,
    is_foreign_alert,
    is_late,
    part,
    team_of,
    text_in,
)
from handlers.replies import Reply, answer

_SAID = frozenset({"file_share", "thread_broadcast"})
_POINTING = re.compile(r"(?i)\b(?:this|these|that|those|them|it|above)\b")
_LEADING = re.compile(r"(?i)^\s*(?:this|these|that|those|them|it)(?!\S)")
_NO_SIM = re.compile(r"(?i)\s*(?:$|(?:until|for)(?!\S))")
_OF_SIMS, _OF_MANY = {"watch", "history"}, {"watch"}
_PREFIXED = re.compile(r"(?is)\s*[!！]sim(?:[:,]|(?!\S))(.*)")


class Question(Struct):
    """Something said to the bot; `ts` names the message, `thread` the root that it replies to.

    `said` is the text with its links as Slack has them; `beside` is what the message holds besides:
    forwarded, attached, in a table.
    """

    text: str
    said: str
    beside: tuple[TextPart, ...]
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
            opens_thread=not (self.is_direct or self.thread),
            typed=self.text,
            id=self.key,
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
        text=strip_links(text).strip(),
        said=text.strip(),
        beside=tuple(place for place in places_of(event) if place.where != "text"),
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
        if found:
            return found[1]
    # with a file, or from another company, a mention may come as a message only
    return mention.sub(" ", text) if kind == "message" and mention.search(text) else None


NO_SIM_HERE = "I found no SIM in that message. Mention me with its SID (DE…), ICCID, IMEI or name."
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
        if is_foreign_alert(body, services.listening):
            await on_alert(ack, body, services)
            return
        await ack()  # sent once this returns
        question = question_in(body, services.listening)
        if question and not is_late(body, services.clock, services.metrics):
            services.questions.take(question.request(""))
            work = answer_once(question, actor, services)
            services.tasks.start(work, name="mention")

    return listener


async def answer_once(question: Question, actor: Actor | None, services: Services) -> None:
    """Answer what was taken, unless another event about the same message is answered already.

    Cut before that is known, it stays noted: the claim may be in the store, and nobody else's.
    """
    found, rest = find_subcommand(question.text)
    context = Context(actor, question.request(rest), services)
    is_first = await services.deduplication.is_first(question.key)
    try:
        if not is_first:
            return
        # with nothing in it, a mention in a thread looks up what is above: the audit says so
        has_more = question.thread or question.beside
        name = DEFAULT if has_more and not question.text else found.name
        await answer(name, lambda: reply_to(question, found, context), context)
    finally:
        services.questions.let_go(context.request)


async def reply_to(question: Question, found: Subcommand, context: Context) -> Reply:
    """Run the subcommand, or look up what is named here, else above. Raises what those raise."""
    if question.text and found.name != DEFAULT:
        meant = await _meant_by_help(question, context) if found.name == WITHOUT_TEXT else None
        if meant:
            name_answer(DEFAULT)  # it is a look-up, and no call for help
        return await (answer_to(context, meant) if meant else _run(question, found, context))
    places = [TextPart("text", question.said), *question.beside]
    spotted = await (await context.view()).spotter.read(places, asked=True)
    if special := await special_reply(context, spotted):
        return special
    if spotted.texts or len(spotted.unknown) > 1:
        return await answer_to(context, spotted)
    if question.thread:
        return await _named_or_above(question, context, spotted)
    if not (context.request.text or question.beside):
        return await found.run(context)
    if not (context.request.text or spotted.why_nothing):
        raise NotASim(NO_SIM_HERE)
    return await answer_to(context, spotted)


async def _run(question: Question, found: Subcommand, context: Context) -> Reply:
    """Run a subcommand; where it names no SIM in a thread, `watch this` is about those above."""
    request = replace(context.request, text=_LEADING.sub("", drop_filler(context.request.text)))
    if not (question.thread and found.name in _OF_SIMS and _NO_SIM.match(request.text)):
        return await found.run(context)
    above = await spotted_above(question, context)
    if len(above.texts) > 1 and found.name not in _OF_MANY:
        some = ", ".join(quoted(text) for text in above.texts[:3])
        raise NotASim(f"Which of these: {some}? Mention me with `{found.name}` and one of them.")
    one = f'"{above.texts[0]}"' if len(above.texts) == 1 else ""  # `depot 20` is no 20 days
    text = f"{one or ', '.join(above.texts)} {request.text}".strip()
    return await found.run(context.for_request(replace(request, text=text)))


async def _meant_by_help(question: Question, context: Context) -> Spotted | None:
    """Return what `help with this` is about, named or above; None: it asks what can be typed."""
    if not context.request.text:
        return None
    with suppress(UserError):  # help is given where nothing may be shown, and where it is too much
        spotter = (await context.view()).spotter
        spotted = await spotter.read([TextPart("text", context.request.text)], asked=True)
        if question.thread and not spotted.texts and _POINTING.search(context.request.text):
            spotted = await spotted_above(question, context)
        return spotted if spotted.texts else None
    return None


async def _named_or_above(question: Question, context: Context, spotted: Spotted) -> Reply:
    """Take one word for a name; what is more, or near no name, speaks of what stands above."""
    words = len(context.request.text.split())
    if words != 1 and nearest_fleet_query(context.request.text) is None:
        needed = not words and spotted.why_nothing is None
        above = await spotted_above(question, context, needed=needed)
        return await answer_to(context, above if above.texts else spotted)
    try:
        return await answer_to(context, spotted)
    except SimNotFound as error:
        if error.candidates:
            raise
        above = Spotted()
        with suppress(UserError):  # what was typed is what there is something to say of
            above = await spotted_above(question, context)
        if not above.texts:
            raise
        return await answer_to(context, above)


async def spotted_above(question: Question, context: Context, *, needed: bool = True) -> Spotted:
    """Find the SIMs above a mention: in the thread's root and the message before it, else higher.

    Raises ThreadNotRead, AskedTooOften, and NotASim where SIMs are `needed` and there are none.
    """
    services, spotter = context.services, (await context.view()).spotter
    above = await services.threads.above(question.channel, question.thread or "", question.ts)
    root = [message for message in above if text_in(message, "ts") == question.thread]
    later = [message for message in above if message not in root]
    for messages in ([*root, *later[-1:]], *([each] for each in reversed(later[:-1]))):
        places = [place for each in messages for place in places_of(each)]
        context.take_text(sum(len(place.text) for place in places))
        spotted = await spotter.read(places)
        if spotted.texts:
            return spotted
    if needed:
        raise NotASim(NO_SIM_ABOVE)
    return Spotted()


NO_SIM = "That message names no SIM that I know. Paste those you mean; I answer in its thread."
PATIENCE_SECONDS = 0.5
"""Seconds for a first list of SIMs: the trigger that opens a modal lives for three."""
OPENED = Reply(Screen(NO_SIM, []), quiet=True)


def register_shortcuts(app: AsyncApp, services: Services) -> None:
    """Attach the listeners to the shortcut and to its modal."""
    answered = on_answered("shortcut", answer_message, services, from_shortcut)
    app.shortcut(ids.LOOK_UP_MESSAGE)(answered)
    app.view(ids.PASTE_VIEW)(on_pasted(services))


async def answer_message(context: Context, body: Body) -> Reply:
    """Answer to what the message names, or ask for it."""
    request, services, view = context.request, context.services, await context.view()
    places = places_of(part(body, "message"))
    context.take_text(sum(len(place.text) for place in places))
    spotted = await view.spotter.read(places, patience=PATIENCE_SECONDS)
    if spotted.texts:
        return await answer_to(context, spotted)
    target = ids.ReplyTarget(
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
            context = context.for_request(alone)
    sessions = all_subcommands()[DEFAULT]
    await answer("pasted", lambda: sessions.run(context), context)


def pasted_in(body: Body) -> Request:
    """Read what was pasted, and where the answer goes: if nothing tells, to the asker directly."""
    view, user = part(body, "view"), text_in(part(body, "user"), "id")
    try:
        target = ids.ReplyTarget.from_value(text_in(view, "private_metadata"))
    except ValidationError:
        target = ids.ReplyTarget(channel=user)
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
        typed=text,
    )
