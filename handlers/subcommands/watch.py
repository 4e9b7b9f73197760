"""`watch <sim> [until …]`, `watches` and `unwatch <sim>|all`: SIMs followed until they change.

The buttons too that begin a watch, or stop it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.blocks import ids
from bot.blocks.fleet import ask_screen
from bot.blocks.sim_text import sim_words
from bot.blocks.watch import begun_screen, list_screen, stopped_screen, watch_card
from bot.blocks.watch_set import set_card
from bot.errors import BotError, NotAllowed, NotASim, NotYours, UserError
from bot.services import Actor, Request
from bot.sessions.fleet import NOT_HERE, FleetList
from bot.sessions.fleet_query import FleetQuery
from bot.sessions.report import SessionReport, unsearched_sentence
from bot.sessions.triage import can_come_back, missing_sentence
from bot.sims.identifier import is_pattern, plain_pattern, quoted
from bot.sims.lists import is_filler_word, words_besides
from bot.struct import replace
from bot.watches.service import BegunWatch
from bot.watches.transitions import redacted_watch
from bot.watches.watch import (
    BadWatch,
    Condition,
    NothingToWaitFor,
    NotWatched,
    TooManyWatches,
    Watch,
    WatchOwner,
    WatchRequest,
    parse_watch_request,
)
from handlers.commands import COMMAND, subcommand, which_sim
from handlers.interactions import Click, read_sims, read_value
from handlers.lookups import look_up, look_up_many, without_filler
from handlers.payloads import Context
from handlers.replies import Reply

EXAMPLES = ("watch {sim} for 2h",)
USAGE = "watch <sim>|<pattern> [until online|offline|changes] [for 2h]"


@subcommand(
    USAGE,
    "ping you when the SIM is online, offline, or changes",
    EXAMPLES,
    brief="ping you when it is back",
)
async def watch(context: Context) -> Reply:
    """Begin a watch. Raises BadWatch, what the look-up raises and what there may be too many of."""
    context, view = await without_filler(context), await context.view(for_all=True)
    longest, fleet = context.services.watches.limits.longest, view.fleet
    wanted = parse_watch_request(context.request.text, longest)
    if await _names_none(wanted.sim, fleet):
        raise NotASim(which_sim(USAGE, EXAMPLES[0], await context.examples()))
    if wanted.whole and await fleet.is_a_name(wanted.whole):
        wanted = WatchRequest(wanted.whole, wanted.condition)
    if is_pattern(wanted.sim) and not await fleet.is_a_name(wanted.sim):
        return await ask_to_watch(context, wanted)
    spotted = await view.spotter.spot(wanted.sim, asked=True)
    if len(spotted.texts) > 1 and not wanted.fault:
        sims = await look_up_many(context, spotted.texts, newest_only=True, for_all=True)
        return await watch_many(context, sims, wanted.condition, wanted.duration)
    for sim in spotted.texts:
        if all(map(is_filler_word, words_besides(wanted.sim, sim))):
            wanted = replace(wanted, sim=sim)
    report = await _report(context, wanted)
    return await watch_one(context, report, wanted.condition, wanted.duration)


async def _names_none(sim: str, fleet: FleetList) -> bool:
    """Return whether what is to be watched is nothing, or `it`, which no SIM is called."""
    return not sim or (is_filler_word(sim) and not await fleet.is_a_name(sim))


async def _report(context: Context, wanted: WatchRequest) -> SessionReport:
    """Look the SIM up; a condition that cannot be kept may be a name that only looks like one."""
    if wanted.fault is None:
        return await look_up(context, wanted.sim, for_all=True)
    try:
        return await look_up(context, context.request.text.strip(), for_all=True)
    except UserError as error:
        raise BadWatch(wanted.fault) from error


@subcommand("watches", "the SIMs you are watching, and until when", topic="watch")
async def watches(context: Context) -> Reply:
    """List the asker's open watches, and count the others of the channel."""
    accounts = (await context.visibility()).accounts
    request, services = context.request, context.services
    mine = await services.watches.of(request.user, accounts)
    here = await services.watches.in_channel(request.channel, accounts)
    return Reply(list_screen(mine, here, services.clock.now()))


ALL = "all"
NAMED = 10
_OR_ALL = f"`{COMMAND} unwatch {ALL}` to stop all your watches."


@subcommand("unwatch <sim>|all", "stop watching one SIM, or all", topic="watch")
async def unwatch(context: Context) -> Reply:
    """Stop the asker's watches of a SIM, wherever they were begun.

    Raises NotWatched, where several are called so, too.
    """
    accounts = (await context.visibility()).accounts
    request, services = context.request, context.services
    mine = await services.watches.of(request.user, accounts)
    meant = await _meant(context, mine)
    stopped = [await services.watches.stop(watch.id, request.user) for watch in meant]
    return Reply(stopped_screen([watch for each in stopped for watch in each]))


async def _meant(context: Context, mine: Sequence[Watch]) -> Sequence[Watch]:
    text = context.request.text.strip()
    if not mine:
        raise NotWatched(f"You are not watching any SIM. `{COMMAND} watch <sim>` starts a watch.")
    if text.lower() == ALL:
        return mine
    named = [watch for watch in mine if _is_called(watch, text)]
    return await _of_one_sim(context, named) if named else await _of_sim(context, mine)


async def _of_one_sim(context: Context, named: Sequence[Watch]) -> Sequence[Watch]:
    """Return those of the SIM that a name means here; ask which where several are called so."""
    request = context.request
    default = await context.services.defaults.of(request.team, request.channel)
    meant = [watch for watch in named if watch.account == default] or named
    sims = {watch.sid: watch.full_name for watch in meant}
    if len(sims) == 1:
        return meant
    names = Counter(sims.values())
    names_shown = [quoted(name if names[name] == 1 else sid) for sid, name in sims.items()]
    called = f"{len(sims)} SIMs called {quoted(request.text.strip())}"
    raise NotWatched(
        f"You watch {called}: {', '.join(names_shown[:NAMED])}. Which one? "
        f"Type `{COMMAND} unwatch` with one of these, or {_OR_ALL}"
    )


async def _of_sim(context: Context, mine: Sequence[Watch]) -> Sequence[Watch]:
    """Find them by whatever else names the SIM: an ICCID, an IMEI, another spelling."""
    names = ", ".join(dict.fromkeys(quoted(watch.full_name) for watch in mine[:NAMED]))
    hint = f"You watch {names}. Type `{COMMAND} unwatch` with one of these, or {_OR_ALL}"
    if not context.request.text.strip():
        raise NotWatched(hint)
    try:
        sid = (await look_up(context, context.request.text, for_all=False)).sim.sid
    except UserError as error:
        raise NotWatched(hint) from error
    found = [watch for watch in mine if watch.sid == sid]
    if not found:
        raise NotWatched(f"You are not watching that SIM. {hint}")
    return found


def _is_called(watch: Watch, text: str) -> bool:
    names = watch.name, watch.full_name, watch.sid
    return text.casefold() in map(str.casefold, names)


def owner_of(actor: Actor | None, request: Request) -> WatchOwner:
    """Return who asks and where; outside of any channel that is the direct messages."""
    return WatchOwner(
        person=request.user,
        channel=request.channel or request.user,
        thread=request.thread,
        team=actor.team if actor else None,
        enterprise=actor.enterprise if actor else None,
    )


async def watch_one(
    context: Context,
    report: SessionReport,
    condition: Condition | None = None,
    length: timedelta | None = None,
) -> Reply:
    """Watch the SIM of a report. Raises NothingToWaitFor, TooManyWatches and StoreError."""
    if not can_come_back(report):
        raise _is_gone([report])
    asker, services = owner_of(context.actor, context.request), context.services
    begun = await services.watches.begin(asker, report, condition, length)
    return _reply(context.request, [begun], services.clock.now(), _unsearched([report]))


async def ask_to_watch(context: Context, wanted: WatchRequest) -> Reply:
    """Ask whether to watch all SIMs of a pattern, and say how many those are.

    Raises BadWatch, NoneMeant, and TooManyWatches.
    """
    visibility, services = await context.visibility(), context.services
    if wanted.fault:
        raise BadWatch(wanted.fault)
    fleet = (await context.view_of(visibility)).fleet
    query = fleet.narrowed(FleetQuery(plain_pattern(wanted.sim)))
    redacts = visibility.redaction is not None
    meant = await fleet.matching(query, redacts=redacts, most=ids.MOST_SIMS)
    mine = await services.watches.of(context.request.user, visibility.accounts)
    room = min(services.watches.limits.per_person - len(mine), ids.MOST_SIMS)
    if not 0 < len(meant.sids) <= room:
        number = len(meant.sids) or f"more than {ids.MOST_SIMS}"
        raise TooManyWatches(
            f"{number} SIMs are called {quoted(wanted.sim)}, and you may watch {max(room, 0)} more "
            f"({services.watches.limits.per_person} in all). Narrow the pattern."
        )
    called = replace(wanted, sim=plain_pattern(wanted.sim))
    return Reply(ask_screen(called, meant.sids, missing_sentence(meant.missing)))


async def watch_many(
    context: Context,
    answers: Sequence[SessionReport | BotError],
    condition: Condition | None = None,
    length: timedelta | None = None,
) -> Reply:
    """Watch on one card all that could be read and can still change, as far as there is room.

    Raises the first error if none is watched.
    """
    asker, services = owner_of(context.actor, context.request), context.services
    errors = [answer for answer in answers if isinstance(answer, BotError)]
    reports = [answer for answer in answers if isinstance(answer, SessionReport)]
    gone = [each for each in reports if not can_come_back(each)]
    met = [each for each in reports if each not in gone and _is_met(condition, each)]
    waiting = [each for each in reports if each not in gone and each not in met]
    begun, full = await services.watches.begin_set(asker, waiting, condition, length)
    errors += [_is_gone(gone)] if gone else []
    errors += [_is_so(condition, met)] if condition and met else []
    errors += [full] if full else []
    if not begun:
        raise errors[0]
    faults = [*(error.sentence for error in errors), *_unsearched(reports)]
    return _reply(context.request, begun, services.clock.now(), faults)


def _unsearched(reports: Sequence[SessionReport]) -> list[str]:
    """Say that accounts which could not be searched may have SIMs of these names, too."""
    said = unsearched_sentence({account for each in reports for account in each.unsearched})
    return [said] if said else []


def _is_met(condition: Condition | None, report: SessionReport) -> bool:
    return condition is not None and condition.is_met(report.state)


def _is_gone(sims: Sequence[SessionReport]) -> NothingToWaitFor:
    """Return the error that names SIMs that are not watched because they are of the past."""
    names = ", ".join(f"{quoted(each.sim.full_name)} ({sim_words(each)})" for each in sims)
    they = "it" if len(sims) == 1 else "they"
    return NothingToWaitFor(f"Not watched, because {they} cannot come back: {names}.")


def _is_so(condition: Condition, sims: Sequence[SessionReport]) -> NothingToWaitFor:
    """Return the error that names SIMs that are not watched because nothing is to be waited for."""
    names = ", ".join(quoted(each.sim.full_name) for each in sims)
    are = f"{names} is {condition} already"
    if len(sims) > 1:
        are = f"they are {condition} already: {names}"
    return NothingToWaitFor(f"Not watched, because {are}.")


def _reply(
    request: Request, begun: Sequence[BegunWatch], now: datetime, faults: Sequence[str] = ()
) -> Reply:
    """Return what is said of new watches; where everybody reads it, the card says enough."""
    extended = sum(each.extended for each in begun)
    watches = [each.watch for each in begun]
    screen = begun_screen(watches, extended, now, faults)
    return Reply(screen, quiet=request.aloud and not (extended or faults))


async def watch_clicked(context: Context, value: str) -> Reply:
    """Watch the SIM of the answer, until it is online or else until it changes."""
    report = await look_up(context, read_value(ids.HistoryWindow, value).sid, for_all=True)
    return await watch_one(context, report)


async def watch_all(context: Context, value: str) -> Reply:
    """Watch all SIMs of a table, or of a pattern, on one card."""
    asked = read_value(ids.WatchSims, value)
    answers = await look_up_many(context, read_sims(value), newest_only=True, for_all=True)
    condition = Condition(asked.until) if asked.until in set(Condition) else None
    length = timedelta(seconds=asked.seconds) if asked.seconds else None
    return await watch_many(context, answers, condition, length)


async def stop_clicked(context: Context, value: str) -> Reply:
    """Stop a watch; everybody who may ask there may, and its card says who did."""
    visibility = await context.visibility(for_all=context.request.is_public)
    services, request = context.services, context.request
    asked = read_value(ids.StopWatch, value).id
    of_card = await services.watches.on_card(asked)
    if not {each.account for each in of_card} <= visibility.accounts:
        raise NotAllowed(NOT_HERE)
    for each in of_card[:1]:  # those of a card have one owner
        await _permit(context, each.owner)
    stopped = await services.watches.stop(asked, request.user)
    if not request.is_public:  # the list of watches, which only the asker sees
        return Reply(stopped_screen(stopped))
    on_card = await services.watches.on_card(stopped[0].card_id)
    shown = tuple(map(redacted_watch, on_card)) if visibility.redaction else on_card
    now = services.clock.now()
    drawn = set_card(shown, now) if shown[0].set_id else watch_card(shown[0], now)
    return Reply(drawn, in_channel=True, replace=True)


async def _permit(context: Context, owner: WatchOwner) -> None:
    """Check that the actor may stop a watch: an id that comes back may be forged."""
    if context.request.user != owner.person and not await context.is_in(owner.channel):
        raise NotYours("Only people in a watch's channel, and who asked for it, may stop it.")


CLICKS: Mapping[str, Click] = {
    ids.WATCH: watch_clicked,
    ids.WATCH_ALL: watch_all,
    ids.STOP_WATCH: stop_clicked,
}
