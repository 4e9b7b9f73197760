"""`watches`: which SIMs the asker watches, with a Stop button each."""

from bot.blocks.watch_list import list_screen
from bot.services import Services
from handlers.asking import admit
from handlers.reply import Reply, showing
from handlers.request import Request
from handlers.subcommand import subcommand


@subcommand("watches", "the SIMs that you watch, and until when")
async def watches(request: Request, services: Services) -> Reply:
    """List the asker's open watches, and count the others of the channel."""
    await admit(services)
    mine = await services.watches.of(request.user)
    here = await services.watches.in_channel(request.channel)
    return showing(list_screen(mine, here, services.clock.now()))
