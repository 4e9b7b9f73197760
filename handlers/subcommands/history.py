"""`history <sim> [days]`: every session of the last days, as charts, a table and files."""

from bot.errors import BadDays, UserError
from bot.services import Services
from bot.sessions.report import SessionReport
from bot.sims.errors import NotASim, SimAmbiguous, SimNotFound
from handlers.commands import COMMAND, subcommand
from handlers.history import history_reply, readings
from handlers.lookups import look_up
from handlers.payloads import Request
from handlers.replies import Reply

EXAMPLES = ("history truck-42 7", "history truck-42 180")
USAGE = "history <sim> [days]"


@subcommand(
    USAGE,
    "its sessions of the last 30 days as charts, table and files; older days by the month",
    EXAMPLES,
)
async def history(request: Request, services: Services) -> Reply:
    """Look the SIM up and show its sessions. Raises BadDays and what the look-up raises."""
    if not request.text.strip():
        raise NotASim(
            f"Which SIM? Type `{COMMAND} {USAGE}`, for instance `{COMMAND} {EXAMPLES[0]}`."
        )
    report, days = await _look_up(request, services)
    return await history_reply(report, days, services)


async def _look_up(request: Request, services: Services) -> tuple[SessionReport, int]:
    """Take the first way to read the text that names a SIM. Raises what is wrong with the best."""
    errors: list[UserError] = []
    for way in readings(request.text):
        try:
            report = await look_up(request, way.sim, services)
        except UserError as error:
            errors.append(_with_days(error, way.days))
            continue
        if way.fault:
            raise BadDays(way.fault)
        return report, way.days
    raise next((error for error in errors if getattr(error, "candidates", ())), errors[0])


def _with_days(error: UserError, days: int) -> UserError:
    if isinstance(error, SimNotFound | SimAmbiguous):
        error.days = days
    return error
