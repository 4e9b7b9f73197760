"""conversations.info, conversations.open and users.conversations: channels, and who is in them."""

from bot.emulators.slack.errors import SlackError
from bot.emulators.slack.ids import Json
from bot.emulators.slack.methods.context import Context, method
from bot.emulators.slack.people import BOT, HOME, Channel

READ = ("channels:read", "groups:read", "im:read")


@method("conversations.info", *READ)
async def info(context: Context) -> Json:
    """Say what a channel is."""
    return {"channel": _shown(context.channel())}


PAGE = 100
LARGEST = 1000
KINDS = {"public_channel": "public", "private_channel": "private", "im": "im"}


@method("users.conversations", *READ)
async def of_person(context: Context) -> Json:
    """List somebody's channels; private ones only where the app is in them too.

    https://docs.slack.dev/reference/methods/users.conversations
    """
    person = context.user().id if context.maybe("user") else BOT.id
    asked = (context.maybe("types") or "public_channel").split(",")
    kinds = {KINDS[kind] for kind in asked if kind in KINDS}
    every = [c for c in context.state.channels.values() if c.kind in kinds and person in c.members]
    if context.flag("exclude_archived"):
        every = [place for place in every if not place.is_archived]
    known = [place for place in every if place.kind == "public" or BOT.id in place.members]
    shown = [{"id": place.id, "name": place.name} for place in known]
    most = context.number("limit", PAGE, 1, LARGEST, "invalid_limit")
    start = context.number("cursor", 0, 0, len(shown), "invalid_cursor")
    more = str(start + most) if start + most < len(shown) else ""
    page = shown[start : start + most]
    return {"channels": page, "response_metadata": {"next_cursor": more}}


@method("conversations.open", "im:write")
async def open_dm(context: Context) -> Json:
    """Open the direct messages with one person."""
    person = context.state.people.get(context.need("users"))
    if person is None or person.is_bot:
        raise SlackError("user_not_found")
    return {"channel": {"id": context.state.dm(person.id).id}}


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
