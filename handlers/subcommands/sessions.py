"""`<sim>`: what it is doing, its last data session, and what is wrong; several become a table."""

from handlers.commands import subcommand
from handlers.context import Context
from handlers.replies import Reply
from handlers.triage import answer_to

EXAMPLES = ("8901 2600 1234 5678 909", "truck-42", "pump-7, pump-8, truck-42")


@subcommand("<sim>", "what the SIM is doing and what is wrong; of several, one table", EXAMPLES)
async def sessions(context: Context) -> Reply:
    """Look up the SIM, or the SIMs, that the text names. Raises what the look-up raises."""
    spotted = await context.services.spotter.spot(context.request.text, asked=True)
    return await answer_to(context, spotted)
