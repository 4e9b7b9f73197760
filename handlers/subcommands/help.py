"""`help`: what can be typed."""

from bot.blocks.help import HelpEntry, help_screen
from bot.services import Services
from handlers.commands import COMMAND, all_subcommands, subcommand
from handlers.payloads import Request
from handlers.replies import Reply


@subcommand("help", "this list")
async def help_(_request: Request, _services: Services) -> Reply:
    """List the subcommands with examples, made from the registry."""
    entries = [HelpEntry(s.usage, s.says, s.examples) for s in all_subcommands().values()]
    return Reply(help_screen(entries, COMMAND))
