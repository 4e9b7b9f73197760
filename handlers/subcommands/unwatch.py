"""`unwatch <sim>` and `unwatch all`: stop watching."""

from collections.abc import Sequence

from bot.blocks.watch import stopped_screen
from bot.errors import UserError
from bot.sims.identifier import quoted
from bot.watches.watch import NotWatched, Watch
from handlers.commands import COMMAND, subcommand
from handlers.lookups import look_up
from handlers.payloads import Context
from handlers.replies import Reply

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
