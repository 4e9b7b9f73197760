"""conversations.* and users.conversations: channels, who is in them, what was written there."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence

from bot.emulators.slack.faults import SlackError
from bot.emulators.slack.messages import Message
from bot.emulators.slack.methods.context import Context, method
from bot.emulators.slack.people import BOT, HOME, Channel, Json

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


HISTORY = {"public": "channels:history", "private": "groups:history", "im": "im:history"}
LEAST, MOST = float("-inf"), float("inf")


@method("conversations.history", *HISTORY.values())
async def history(context: Context) -> Json:
    """Read a channel the bot is in, newest first; ephemeral messages are not kept there."""
    place = _readable(context)
    limit = context.number("limit", 100, 1, 999, "invalid_limit")
    roots = [m for m in context.state.messages.in_channel(place.id) if m.thread_ts in {None, m.ts}]
    inside = _inside(context)
    found = [message for message in reversed(roots) if inside(message)]
    cursor = _cursor(context)
    if cursor is not None:
        found = [message for message in found if float(message.ts) <= cursor]
    return _page(context, found, limit) | {"pin_count": 0}


@method("conversations.replies", *HISTORY.values())
async def replies(context: Context) -> Json:
    """Read a thread, oldest first; its root leads the first page whatever the bounds are."""
    place = _readable(context)
    limit = context.number("limit", 1000, 1, 1000, "invalid_limit")
    thread = context.state.messages.thread(place.id, context.need("ts"))
    if not thread:
        raise SlackError("thread_not_found")
    inside, cursor = _inside(context), _cursor(context)
    if cursor is not None:
        found = [m for m in thread[1:] if inside(m) and float(m.ts) >= cursor]
    else:
        found = [thread[0], *filter(inside, thread[1:])]
    return _page(context, found, limit)


def _page(context: Context, found: Sequence[Message], limit: int) -> Json:
    shown = [_message_shown(context, message) for message in found[:limit]]
    more = len(found) > limit
    page: Json = {"messages": shown, "has_more": more}
    if more:
        mark = f"next_ts:{found[limit].ts.replace('.', '')}"
        page["response_metadata"] = {"next_cursor": b64encode(mark.encode()).decode()}
    return page


def _message_shown(context: Context, message: Message) -> Json:
    whole = context.state.messages.whole(message)
    if not context.flag("include_all_metadata"):
        whole.pop("metadata", None)
    return whole


def _inside(context: Context) -> Callable[[Message], bool]:
    """Read `oldest`, `latest` and `inclusive`; the bounds themselves are out unless included."""
    oldest = _bound(context, "oldest", LEAST)
    latest = _bound(context, "latest", MOST)
    if context.flag("inclusive"):
        return lambda message: oldest <= float(message.ts) <= latest
    return lambda message: oldest < float(message.ts) < latest


def _bound(context: Context, name: str, otherwise: float) -> float:
    given = context.maybe(name)
    try:
        return otherwise if given is None else float(given)
    except ValueError:
        raise SlackError(f"invalid_ts_{name}") from None


def _cursor(context: Context) -> float | None:
    given = context.maybe("cursor")
    if given is None:
        return None
    try:
        kind, _, micros = b64decode(given, validate=True).decode().partition(":")
        at = int(micros) / 1_000_000
    except ValueError:
        raise SlackError("invalid_cursor") from None
    if kind != "next_ts":
        raise SlackError("invalid_cursor")
    return at


def _readable(context: Context) -> Channel:
    place = context.channel()
    needed = HISTORY[place.kind]
    if needed not in context.api.scopes:
        provided = ",".join(sorted(context.api.scopes))
        raise SlackError("missing_scope", needed=needed, provided=provided)
    if BOT.id not in place.members:
        raise SlackError("not_in_channel")
    return place
