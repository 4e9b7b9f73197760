"""`help`: what can be typed."""

from bot.blocks.help import HelpEntry, help_screen
from handlers.commands import COMMAND, all_subcommands, subcommand
from handlers.context import Context
from handlers.replies import Reply


@subcommand("help", "this list")
async def help_(_context: Context) -> Reply:
    """List the subcommands with examples, made from the registry."""
    entries = [HelpEntry(s.usage, s.says, s.examples) for s in all_subcommands().values()]
    return Reply(help_screen(entries, COMMAND))
