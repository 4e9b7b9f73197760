"""`<sim>`: what it is doing, its last data session, and what is wrong; several become a table."""

from handlers.commands import subcommand
from handlers.payloads import Context
from handlers.questions import answer_text
from handlers.replies import Reply

EXAMPLES = ("{sim}", "{sims}")


@subcommand("<sim>", "what the SIM is doing and what is wrong; of several, one table", EXAMPLES)
async def sessions(context: Context) -> Reply:
    """Look up the SIM, or the SIMs, that the text names. Raises what the look-up raises."""
    return await answer_text(context)
