"""`watches`: which SIMs the asker watches, with a Stop button each."""

from bot.blocks.watch import list_screen
from handlers.commands import subcommand
from handlers.payloads import Context
from handlers.replies import Reply


@subcommand("watches", "the SIMs you are watching, and until when")
async def watches(context: Context) -> Reply:
    """List the asker's open watches, and count the others of the channel."""
    accounts = (await context.visibility()).accounts
    request, services = context.request, context.services
    mine = await services.watches.of(request.user, accounts)
    here = await services.watches.in_channel(request.channel, accounts)
    return Reply(list_screen(mine, here, services.clock.now()))
