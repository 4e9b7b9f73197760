"""chat.*: posting, showing to one person, changing and deleting messages."""

from bot.sandbox.slack_api.contents import UPDATE_TEXT_LIMIT, read_metadata
from bot.sandbox.slack_api.errors import SlackError
from bot.sandbox.slack_api.messages import Message
from bot.sandbox.slack_api.methods.context import Context, method
from bot.sandbox.slack_api.methods.places import thread_root, writable
from bot.sandbox.slack_api.people import BOT, Channel
from bot.sandbox.slack_api.wire import Json


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
    message = _own(context, place, "cant_update_message")
    content = context.reader.content(context.args, most=UPDATE_TEXT_LIMIT)
    anew = context.state.rewrite(message, content.text, content.blocks)
    shown = {"channel": place.id, "ts": anew.ts, "text": anew.text}
    return shown | {"message": anew.to_slack()}


@method("chat.delete", "chat:write")
async def delete(context: Context) -> Json:
    """Take one of the bot's own messages away."""
    place = context.channel()
    message = _own(context, place, "cant_delete_message")
    context.state.erase(message)
    return {"channel": place.id, "ts": message.ts}


@method("chat.getPermalink")
async def permalink(context: Context) -> Json:
    """Give a message's address."""
    place, ts = context.channel(), context.need("message_ts")
    message = context.state.messages.get(ts)
    if message is None or message.channel != place.id:
        raise SlackError("message_not_found")
    team = context.state.team.domain
    address = f"https://{team}.slack.com/archives/{place.id}/p{ts.replace('.', '')}"
    return {"channel": place.id, "permalink": address}


def _own(context: Context, place: Channel, refusal: str) -> Message:
    message = context.state.messages.get(context.need("ts"))
    if message is None or message.channel != place.id or message.ephemeral_to:
        raise SlackError("message_not_found")
    if not message.is_the_bots:
        raise SlackError(refusal)
    return message
