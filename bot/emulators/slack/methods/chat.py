"""chat.*: posting, showing to one person, changing and deleting messages."""

from bot.emulators.slack.contents import UPDATE_TEXT_LIMIT, read_metadata
from bot.emulators.slack.errors import SlackError
from bot.emulators.slack.ids import Json
from bot.emulators.slack.messages import Message
from bot.emulators.slack.methods.context import Context, method
from bot.emulators.slack.methods.places import thread_root, writable
from bot.emulators.slack.people import BOT, Channel


@method("chat.postMessage", "chat:write")
async def post_message(context: Context) -> Json:
    """Write into a channel, thread or direct message."""
    place = writable(context)
    content = context.reader.content(context.args)
    message = context.state.write(
        place.id,
        BOT.id,
        content.text,
        blocks=content.blocks,
        thread_ts=thread_root(context, place),
        metadata=read_metadata(context.args.get("metadata")),
    )
    return {"channel": place.id, "ts": message.ts, "message": message.to_slack()}


@method("chat.postEphemeral", "chat:write")
async def post_ephemeral(context: Context) -> Json:
    """Show a message to one person of a channel."""
    place, person = writable(context), context.user()
    if person.id not in place.members:
        raise SlackError("user_not_in_channel")
    content = context.reader.content(context.args)
    message = context.state.write(
        place.id,
        BOT.id,
        content.text,
        blocks=content.blocks,
        thread_ts=thread_root(context, place),
        ephemeral_to=person.id,
    )
    return {"message_ts": message.ts}


@method("chat.update", "chat:write")
async def update(context: Context) -> Json:
    """Change one of the bot's own messages; ephemeral ones cannot be changed so."""
    place = context.channel()
    if place.is_archived:
        raise SlackError("is_inactive")
    message = _own(context, place, "cant_update_message")
    _still_open(context, message)
    content = context.reader.content(context.args, most=UPDATE_TEXT_LIMIT)
    metadata = _metadata(context, message)
    anew = context.state.rewrite(message, content.text, content.blocks, metadata=metadata)
    shown = {"channel": place.id, "ts": anew.ts, "text": anew.text}
    return shown | {"message": anew.to_slack()}


@method("chat.delete", "chat:write")
async def delete(context: Context) -> Json:
    """Take one of the bot's own messages away."""
    place = context.channel()
    message = _own(context, place, "cant_delete_message")
    context.state.erase(message)
    return {"channel": place.id, "ts": message.ts}


def _still_open(context: Context, message: Message) -> None:
    """Refuse where the workspace lets nobody change what was written so long ago."""
    longest = context.state.edit_seconds
    age = context.state.clock.now().timestamp() - float(message.ts)
    if longest is not None and age > longest:
        raise SlackError("edit_window_closed")


def _metadata(context: Context, message: Message) -> Json | None:
    """Return the metadata after a change: the old where none is named, none for an empty object."""
    if context.args.get("metadata") is None:
        return message.metadata
    return read_metadata(context.args["metadata"])


def _own(context: Context, place: Channel, refusal: str) -> Message:
    message = context.state.messages.get(context.need("ts"))
    if message is None or message.channel != place.id or message.ephemeral_to:
        raise SlackError("message_not_found")
    if not message.is_the_bots:
        raise SlackError(refusal)
    return message
