"""`watches`: which SIMs the asker watches, with a Stop button each."""

from bot.blocks.watch import list_screen
from bot.services import Services
from handlers.commands import subcommand
from handlers.lookups import admit
from handlers.payloads import Request
from handlers.replies import Reply


@subcommand("watches", "the SIMs that you watch, and until when")
async def watches(request: Request, services: Services) -> Reply:
    """List the asker's open watches, and count the others of the channel."""
    await admit(services)
    mine = await services.watches.of(request.user)
    here = await services.watches.in_channel(request.channel)
    return Reply(list_screen(mine, here, services.clock.now()))
