"""`watch <sim> [until …] [for …]`: tell the asker when the SIM is online, or changes."""

from bot.errors import UserError
from bot.sessions.report import SessionReport
from bot.sims.errors import NotASim
from bot.sims.identifier import is_pattern
from bot.watches.watch import BadWatch, WatchRequest, parse_watch_request
from handlers.commands import subcommand, which_sim
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
