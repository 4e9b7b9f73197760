"""`rules`: what every SIM is checked against, and who says where the line is."""

from bot.blocks.help import rules_screen
from bot.diagnosis.rule import all_rules
from handlers.commands import subcommand
from handlers.payloads import Context
from handlers.replies import Reply


@subcommand("rules", "what I check every SIM against, with thresholds and sources")
async def rules(context: Context) -> Reply:
    """List the rules with the thresholds that are set."""
    return Reply(rules_screen(all_rules(), context.services.thresholds))
