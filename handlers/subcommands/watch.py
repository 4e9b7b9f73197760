"""`watch <sim> [until …]`, `watches` and `unwatch <sim>|all`: SIMs followed until they change."""

from collections.abc import Sequence

from bot.blocks.watch import list_screen, stopped_screen
from bot.errors import UserError
from bot.sessions.report import SessionReport
from bot.sims.errors import NotASim
from bot.sims.identifier import is_pattern, quoted
from bot.watches.watch import BadWatch, NotWatched, Watch, WatchRequest, parse_watch_request
from handlers.commands import COMMAND, subcommand, which_sim
from handlers.lookups import look_up, look_up_many
from handlers.payloads import Context
from handlers.replies import Reply
from handlers.watches import ask_to_watch, watch_many, watch_one

EXAMPLES = ("watch {sim} for 2h",)
USAGE = "watch <sim>|<pattern> [until online|offline|changes] [for 2h]"


@subcommand(USAGE, "ping you when the SIM is online, offline, or changes", EXAMPLES)
async def watch(context: Context) -> Reply:
    """Begin a watch. Raises BadWatch, what the look-up raises and what there may be too many of."""
    longest = context.services.watches.limits.longest
    wanted = parse_watch_request(context.request.text, longest)
    if not wanted.sim:
        raise NotASim(which_sim(USAGE, EXAMPLES[0], await context.examples()))
    view = await context.view(for_all=True)
    fleet = view.fleet
    if wanted.whole and await fleet.is_a_name(wanted.whole):
        wanted = WatchRequest(wanted.whole, wanted.condition)
    if is_pattern(wanted.sim) and not await fleet.is_a_name(wanted.sim):
        return await ask_to_watch(context, wanted)
    spotted = await view.spotter.spot(wanted.sim, asked=True)
    if len(spotted.texts) > 1 and not wanted.fault:
        sims = await look_up_many(context, spotted.texts, newest_only=True, for_all=True)
        return await watch_many(context, sims, wanted.condition, wanted.duration)
    report = await _report(context, wanted)
    return await watch_one(context, report, wanted.condition, wanted.duration)


async def _report(context: Context, wanted: WatchRequest) -> SessionReport:
    """Look the SIM up; a condition that cannot be kept may be a name that only looks like one."""
    if wanted.fault is None:
        return await look_up(context, wanted.sim, for_all=True)
    try:
        return await look_up(context, context.request.text.strip(), for_all=True)
    except UserError as error:
        raise BadWatch(wanted.fault) from error


@subcommand("watches", "the SIMs you are watching, and until when")
async def watches(context: Context) -> Reply:
    """List the asker's open watches, and count the others of the channel."""
    accounts = (await context.visibility()).accounts
    request, services = context.request, context.services
    mine = await services.watches.of(request.user, accounts)
    here = await services.watches.in_channel(request.channel, accounts)
    return Reply(list_screen(mine, here, services.clock.now()))


ALL = "all"
NAMED = 10


@subcommand("unwatch <sim>|all", "stop watching one SIM, or all")
async def unwatch(context: Context) -> Reply:
    """Stop the asker's watches of a SIM, wherever they were begun. Raises NotWatched."""
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
    return named or await _of_sim(context, mine)


async def _of_sim(context: Context, mine: Sequence[Watch]) -> Sequence[Watch]:
    """Find them by whatever else names the SIM: an ICCID, an IMEI, another spelling."""
    names = ", ".join(dict.fromkeys(quoted(watch.name) for watch in mine[:NAMED]))
    hint = f"You watch {names}. Type `{COMMAND} unwatch` with one of these, or with `all`."
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
    return text.casefold() in {watch.name.casefold(), watch.sid.casefold()}
