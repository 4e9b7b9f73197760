"""Events: what the app hears of behind a person's back, and the wrapper they travel in."""

from collections.abc import Iterator

from bot.sandbox.slack_api.messages import Message
from bot.sandbox.slack_api.payloads import VERIFICATION_TOKEN
from bot.sandbox.slack_api.people import APP_ID, BOT, HOME, Channel, Person
from bot.sandbox.slack_api.views import View
from bot.sandbox.slack_api.wire import Json

CHANNEL_TYPE = {"public": "channel", "private": "group", "im": "im"}
NEEDS = {"channel": "channels:history", "group": "groups:history", "im": "im:history"}


def of_message(message: Message, place: Channel) -> Iterator[Json]:
    """Give what the app may hear of a message: a mention, and the message itself."""
    if BOT.id not in place.members:
        return
    seen = {
        "user": message.user,
        "ts": message.ts,
        "event_ts": message.ts,
        "text": message.text,
        "team": message.team,
        "channel": place.id,
    }
    if place.is_shared:
        seen |= {"user_team": message.team, "source_team": message.team}
    if message.thread_ts:
        seen["thread_ts"] = message.thread_ts
    if f"<@{BOT.id}>" in message.text and place.kind != "im":
        yield seen | {"type": "app_mention"}
    yield seen | {"type": "message", "channel_type": CHANNEL_TYPE[place.kind]}


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


def allowed(event: Json, scopes: frozenset[str]) -> bool:
    """Whether the app's scopes let it hear this event."""
    if event["type"] == "app_mention":
        return "app_mentions:read" in scopes
    if event["type"] == "message":
        return NEEDS[event["channel_type"]] in scopes
    return True


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
