"""users.conversations: which channels somebody is in."""

from bot.emulators.slack.methods.context import Context, method
from bot.emulators.slack.methods.conversations import READ
from bot.emulators.slack.people import BOT, Channel
from bot.emulators.slack.wire import Json

PAGE = 100
LARGEST = 1000
KINDS = {"public_channel": "public", "private_channel": "private", "im": "im"}


@method("users.conversations", *READ)
async def conversations(context: Context) -> Json:
    """List somebody's channels; private ones only where the app is in them too.

    https://docs.slack.dev/reference/methods/users.conversations
    """
    person = context.user().id if context.maybe("user") else BOT.id
    asked = (context.maybe("types") or "public_channel").split(",")
    kinds = {KINDS[kind] for kind in asked if kind in KINDS}
    every = [c for c in context.state.channels.values() if c.kind in kinds and person in c.members]
    if context.flag("exclude_archived"):
        every = [place for place in every if not place.is_archived]
    shown = [{"id": place.id, "name": place.name} for place in every if _is_seen(place)]
    most = context.number("limit", PAGE, 1, LARGEST, "invalid_limit")
    start = context.number("cursor", 0, 0, len(shown), "invalid_cursor")
    more = str(start + most) if start + most < len(shown) else ""
    page = shown[start : start + most]
    return {"channels": page, "response_metadata": {"next_cursor": more}}


def _is_seen(place: Channel) -> bool:
    return place.kind == "public" or BOT.id in place.members
