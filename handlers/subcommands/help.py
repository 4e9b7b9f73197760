"""`help`: what can be typed; and `rules`: what every SIM is checked against."""

from bot.blocks.findings import rules_screen
from bot.blocks.replies import help_screen
from bot.diagnosis.rule import all_rules
from handlers.commands import COMMAND, help_entries, subcommand
from handlers.payloads import Context
from handlers.replies import Reply


@subcommand("help", "this list")
async def help_(context: Context) -> Reply:
    """List the subcommands with examples, made from the registry."""
    return Reply(help_screen(help_entries(await context.examples()), COMMAND))


@subcommand("rules", "what I check every SIM against, with thresholds and sources")
async def rules(context: Context) -> Reply:
    """List the rules with the thresholds that are set."""
    return Reply(rules_screen(all_rules(), context.services.thresholds))
