"""blocks.validate: are these blocks right? Takes no token."""

from bot.emulators.slack.ids import Json
from bot.emulators.slack.methods.context import Context, method


@method("blocks.validate", by="none")
async def validate(context: Context) -> Json:
    """Check a message's blocks and do nothing else."""
    context.reader.blocks(context.args.get("blocks"))
    return {}
