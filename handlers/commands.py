"""What a text asks: a subcommand, else SIMs, a fleet, a subcommand behind a SIM, small talk.

A SIM that is called exactly so is meant first, whatever else the words may say.

To add a subcommand: write a function under `@subcommand`, named as people type it, in a file of
`handlers/subcommands`, and test it in the test file of the same name. It is found by a scan, and
help lists it: under the topic of its own name, unless it is given one.
"""

import difflib
import importlib
import pkgutil
import re
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from functools import cache, partial
from urllib.parse import unquote_plus

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.blocks.fleet import fleet_screen
from bot.blocks.kit import Screen
from bot.blocks.replies import ALL, HelpEntry, hello_screen, note_screen
from bot.blocks.report import session_report
from bot.errors import BotError, NotASim, SimNotFound, UnknownSubcommand, UserError
from bot.services import Actor, Request, Services
from bot.sessions import fleet_query
from bot.sessions.fleet import Examples
from bot.sessions.fleet_query import FleetQuery, MisreadQuery, nearest_fleet_query
from bot.sessions.questions import OpenQuestions
from bot.sessions.report import SessionReport
from bot.sessions.triage import FleetAnswer, fresh_answer
from bot.sims.identifier import is_pattern, is_sid, plain_pattern, quoted, unquoted
from bot.sims.lists import is_filler_word, is_greeting, is_thanks, words_besides
from bot.sims.spotter import Spotted
from bot.struct import Struct, replace
from bot.watches.watch import asks_to_be_told, watch_in_words
from handlers import subcommands
from handlers.lookups import ask_scan, look_up, updated_when_known, with_entity
from handlers.payloads import Body, Context, Listener, from_command, text_in
from handlers.replies import Reply, WaitingMessage, answer_later
from handlers.triage import read_all, triage_reply

COMMAND = "/simsessions"
DEFAULT = "sessions"
WITHOUT_TEXT = "help"
WATCH = "watch"
FLEET = "fleet"
FLEET_EXAMPLES = ("{pattern}", "offline", "silent for 2d", "", "", "top")
FLEET_BRIEF = ("", "which SIMs are down, and why", "", "", "", "")
"""Of each question about a fleet, as in fleet_query.USAGES."""
_NEAR = 0.7
_VERBS = re.compile(r"\[([a-z]+(?:\|[a-z]+)+)\]")
_A_NAME = 3  # words
_ASKED = re.compile(r"(?:^|&)(trigger_id|user_id|channel_id|text)=([^&]*)")
"""In a form; to read all of it would take twenty times as long."""

SubcommandFunction = Callable[[Context], Awaitable[Reply]]

_WARNING = re.compile(r"(?i)out\b[ ,:!]+\S")  # `watch out, pump-7 is down` asks for no watch


class Subcommand(Struct):
    """A name, what help says of it, and what it does.

    In `examples` stand `{sim}`, `{sims}` and `{pattern}` for what there is in this account. It is
    found under `topic`; `brief` says what it does where it is one of those used most.
    """

    name: str
    usage: str
    says: str
    run: SubcommandFunction
    examples: tuple[str, ...] = ()
    topic: str = ""
    brief: str = ""

    def takes(self, rest: str) -> bool:
        """Return whether what follows its name is meant for it: a pasted text may begin so too.

        What begins with none of its verbs, `[add|list]` in its usage, and goes on for more than a
        name is one.
        """
        if self.name == WATCH and _WARNING.match(rest):
            return False
        verbs, words = _VERBS.findall(self.usage), rest.split(maxsplit=_A_NAME + 1)
        if not verbs or len(words) <= _A_NAME:
            return True
        return bool(difflib.get_close_matches(words[0].lower(), verbs[0].split("|"), 1, _NEAR))


def subcommand(
    usage: str, says: str, examples: tuple[str, ...] = (), *, topic: str = "", brief: str = ""
) -> Callable[[SubcommandFunction], Subcommand]:
    """Make a subcommand of a function; its name is the function's, and so is its topic."""

    def made(run: SubcommandFunction) -> Subcommand:
        name = run.__name__.rstrip("_")
        return Subcommand(name, f"{COMMAND} {usage}", says, run, examples, topic or name, brief)

    return made


@cache
def all_subcommands() -> dict[str, Subcommand]:
    """Find the subcommands in the files of `handlers/subcommands/`; the default comes first."""
    found = pkgutil.iter_modules(subcommands.__path__, f"{subcommands.__name__}.")
    modules = [importlib.import_module(each.name) for each in found]
    every = [each for module in modules for each in vars(module).values()]
    mine = [each for each in every if isinstance(each, Subcommand)]
    return {each.name: each for each in sorted(mine, key=lambda s: (s.name != DEFAULT, s.name))}


def find_subcommand(text: str) -> tuple[Subcommand, str]:
    """Return the subcommand that the text begins with, and the rest; otherwise it names a SIM.

    Who asks to be told when a SIM is back means `watch`.
    """
    words = text.split(maxsplit=1)
    if not words:
        return all_subcommands()[WITHOUT_TEXT], ""
    if len(words) > 1 and (wanted := watch_in_words(text)):
        return all_subcommands()[WATCH], wanted
    named = all_subcommands().get(words[0].lower())
    rest = words[1] if len(words) > 1 else ""
    if named and named.takes(rest):
        return named, rest
    return all_subcommands()[DEFAULT], text.strip()


def help_entries(examples: Examples) -> list[HelpEntry]:
    """Return what can be typed, with examples that work here; questions about a fleet are second.

    A SIM comes first, as in `all_subcommands`.
    """
    first, *rest = (
        HelpEntry(each.usage, each.says, _typed(each.examples, examples), each.topic, each.brief)
        for each in all_subcommands().values()
    )
    fleet = (
        HelpEntry(f"{COMMAND} {usage}", says, _typed((example,), examples), FLEET, brief)
        for (usage, says), example, brief in zip(
            fleet_query.USAGES, FLEET_EXAMPLES, FLEET_BRIEF, strict=True
        )
    )
    return [first, *fleet, *rest]


def topic_in(text: str) -> str | None:
    """Return the topic that the first word names, by itself or by a subcommand; None: none."""
    word = next(iter(text.lower().split()), "").removesuffix("s")
    named = {name.removesuffix("s"): each.topic for name, each in all_subcommands().items()}
    every = {topic: topic for topic in (*named.values(), FLEET, ALL)}
    return (named | every).get(word)


def which_sim(usage: str, template: str, examples: Examples) -> str:
    """Ask which SIM is meant, with an example that works here."""
    example = examples.fill(template)
    return f"Which SIM? Type `{COMMAND} {usage}`, for instance `{COMMAND} {example}`."


def with_suggestion(error: UserError, text: str) -> UserError:
    """Add to "no such SIM" that its first word is nearly a subcommand, or all a fleet's question.

    A SIM may be called like a misspelt one, so it is looked up before this is said.
    """
    word, _, rest = text.partition(" ")
    claim = f"I know no SIM and no subcommand {quoted(word)}."
    if near := nearest_subcommand(word):
        meant = unquoted(f"{COMMAND} {near} {rest}").strip()
    elif question := nearest_fleet_query(text):
        claim, meant = f"No SIM called {quoted(text)}.", f"{COMMAND} {question.words}"
    else:
        return error
    if getattr(error, "candidates", ()):
        error.sentence = f"{error.sentence} Or did you mean `{meant}`?"
        return error
    return UnknownSubcommand(f"{claim} Did you mean `{meant}`?")


def nearest_subcommand(word: str) -> str | None:
    """Return the subcommand that a word is nearly, or is; None where none is near."""
    names = [name for name in all_subcommands() if name != DEFAULT]
    return next(iter(difflib.get_close_matches(word.lower(), names, 1, _NEAR)), None)


def _typed(templates: tuple[str, ...], examples: Examples) -> tuple[str, ...]:
    filled = map(examples.fill, templates)
    return tuple(f"{COMMAND} {example}" for example in filled if example)


async def fleet_question(context: Context, text: str) -> FleetQuery | MisreadQuery | None:
    """Read a question about a fleet; a SIM that is called exactly so is meant first."""
    fleet = (await context.view()).fleet
    asked = fleet.asked(text)
    return None if asked is None or await fleet.is_a_name(text) else asked


async def fleet_reply(context: Context, query: FleetQuery) -> Reply:
    """Answer it: by a fresh look at few SIMs, of many from the last scan. Raises what those do."""
    visibility = await context.visibility()
    redaction, view = visibility.redaction, await context.view_of(visibility)
    meant = await view.fleet.matching(query, redacts=redaction is not None)
    if meant.sids and query.is_only_a_name:
        named = Spotted(meant.sids, len(meant.sids))
        return await triage_reply(context, named, meant.missing)
    for_all = context.request.aloud
    if meant.sids:
        spotted = Spotted(meant.sids, len(meant.sids))
        made, shown = await read_all(context, spotted, query.words, newest_only=not query.top)
        now = context.services.clock.now()
        answer = fresh_answer(query, made, now, redacted=redaction)
        answer = replace(answer, missing=meant.missing)
        return replace(await _reply(context, answer, for_all=for_all), shown=shown)
    return await _reply(context, await ask_scan(context, query, meant), for_all=for_all)


async def _reply(context: Context, answer: FleetAnswer, *, for_all: bool) -> Reply:
    services = context.services
    draw = partial(fleet_screen, answer, services.clock.now(), for_all=for_all)
    return Reply(await services.executor.run(draw), in_channel=for_all)


WELCOME = "You're welcome."
_BEHIND_A_SIM = frozenset({"history", "watch", "unwatch"})
_MOST_BEHIND = 6
_MOST_LEFT = 3
_A_NUMBER = re.compile(
    r"(?i)\d+\s*[a-z]*|(?:min(?:ute)?|hour|day|week)s?|half|an?|for|until|online|offline|changes"
)


async def answer_text(context: Context) -> Reply:
    """Answer it. Raises what the look-ups raise, and UserError on what is not understood."""
    spotted = await (await context.view()).spotter.spot(context.request.text, asked=True)
    special = await special_reply(context, spotted)
    return special or await answer_to(context, spotted)


async def special_reply(context: Context, spotted: Spotted) -> Reply | None:
    """Answer what names no single SIM: small talk, a question about a fleet; None: anything else.

    Raises UserError where the text names no SIM, holds a pattern and is not understood as a whole.
    """
    text = context.request.text
    if is_sid(text):
        return None
    if is_greeting(text) or is_thanks(text):
        fleet = (await context.view()).fleet
        if not await fleet.is_a_name(text):
            words = WELCOME if is_thanks(text) else ""
            return Reply(hello_screen(words, fleet.examples().lines(COMMAND)))
    asked = await fleet_question(context, text)
    if isinstance(asked, MisreadQuery):
        if asked.query.pattern and not spotted.texts:
            raise await misread_reply(context, asked)
        return None
    return await fleet_reply(context, asked) if asked else None


async def misread_reply(context: Context, asked: MisreadQuery) -> UserError:
    """Say what was not understood, and what was meant or an example that works here."""
    near = nearest_fleet_query(context.request.text)
    if meant := near.words if near else _watch_first(context.request.text):
        return UserError(f"{asked.sentence} Did you mean `{COMMAND} {meant}`?")
    if asked.is_whole:
        return UserError(asked.sentence)
    examples = await context.examples()
    example = examples.fill("{pattern} offline") or "offline for 2h"
    return UserError(f"{asked.sentence} For instance `{COMMAND} {example}`.")


def _watch_first(text: str) -> str | None:
    """Return `pump-* watch` in the order that works; None where it is something else."""
    pattern, *rest = plain_pattern(text).split()
    if not rest or rest[0].lower() != "watch" or not is_pattern(pattern):
        return None
    return " ".join(["watch", pattern, *rest[1:]])


async def answer_to(context: Context, spotted: Spotted) -> Reply:
    """Report on the SIMs that were found, or on the text as it is where there are none.

    Words behind a single SIM are understood, or said to be left out. Raises what the look-up
    raises.
    """
    request = context.request
    if not spotted.texts:
        spotted = spotted.with_unknown
    if spotted.total > 1:
        reply = await triage_reply(context, spotted)
        return replace(reply, screen=_noted(reply.screen, spotted))
    if not spotted.texts and len(request.text.split()) != 1 and (why := spotted.why_nothing):
        raise NotASim(why)
    sim = next(iter(spotted.texts), request.text)
    besides = words_besides(request.text, sim) if spotted.texts and sim != request.text else []
    besides = [word for word in besides if word not in {spot.text for spot in spotted.spots}]
    meant = _subcommand_behind(sim, besides)
    if meant:
        found, rest = find_subcommand(meant)
        return await found.run(context.for_request(replace(request, text=rest)))
    waiting = WaitingMessage(context, sim)
    try:
        async with waiting:
            report = await look_up(context, sim)
    except UserError as error:
        raise waiting.failed(await _explained(context, error)) from error
    except BotError as error:
        raise waiting.failed(error) from error

    def drawn(report: SessionReport) -> Screen:
        screen = session_report(report, for_all=request.aloud, links=context.services.links)
        if " " in request.text and asks_to_be_told(request.text):
            screen = _with_how_to_be_told(screen, sim)
        elif not spotted.sentence:
            screen = _with_what_was_left(screen, besides)
        screen = _noted(screen, spotted)
        return with_entity(context, screen, report)

    shown = waiting.shown or (waiting.begin() if request.aloud else None)
    reply = Reply(drawn(report), shown=shown, replace=request.instead)
    return updated_when_known(context, report, reply, drawn)


def _subcommand_behind(sim: str, besides: list[str]) -> str | None:
    """Return the command that is meant by `truck-42 history 7`; None where none is.

    Raises UnknownSubcommand where it is misspelt: then it is offered.
    """
    if not besides or len(besides) > _MOST_BEHIND:
        return None
    word, *rest = besides
    if any(not _A_NUMBER.fullmatch(each) for each in rest):
        return None
    if word.lower() in _BEHIND_A_SIM:
        return " ".join([word.lower(), sim, *rest])
    near = None if is_filler_word(word) else nearest_subcommand(word)
    if near not in _BEHIND_A_SIM:
        return None
    command = unquoted(" ".join([COMMAND, near, sim, *rest]))
    raise UnknownSubcommand(
        f"I know {quoted(sim)}, but not {quoted(word)}. Did you mean `{command}`?"
    )


def _noted(screen: Screen, spotted: Spotted) -> Screen:
    """Say what of it names no SIM, and that a text was too long to be read whole."""
    said = (spotted.sentence, spotted.mended, spotted.unknown_said, spotted.cut_short)
    for sentence in filter(None, said):
        screen = note_screen(screen, sentence)
    return screen


def _with_what_was_left(screen: Screen, besides: list[str]) -> Screen:
    """Say which words were left out, unless they make a sentence."""
    left = [word for word in besides if not is_filler_word(word)]
    if not left or len(besides) > _MOST_LEFT:
        return screen
    return note_screen(screen, f"I left out {quoted(' '.join(left))}.")


def _with_how_to_be_told(screen: Screen, sim: str) -> Screen:
    """Say how to be told when the SIM is back, to who asked for what is not understood."""
    typed = unquoted(f"{COMMAND} watch {sim} until online")
    return note_screen(screen, f"To be told when it is back, type `{typed}`.")


async def _explained(context: Context, error: UserError) -> BotError:
    """Return the error, or what a misspelt subcommand or question about a fleet was meant to be."""
    asked = await fleet_question(context, context.request.text)
    if isinstance(error, SimNotFound) and isinstance(asked, MisreadQuery):
        return await misread_reply(context, asked)
    return with_suggestion(error, context.request.text)


def register_command(app: AsyncApp, services: Services) -> None:
    """Attach the listener, and import every subcommand: the first ack must not wait for that."""
    all_subcommands()
    app.command(COMMAND)(on_command(services))


def on_command(services: Services) -> Listener:
    """Return the listener for /simsessions."""

    async def listener(ack: AsyncAck, body: Body, actor: Actor | None) -> None:
        await ack()
        found, rest = find_subcommand(text_in(body, "text"))
        context = Context(actor, from_command(body, rest), services)
        answer_later(found.name, lambda: found.run(context), context)

    return listener


def holding_question(questions: OpenQuestions, form: str) -> AbstractContextManager[None]:
    """Record who asked this command until the block ends: it may be lost before it is read."""
    fields = dict(_ASKED.findall(form))
    where, typed = (fields.get("user_id", ""), fields.get("channel_id", "")), fields.get("text", "")
    asked = Request("", *where, "", typed=unquote_plus(typed), id=fields.get("trigger_id", ""))
    return questions.taking(asked)
