"""conversations.*: channels and who is in them; and reactions to what was written there."""

from bot.emulators.slack.errors import SlackError
from bot.emulators.slack.methods.context import Context, method
from bot.emulators.slack.people import BOT, HOME, Channel
from bot.emulators.slack.wire import Json

READ = ("channels:read", "groups:read", "im:read")


@method("conversations.info", *READ)
async def info(context: Context) -> Json:
    """Say what a channel is."""
    return {"channel": _shown(context.channel())}


@method("conversations.list", *READ)
async def list_all(context: Context) -> Json:
    """List the channels that the bot may know of."""
    known = [c for c in context.state.channels.values() if _known(c) and c.kind != "im"]
    if context.flag("exclude_archived"):
        known = [place for place in known if not place.is_archived]
    return {"channels": [_shown(c) for c in known], "response_metadata": {"next_cursor": ""}}


@method("conversations.members", *READ)
async def members(context: Context) -> Json:
    """List who is in a channel."""
    inside = sorted(context.channel().members)
    return {"members": inside, "response_metadata": {"next_cursor": ""}}


@method("conversations.open", "im:write")
async def open_dm(context: Context) -> Json:
    """Open the direct messages with one person."""
    person = context.state.people.get(context.need("users"))
    if person is None or person.is_bot:
        raise SlackError("user_not_found")
    return {"channel": {"id": context.state.dm(person.id).id}}


@method("conversations.join", "channels:join")
async def join(context: Context) -> Json:
    """Go into a public channel."""
    place = context.channel()
    if place.kind != "public":
        raise SlackError("method_not_supported_for_channel_type")
    return {"channel": _shown(context.state.put_channel(place.with_members(BOT.id)))}


@method("reactions.add", "reactions:write")
async def react(context: Context) -> Json:
    """Put an emoji under a message."""
    place, name = context.channel(), context.need("name")
    message = context.state.messages.get(context.need("timestamp"))
    if message is None or message.channel != place.id or message.ephemeral_to:
        raise SlackError("message_not_found")
    reactions = list(message.extra.get("reactions", ()))
    if any(one["name"] == name and BOT.id in one["users"] for one in reactions):
        raise SlackError("already_reacted")
    reactions.append({"name": name, "users": [BOT.id], "count": 1})
    context.state.keep(message, extra=message.extra | {"reactions": reactions})
    return {}


def _known(place: Channel) -> bool:
    return place.kind == "public" or BOT.id in place.members


def _shown(place: Channel) -> Json:
    return {
        "id": place.id,
        "name": place.name,
        "is_channel": place.kind == "public",
        "is_group": place.kind == "private",
        "is_im": place.kind == "im",
        "is_private": place.kind != "public",
        "is_member": BOT.id in place.members,
        "is_archived": place.is_archived,
        "is_ext_shared": place.is_shared,
        "is_pending_ext_shared": place.is_pending,
        "is_shared": place.is_shared,
        "context_team_id": HOME.id,
        "num_members": len(place.members),
    }
