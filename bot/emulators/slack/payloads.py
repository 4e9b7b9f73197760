"""The payloads that Slack sends to the app: events, commands, clicks and modals, complete."""

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bot.emulators.slack.messages import Message
from bot.emulators.slack.people import APP_ID, BOT, BOT_ID, HOME, TEAMS, Channel, Ids, Json, Person
from bot.emulators.slack.views import View

VERIFICATION_TOKEN = "verification-token-of-the-sandbox"  # noqa: S105 -- deprecated by Slack, sent still


_DOMAINS = {team.id: team.domain for team in TEAMS}


def slash_command(person: Person, channel: Channel, command: str, text: str) -> Json:
    """Say who typed which command where; trigger_id and response_url come with the delivery."""
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": person.team,
        "team_domain": _DOMAINS[person.team],
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": person.id,
        "user_name": person.name,
        "command": command,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
    }


def interaction(kind: str, person: Person) -> Json:
    """Begin every interactive payload."""
    return {
        "type": kind,
        "user": {
            "id": person.id,
            "username": person.name,
            "name": person.name,
            "team_id": person.team,
        },
        "api_app_id": APP_ID,
        "token": VERIFICATION_TOKEN,
        "team": {"id": HOME.id, "domain": HOME.domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def from_message(
    person: Person, channel: Channel, message: Message, values: Json, block_id: str
) -> Json:
    """Say what was clicked in a message; of an ephemeral one Slack does not send the message."""
    payload = interaction("block_actions", person) | in_message(channel, message)
    attachment = message.attachment_with(block_id)
    if attachment is not None:
        payload["container"] |= _in_attachment(attachment)
        payload["app_unfurl"] = attachment
    return payload | {"state": {"values": values}}


def in_message(channel: Channel, message: Message) -> Json:
    """Say in which message something was done."""
    ephemeral = message.ephemeral_to is not None
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": ephemeral,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    place = {"id": channel.id, "name": channel_name(channel)}
    payload: Json = {"container": container, "channel": place}
    return payload if ephemeral else payload | {"message": message.to_slack()}


def _in_attachment(attachment: Json) -> Json:
    told = {"type": "message_attachment", "attachment_id": attachment["id"]}
    unfurled = {key: attachment[key] for key in ("is_app_unfurl", "app_unfurl_url")}
    return told | unfurled


def in_view(view: View) -> Json:
    """Say in which view something was done."""
    return {"container": {"type": "view", "view_id": view.id}, "view": view.to_slack()}


def from_view(kind: str, person: Person, view: View) -> Json:
    """Say what happened in a modal or in Home: block_actions, view_submission, view_closed."""
    return interaction(kind, person) | {"view": view.to_slack()}


def channel_name(channel: Channel) -> str:
    """Return the name that payloads carry: Slack hides the real one where privacy asks for it."""
    return {"public": channel.name, "private": "privategroup", "im": "directmessage"}[channel.kind]


def on_message(person: Person, channel: Channel, message: Message) -> Json:
    """Say on which message a shortcut was used; callback_id and action_ts come with it."""
    return interaction("message_action", person) | {
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "message": message.to_slack(),
        "message_ts": message.ts,
    }


CHANNEL_TYPE = {"public": "channel", "private": "group", "im": "im"}
NEEDS = {"channel": "channels:history", "group": "groups:history", "im": "im:history"}
SUBSCRIBED = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}
MENTION = f"<@{BOT.id}>"


def of_written(message: Message, place: Channel) -> Iterator[Json]:
    """Return what the app may hear of a new message: a mention, and the message itself."""
    if BOT.id not in place.members or message.ephemeral_to:
        return
    seen = _told(message, place)
    if MENTION in message.text and place.kind != "im":
        yield seen | {"type": "app_mention"}
    yield seen | {"channel_type": CHANNEL_TYPE[place.kind]}


def of_changed(before: Message, after: Message, place: Channel, ts: str) -> Iterator[Json]:
    """Return what the app may hear of a change; a mention that was not there before is one."""
    if BOT.id not in place.members or after.ephemeral_to:
        return
    if MENTION in after.text and MENTION not in before.text and place.kind != "im":
        edited = {"edited": {"user": after.user, "ts": after.edited_ts}}
        yield _told(after, place) | {"type": "app_mention", "event_ts": ts} | edited
    told = {"message": after.to_slack(), "previous_message": before.to_slack()}
    yield _hidden("message_changed", place, ts) | told


def of_deleted(message: Message, place: Channel, ts: str) -> Iterator[Json]:
    """Return what the app may hear of a message taken away."""
    if BOT.id not in place.members or message.ephemeral_to:
        return
    told = {"deleted_ts": message.ts, "previous_message": message.to_slack()}
    yield _hidden("message_deleted", place, ts) | told


def link_shared(  # noqa: PLR0913 -- the event's own fields
    person: Person, place: Channel, links: Sequence[Json], *, ts: str, unfurl_id: str, source: str
) -> Json:
    """Say that somebody shared links of the app's domains, or is about to: `composer`."""
    composing = source == "composer"
    return {
        "type": "link_shared",
        "user": person.id,
        "channel": "COMPOSER" if composing else place.id,
        "message_ts": unfurl_id if composing else ts,
        "unfurl_id": unfurl_id,
        "source": source,
        "is_bot_user_member": BOT.id in place.members,
        "links": list(links),
        "event_ts": ts,
    }


def entity_opened(  # noqa: PLR0913 -- the event's own fields
    person: Person, place: Channel, message_ts: str, entity: Json, *, trigger: str, ts: str
) -> Json:
    """Say that a person opened, or refreshed, the pane of a Work Object in a channel."""
    url = entity.get("app_unfurl_url") or entity["url"]
    return {
        "type": "entity_details_requested",
        "user": person.id,
        "external_ref": entity["external_ref"],
        "entity_url": entity["url"],
        "link": {"url": url, "domain": url.split("/")[2]},
        "app_unfurl_url": url,
        "trigger_id": trigger,
        "user_locale": "en-US",
        "channel": place.id,
        "message_ts": message_ts,
        "event_ts": ts,
    }


def home_opened(person: Person, dm: Channel, tab: str, ts: str, home: View | None) -> Json:
    """Say that a person opened the app's own page."""
    event: Json = {
        "type": "app_home_opened",
        "user": person.id,
        "channel": dm.id,
        "tab": tab,
        "event_ts": ts,
    }
    return event | {"view": home.to_slack()} if home else event


def allowed(event: Json, scopes: frozenset[str], subscribed: Container[str] | None) -> bool:
    """Whether the app hears this event: its scopes let it, and it asked to (None: for all)."""
    name, needed = event["type"], ""
    if name == "app_mention":
        needed = "app_mentions:read"
    elif name == "link_shared":
        needed = "links:read"
    elif name == "message":
        name, needed = SUBSCRIBED[event["channel_type"]], NEEDS[event["channel_type"]]
    return (not needed or needed in scopes) and (subscribed is None or name in subscribed)


def wrapped(event: Json, event_id: str, event_time: int, *, is_shared: bool) -> Json:
    """Return the callback that carries an event."""
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": HOME.id,
        "context_team_id": HOME.id,
        "context_enterprise_id": None,
        "api_app_id": APP_ID,
        "event": event,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": event_time,
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": HOME.id,
                "user_id": BOT.id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": is_shared,
        "event_context": f"4-{event_id}",
    }


def _told(message: Message, place: Channel) -> Json:
    seen = message.to_slack() | {"channel": place.id, "event_ts": message.ts}
    seen.pop("metadata", None)
    if place.is_shared:
        seen |= {"user_team": message.team, "source_team": message.team}
    return seen


def _hidden(subtype: str, place: Channel, ts: str) -> Json:
    return {
        "type": "message",
        "subtype": subtype,
        "hidden": True,
        "channel": place.id,
        "channel_type": CHANNEL_TYPE[place.kind],
        "ts": ts,
        "event_ts": ts,
    }


_LINK = re.compile(r"<(https?://[^<>|]+)(?:\|[^<>]*)?>")


@dataclass(slots=True)
class Draft:
    """What somebody is typing: its links, and the previews that the app has given so far."""

    user: str
    links: list[Json]
    previews: dict[str, Json] = field(default_factory=dict)


class Unfurls:
    """What waits for previews: messages and drafts, by the unfurl_id that an event named."""

    def __init__(self, ids: Ids) -> None:
        self.drafts: dict[str, Draft] = {}
        self.messages: dict[str, str] = {}
        self._ids = ids

    def of_message(self, channel: str, ts: str) -> str:
        """Return the id for a message that was sent."""
        unfurl_id = f"{channel}.{ts}.{self._ids.token().lower()}"
        self.messages[unfurl_id] = ts
        return unfurl_id

    def of_draft(self, user: str, links: list[Json]) -> str:
        """Return the id for what somebody is typing."""
        unfurl_id = self._ids.token().lower()
        self.drafts[unfurl_id] = Draft(user, links)
        return unfurl_id

    def take_drafts(self, user: str) -> dict[str, Json]:
        """Return the previews of what somebody typed, by URL, and forget the drafts."""
        own = {key: draft for key, draft in self.drafts.items() if draft.user == user}
        for key in own:
            del self.drafts[key]
        return {url: one for draft in own.values() for url, one in draft.previews.items()}


def links_in(text: str, domains: Iterable[str]) -> list[Json]:
    """Return the links of these domains and of those below them, each once, as events list them."""
    wanted = tuple(domains)
    urls = dict.fromkeys(found[1].replace("&amp;", "&") for found in _LINK.finditer(text))
    return [link for url in urls for link in _fitting(url, wanted)]


def preview(url: str, shown: Json) -> Json:
    """Return the attachment that an unfurled link becomes; it is numbered under its message."""
    about = {"from_url": url, "original_url": url, "app_unfurl_url": url}
    return shown | about | {"is_app_unfurl": True, "app_id": APP_ID, "bot_id": BOT_ID}


def _fitting(url: str, domains: tuple[str, ...]) -> Iterator[Json]:
    host = urlsplit(url).hostname or ""
    for domain in domains:
        if host == domain or host.endswith(f".{domain}"):
            yield {"url": url, "domain": domain}
            return
