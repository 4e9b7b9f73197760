"""`handover [link]`: the SIMs looked up in a thread, then and now, for whoever takes over."""

from handlers.commands import subcommand
from handlers.handover import handed_over, thread_of
from handlers.payloads import Context
from handlers.replies import Reply


@subcommand("handover <link to a thread>", "the SIMs looked up in a thread, then and now")
async def handover(context: Context) -> Reply:
    """Hand the thread over. Raises NoThread, and what the look-ups raise."""
    return await handed_over(context.asking(thread_of(context.request)))
