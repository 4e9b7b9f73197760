"""blocks.validate: are these blocks right? Takes no token."""

from bot.sandbox.slack_api.contents import read_blocks
from bot.sandbox.slack_api.methods.context import Context, method
from bot.sandbox.slack_api.wire import Json


@method("blocks.validate", by="none")
async def validate(context: Context) -> Json:
    """Check a message's blocks and do nothing else."""
    read_blocks(context.args.get("blocks"), context.state.unknown_blocks)
    return {}
