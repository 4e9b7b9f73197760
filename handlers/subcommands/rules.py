"""`rules`: what every SIM is checked against, and who says where the line is."""

from bot.blocks.rules import rules_screen
from bot.diagnosis.engine import all_rules
from bot.services import Services
from handlers.reply import Reply
from handlers.request import Request
from handlers.subcommand import subcommand


@subcommand("rules", "what I check every SIM against, with thresholds and sources")
async def rules(_request: Request, services: Services) -> Reply:
    """List the rules with the thresholds that are set."""
    return Reply(lambda refused: rules_screen(all_rules(), services.thresholds, refused=refused))
