"""`rules`: what every SIM is checked against, and who says where the line is."""

from bot.blocks.help import rules_screen
from bot.diagnosis.engine import all_rules
from bot.services import Services
from handlers.commands import subcommand
from handlers.payloads import Request
from handlers.replies import Reply


@subcommand("rules", "what I check every SIM against, with thresholds and sources")
async def rules(_request: Request, services: Services) -> Reply:
    """List the rules with the thresholds that are set."""
    return Reply(rules_screen(all_rules(), services.thresholds))
