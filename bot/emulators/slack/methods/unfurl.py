"""chat.unfurl: previews of the app's links, under a message or in what somebody is typing."""

from bot.emulators.slack.block_ids import named
from bot.emulators.slack.changes import Change
from bot.emulators.slack.contents import read_json
from bot.emulators.slack.errors import SlackError
from bot.emulators.slack.events import Draft, links_in, preview
from bot.emulators.slack.ids import Json
from bot.emulators.slack.messages import Message
from bot.emulators.slack.methods.context import Context, method

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
    if not previews.keys() <= urls:
        raise SlackError("cannot_unfurl_url")
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
    numbered = enumerate((*kept, *previews.values()), start=1)
    return tuple(one | {"id": number} for number, one in numbered)


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
