"""`help`: what can be typed."""

from bot.blocks.help import HelpEntry, help_screen
from bot.services import Services
from handlers.reply import Reply, showing
from handlers.request import Request
from handlers.subcommand import COMMAND, all_subcommands, subcommand


@subcommand("help", "this list")
async def help_(_request: Request, _services: Services) -> Reply:
    """List the subcommands with examples, made from the registry."""
    entries = [HelpEntry(s.usage, s.says, s.examples) for s in all_subcommands().values()]
    return showing(help_screen(entries, COMMAND))
