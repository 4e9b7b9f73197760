"""`alert [what]`: what a channel hears of trouble unasked; so far, of other apps' alerts."""

from collections.abc import Awaitable, Callable, Mapping

from bot.errors import UserError
from handlers.commands import COMMAND, subcommand
from handlers.listening import listen
from handlers.payloads import Context
from handlers.replies import Reply

USAGE = "alert listen [on|off]"
Run = Callable[[Context, str], Awaitable[Reply]]


@subcommand(USAGE, "answer other apps' alerts in a channel: the SIMs that they name")
async def alert(context: Context) -> Reply:
    """Do what the first word says. Raises NotAllowed, and what that raises."""
    await context.authorize()
    what, _, rest = context.request.text.strip().partition(" ")
    run = RUNS.get(what.lower() or "listen")
    if run is None:
        raise UserError(f"I cannot do that with an alert. Try `{COMMAND} {USAGE}`.")
    return await run(context, rest.strip())


RUNS: Mapping[str, Run] = {"listen": listen}
