"""The answer to the SIMs that a text names: a report on one, a table of several."""

from bot.blocks.session_report import session_report
from bot.errors import UserError
from bot.services import Services
from bot.sims.spotter import Spotted
from handlers.asking import look_up
from handlers.reply import Reply
from handlers.request import Request
from handlers.subcommand import or_nearest
from handlers.triage import triage_reply


async def answer_to(request: Request, spotted: Spotted, services: Services) -> Reply:
    """Report on the SIMs that were found, or on the text as it is where there are none.

    Raises what the look-up raises.
    """
    if spotted.total > 1:
        return await triage_reply(request, spotted, services)
    try:
        report = await look_up(request, next(iter(spotted.texts), request.text), services)
    except UserError as error:
        raise or_nearest(error, request.text) from error
    return Reply(lambda refused: session_report(report, for_all=request.aloud, refused=refused))
