"""`help`: what can be typed."""

from bot.blocks.help import help_screen
from handlers.commands import COMMAND, help_entries, subcommand
from handlers.payloads import Context
from handlers.replies import Reply


@subcommand("help", "this list")
async def help_(context: Context) -> Reply:
    """List the subcommands with examples, made from the registry."""
    return Reply(help_screen(help_entries(await context.examples()), COMMAND))
