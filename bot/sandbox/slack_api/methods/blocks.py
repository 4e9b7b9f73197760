"""blocks.validate: are these blocks right? Takes no token."""

from bot.sandbox.slack_api.methods.context import Context, method
from bot.sandbox.slack_api.wire import Json


@method("blocks.validate", by="none")
async def validate(context: Context) -> Json:
    """Check a message's blocks and do nothing else."""
    context.reader.blocks(context.args.get("blocks"))
    return {}
