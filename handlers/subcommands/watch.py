"""`watch <sim> [until …] [for …]`: tell the asker when the SIM is online, or changes."""

from bot.errors import UserError
from bot.services import Services
from bot.sessions.report import SessionReport
from bot.sims.errors import NotASim
from bot.watches.parse import WatchRequest, parse_watch_request
from bot.watches.watch import BadWatch
from handlers.commands import COMMAND, subcommand
from handlers.lookups import look_up
from handlers.payloads import Request
from handlers.replies import Reply
from handlers.watches import watch_one

EXAMPLES = ("watch pump-7 until online for 2h",)
USAGE = "watch <sim> [until online|offline|changes] [for 2h]"


@subcommand(USAGE, "mention you when the SIM is online, offline, or changes", EXAMPLES)
async def watch(request: Request, services: Services) -> Reply:
    """Begin a watch. Raises BadWatch, what the look-up raises and what there may be too many of."""
    wanted = parse_watch_request(request.text, services.watches.limits.longest)
    if not wanted.sim:
        raise NotASim(
            f"Which SIM? Type `{COMMAND} {USAGE}`, for instance `{COMMAND} {EXAMPLES[0]}`."
        )
    report = await _report(wanted, request, services)
    return await watch_one(request, report, services, wanted.condition, wanted.duration)


async def _report(wanted: WatchRequest, request: Request, services: Services) -> SessionReport:
    """Look the SIM up; a fault in the request may be a name that only looks like one."""
    if wanted.fault is None:
        return await look_up(request, wanted.sim, services, for_all=True)
    try:
        return await look_up(request, request.text.strip(), services, for_all=True)
    except UserError as error:
        raise BadWatch(wanted.fault) from error
