"""Events: what the app hears of behind a person's back, and the wrapper they travel in."""

from collections.abc import Container, Iterator, Sequence

from bot.sandbox.slack_api.messages import Message
from bot.sandbox.slack_api.payloads import VERIFICATION_TOKEN
from bot.sandbox.slack_api.people import APP_ID, BOT, HOME, Channel, Person
from bot.sandbox.slack_api.views import View
from bot.sandbox.slack_api.wire import Json

CHANNEL_TYPE = {"public": "channel", "private": "group", "im": "im"}
NEEDS = {"channel": "channels:history", "group": "groups:history", "im": "im:history"}
SUBSCRIBED = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}
MENTION = f"<@{BOT.id}>"


def of_written(message: Message, place: Channel) -> Iterator[Json]:
    """Give what the app may hear of a new message: a mention, and the message itself."""
    if BOT.id not in place.members or message.ephemeral_to:
        return
    seen = _told(message, place)
    if MENTION in message.text and place.kind != "im":
        yield seen | {"type": "app_mention"}
    yield seen | {"channel_type": CHANNEL_TYPE[place.kind]}


def of_changed(before: Message, after: Message, place: Channel, ts: str) -> Iterator[Json]:
    """Give what the app may hear of a change; a mention that was not there before is one."""
    if BOT.id not in place.members or after.ephemeral_to:
        return
    if MENTION in after.text and MENTION not in before.text and place.kind != "im":
        edited = {"edited": {"user": after.user, "ts": after.edited_ts}}
        yield _told(after, place) | {"type": "app_mention", "event_ts": ts} | edited
    told = {"message": after.to_slack(), "previous_message": before.to_slack()}
    yield _hidden("message_changed", place, ts) | told


def of_deleted(message: Message, place: Channel, ts: str) -> Iterator[Json]:
    """Give what the app may hear of a message taken away."""
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
    """Give the callback that carries an event."""
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
