"""chat.*: posting, showing to one person, changing and deleting messages, previews of links."""

from bot.emulators.slack.blocks.whole import named
from bot.emulators.slack.entities import checked
from bot.emulators.slack.faults import SlackError
from bot.emulators.slack.messages import Message, numbered, permalink
from bot.emulators.slack.methods.context import (
    UPDATE_TEXT_LIMIT,
    Context,
    method,
    read_json,
    read_metadata,
    read_new_metadata,
    thread_root,
    writable,
)
from bot.emulators.slack.payloads import Draft, links_in, preview
from bot.emulators.slack.people import Channel, Json
from bot.emulators.slack.state import Change


@method("chat.postMessage", "chat:write")
async def post_message(context: Context) -> Json:
    """Write into a channel, thread or direct message."""
    place = writable(context)
    content, entities = context.reader.content(context.args), context.state.entities
    given = context.args.get("metadata")
    metadata = read_new_metadata(given, takes_entities=entities.is_on)
    root = thread_root(context, place)
    message = context.reader.write(place.id, content, thread_ts=root, metadata=metadata)
    entities.shown |= {each["url"]: each for each in (metadata or {}).get("entities", ())}
    return {"channel": place.id, "ts": message.ts, "message": message.to_slack()}


@method("chat.postEphemeral", "chat:write")
async def post_ephemeral(context: Context) -> Json:
    """Show a message to one person of a channel; in a thread without replies nobody sees it."""
    place, person = writable(context), context.user()
    if person.id not in place.members:
        raise SlackError("user_not_in_channel")
    content, root = context.reader.content(context.args), thread_root(context, place)
    if root and len(context.state.messages.thread(place.id, root)) == 1:
        return {"message_ts": context.state.messages.next_ts(context.state.clock.now())}
    message = context.reader.write(place.id, content, thread_ts=root, ephemeral_to=person.id)
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


@method("chat.getPermalink")
async def get_permalink(context: Context) -> Json:
    """Return a message's address; a reply's names its thread too."""
    place, message = context.channel(), context.state.messages.get(context.need("message_ts"))
    if message is None or message.channel != place.id or message.ephemeral_to:
        raise SlackError("message_not_found")
    return {"channel": place.id, "permalink": permalink(message, context.state.team.domain)}


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


SOURCES = frozenset({"composer", "conversations_history"})
ATTACHMENT_KEYS = frozenset({
    "blocks", "color", "fallback", "fields", "footer", "hide_color", "image_url", "pretext",
    "preview", "text", "thumb_url", "title", "title_link",
})  # fmt: skip


@method("chat.unfurl", "links:write")
async def unfurl(context: Context) -> Json:
    """Show previews of links: named by channel and ts, or by unfurl_id and source."""
    draft, message = _target(context)
    previews = _previews(context)
    urls = {link["url"] for link in (draft.links if draft else _links(context, message))}
    entities = _entities(context)
    if not {*previews, *entities} <= urls:
        raise SlackError("cannot_unfurl_url")
    context.state.entities.shown |= entities
    if draft:
        draft.previews |= previews
        shown = list(draft.previews.values())
        context.state.publish(Change("previews", {"previews": shown}, only_for=draft.user))
    elif message:
        context.state.keep(message, attachments=_together(message, previews))
    return {}


def _target(context: Context) -> tuple[Draft | None, Message | None]:
    """Find what the previews are for. Raises SlackError."""
    unfurl_id, source = context.maybe("unfurl_id"), context.maybe("source")
    if unfurl_id is None:
        return None, _message(context)
    if source is None:
        raise SlackError("missing_source")
    if source not in SOURCES:
        raise SlackError("invalid_source")
    if source == "composer":
        if unfurl_id not in context.state.unfurls.drafts:
            raise SlackError("invalid_unfurl_id")
        return context.state.unfurls.drafts[unfurl_id], None
    message = context.state.messages.get(context.state.unfurls.messages.get(unfurl_id, ""))
    if message is None:
        raise SlackError("invalid_unfurl_id")
    return None, message


def _message(context: Context) -> Message:
    for name in ("channel", "ts"):
        if context.maybe(name) is None:
            raise SlackError(f"missing_{name}")
    message = context.state.messages.get(context.need("ts"))
    if message is None or message.channel != context.need("channel"):
        raise SlackError("cannot_unfurl_message")
    return message


def _links(context: Context, message: Message | None) -> list[Json]:
    return links_in(message.text, context.state.unfurl_domains) if message else []


def _together(message: Message, previews: dict[str, Json]) -> tuple[Json, ...]:
    """Return a message's attachments with these previews, each in the place of its older self."""
    kept = [one for one in message.attachments if one.get("from_url") not in previews]
    return numbered((*kept, *previews.values()))


def _entities(context: Context) -> dict[str, Json]:
    """Return the Work Objects of the links, by URL. Raises SlackError."""
    given = read_json(context.args.get("metadata"), "invalid_metadata")
    if not given:
        return {}
    listed = given.get("entities") if isinstance(given, dict) else None
    if not context.state.entities.is_on or not isinstance(listed, list):
        raise SlackError("invalid_metadata")
    entities = [checked(each, unfurled=True) for each in listed]
    return {each["app_unfurl_url"]: each for each in entities}


def _previews(context: Context) -> dict[str, Json]:
    given = read_json(context.args.get("unfurls"), "invalid_unfurls_format")
    if not given:
        raise SlackError("missing_unfurls")
    if not isinstance(given, dict):
        raise SlackError("invalid_unfurls_format")
    return {url: preview(url, _attachment(context, one)) for url, one in given.items()}


def _attachment(context: Context, given: object) -> Json:
    if not isinstance(given, dict) or not given or not given.keys() <= ATTACHMENT_KEYS:
        raise SlackError("cannot_parse_attachment")
    blocks = context.reader.blocks(given.get("blocks"))
    return given | {"blocks": list(named(blocks, context.state.ids))}
