"""`watch <sim> [until …] [for …]`: tell the asker when the SIM is online, or changes."""

from bot.errors import UserError
from bot.sessions.report import SessionReport
from bot.sims.errors import NotASim
from bot.watches.parse import WatchRequest, parse_watch_request
from bot.watches.watch import BadWatch
from handlers.commands import COMMAND, subcommand
from handlers.context import Context
from handlers.lookups import look_up
from handlers.replies import Reply
from handlers.watches import watch_one

EXAMPLES = ("watch pump-7 until online for 2h",)
USAGE = "watch <sim> [until online|offline|changes] [for 2h]"


@subcommand(USAGE, "mention you when the SIM is online, offline, or changes", EXAMPLES)
async def watch(context: Context) -> Reply:
    """Begin a watch. Raises BadWatch, what the look-up raises and what there may be too many of."""
    longest = context.services.watches.limits.longest
    wanted = parse_watch_request(context.request.text, longest)
    if not wanted.sim:
        raise NotASim(
            f"Which SIM? Type `{COMMAND} {USAGE}`, for instance `{COMMAND} {EXAMPLES[0]}`."
        )
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
