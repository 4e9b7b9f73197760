"""The payloads of commands, clicks and modals, complete as Slack sends them."""

from bot.emulators.slack.ids import Json
from bot.emulators.slack.messages import Message
from bot.emulators.slack.people import APP_ID, HOME, TEAMS, Channel, Person
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
