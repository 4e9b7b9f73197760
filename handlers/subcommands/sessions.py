"""`<sim>`: what it is doing, its last data session, and what is wrong."""

from bot.blocks.session_report import session_report
from bot.errors import UserError
from bot.services import Services
from handlers.asking import look_up
from handlers.reply import Reply
from handlers.request import Request
from handlers.subcommand import or_nearest, subcommand

EXAMPLES = ("8901 2600 1234 5678 909", "truck-42")


@subcommand("<sim>", "what the SIM is doing and what is wrong", EXAMPLES)
async def sessions(request: Request, services: Services) -> Reply:
    """Look the SIM up and show the report. Raises what the look-up raises."""
    try:
        report = await look_up(request, request.text, services)
    except UserError as error:
        raise or_nearest(error, request.text) from error
    return Reply(lambda refused: session_report(report, refused=refused))
