"""`history <sim> [days]`: every session of the last days, as charts, a table and files."""

from bot.errors import BadDays, UserError
from bot.sessions.report import SessionReport
from bot.sims.errors import NotASim, SimAmbiguous, SimNotFound
from handlers.commands import subcommand, which_sim
from handlers.history import history_reply, readings
from handlers.lookups import look_up
from handlers.payloads import Context
from handlers.replies import Reply

EXAMPLES = ("history {sim} 7", "history {sim} 30")
USAGE = "history <sim> [days]"


@subcommand(
    USAGE,
    "its sessions of the last 30 days as charts, table and files; older days by the month",
    EXAMPLES,
)
async def history(context: Context) -> Reply:
    """Look the SIM up and show its sessions. Raises BadDays and what the look-up raises."""
    services = context.services
    if not context.request.text.strip():
        raise NotASim(which_sim(USAGE, EXAMPLES[0], await context.examples()))
    report, days = await _look_up(context)
    return await history_reply(report, days, services.archive, services.executor)


async def _look_up(context: Context) -> tuple[SessionReport, int]:
    """Take the first way to read the text that names a SIM. Raises what is wrong with the best."""
    errors: list[UserError] = []
    for way in readings(context.request.text):
        try:
            report = await look_up(context, way.sim)
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
