"""What a text asks that names no subcommand: SIMs, a fleet, a subcommand behind a SIM, small talk.

A SIM that is called exactly so is meant first, whatever else the words may say.
"""

import re
from functools import partial

from bot.blocks.fleet import fleet_screen, reading_screen
from bot.blocks.kit import Screen
from bot.blocks.replies import hello_screen, note_screen
from bot.blocks.report import session_report
from bot.errors import BotError, UnknownSubcommand, UserError
from bot.sessions.fleet_query import FleetQuery, Misread, nearest_fleet_query
from bot.sessions.report import SessionReport
from bot.sessions.triage import FleetAnswer, fresh_answer
from bot.sims.errors import NotASim, SimNotFound
from bot.sims.identifier import is_sid, quoted, unquoted
from bot.sims.lists import is_around, is_greeting, is_thanks, words_besides
from bot.sims.spotter import Spotted
from bot.struct import replace
from handlers.commands import COMMAND, find, nearest, or_nearest
from handlers.lookups import ask_scan, look_up, until_known, with_entity
from handlers.payloads import Context
from handlers.replies import Reply, Waiting
from handlers.triage import read_all, triage_reply


async def fleet_question(context: Context, text: str) -> FleetQuery | Misread | None:
    """Read a question about a fleet; a SIM that is called exactly so is meant first."""
    fleet = (await context.view()).fleet
    asked = fleet.asked(text)
    return None if asked is None or await fleet.is_a_name(text) else asked


async def fleet_reply(context: Context, query: FleetQuery) -> Reply:
    """Answer it: by a fresh look at few SIMs, of many from the last scan. Raises what those do."""
    visibility = await context.visibility()
    redaction, view = visibility.redaction, await context.view_of(visibility)
    meant = await view.fleet.meant(query, redacts=redaction is not None)
    if meant.sids and query.is_only_a_name:
        return await triage_reply(context, Spotted(meant.sids, len(meant.sids)))
    for_all = context.request.aloud
    if meant.sids:
        spotted = Spotted(meant.sids, len(meant.sids))
        draw = partial(reading_screen, query.words)
        made, shown = await read_all(context, spotted, draw, newest_only=not query.top)
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
_A_NUMBER = re.compile(r"(?i)\d+\s*[a-z]*|days?|hours?|for|until|online|offline|changes")


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
    if isinstance(asked, Misread):
        if asked.query.pattern and not spotted.texts:
            raise await misread(context, asked)
        return None
    return await fleet_reply(context, asked) if asked else None


async def misread(context: Context, asked: Misread) -> UserError:
    """Say what was not understood, and what was meant or an example that works here."""
    if near := nearest_fleet_query(context.request.text):
        return UserError(f"{asked.sentence} Did you mean `{COMMAND} {near.words}`?")
    examples = await context.examples()
    example = examples.fill("{pattern} offline") or "offline for 2h"
    return UserError(f"{asked.sentence} For instance `{COMMAND} {example}`.")


async def answer_to(context: Context, spotted: Spotted) -> Reply:
    """Report on the SIMs that were found, or on the text as it is where there are none.

    Words behind a single SIM are understood, or said to be left out. Raises what the look-up
    raises.
    """
    request = context.request
    if not spotted.texts:
        spotted = spotted.as_it_is
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
        found, rest = find(meant)
        return await found.run(context.asking(replace(request, text=rest)))
    waiting = Waiting(context, sim)
    try:
        async with waiting:
            report = await look_up(context, sim)
    except UserError as error:
        raise waiting.failed(await _explained(context, error)) from error
    except BotError as error:
        raise waiting.failed(error) from error

    def drawn(report: SessionReport) -> Screen:
        screen = session_report(report, for_all=request.aloud, links=context.services.links)
        left = [] if spotted.sentence else besides
        screen = _noted(_with_what_was_left(screen, left), spotted)
        return with_entity(context, screen, report)

    shown = waiting.shown or (waiting.begin() if request.aloud else None)
    reply = Reply(drawn(report), shown=shown, replace=request.instead)
    return until_known(context, report, reply, drawn)


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
    near = None if is_around(word) else nearest(word)
    if near not in _BEHIND_A_SIM:
        return None
    command = unquoted(" ".join([COMMAND, near, sim, *rest]))
    raise UnknownSubcommand(
        f"I know {quoted(sim)}, but not {quoted(word)}. Did you mean `{command}`?"
    )


def _noted(screen: Screen, spotted: Spotted) -> Screen:
    """Say what of it names no SIM, and that a text was too long to be read whole."""
    for sentence in filter(None, (spotted.sentence, spotted.unknown_said, spotted.cut_short)):
        screen = note_screen(screen, sentence)
    return screen


def _with_what_was_left(screen: Screen, besides: list[str]) -> Screen:
    """Say which words were left out, unless they make a sentence."""
    left = [word for word in besides if not is_around(word)]
    if not left or len(besides) > _MOST_LEFT:
        return screen
    return note_screen(screen, f"I left out {quoted(' '.join(left))}.")


async def _explained(context: Context, error: UserError) -> BotError:
    """Return the error, or what a misspelt subcommand or question about a fleet was meant to be."""
    asked = await fleet_question(context, context.request.text)
    if isinstance(error, SimNotFound) and isinstance(asked, Misread):
        return await misread(context, asked)
    return or_nearest(error, context.request.text)
