"""Whether the bot can post in a channel, who is in it, and which time zone somebody lives in.

Needs channels:read, groups:read and users:read; without them it says that it does not know.
"""

import logging
from enum import StrEnum

from bot.slack.client import Json, SlackClient
from bot.slack.errors import SlackError, SlackRefused

log = logging.getLogger(__name__)

_KINDS = "public_channel,private_channel"
_PAGE = 999
_PAGES = 10


class Trouble(StrEnum):
    """Why nothing can be posted in a channel."""

    ARCHIVED = "archived"
    NOT_IN_CHANNEL = "not_in_channel"
    NOT_ALLOWED = "not_allowed"


TROUBLES = {
    "is_archived": Trouble.ARCHIVED,
    "channel_not_found": Trouble.NOT_IN_CHANNEL,
    "not_in_channel": Trouble.NOT_IN_CHANNEL,
    "channel_is_limited_access": Trouble.NOT_ALLOWED,
    "restricted_action": Trouble.NOT_ALLOWED,
    "restricted_action_read_only_channel": Trouble.NOT_ALLOWED,
    "restricted_action_thread_only_channel": Trouble.NOT_ALLOWED,
    "restricted_action_non_threadable_channel": Trouble.NOT_ALLOWED,
    "team_access_not_granted": Trouble.NOT_ALLOWED,
}
"""https://docs.slack.dev/reference/methods/chat.postMessage, the errors that last."""


def trouble_of(error: SlackError) -> Trouble | None:
    """Give what lasting trouble an error of a post tells of; None: it may be better soon."""
    return TROUBLES.get(error.error) if isinstance(error, SlackRefused) else None


class Places:
    """Asks Slack, each time anew. Nothing here raises a SlackError."""

    def __init__(self, client: SlackClient) -> None:
        self._client = client

    async def trouble(self, channel: str) -> Trouble | None:
        """Say what stands in the way of posting; None: nothing that Slack tells of beforehand."""
        answer = await self._asked("conversations.info", {"channel": channel})
        if isinstance(answer, SlackError):
            return trouble_of(answer)
        told = answer.get("channel") or {}
        if told.get("is_archived"):
            return Trouble.ARCHIVED
        is_outside = told.get("is_member") is False and not told.get("is_im")
        return Trouble.NOT_IN_CHANNEL if is_outside else None

    async def has(self, channel: str, person: str) -> bool:
        """Tell whether a person is in a channel; no where Slack does not say."""
        return channel in await self.channels_of(person)

    async def channels_of(self, person: str) -> frozenset[str]:
        """Give the channels that a person is in, as far as Slack says; archived ones too."""
        found: set[str] = set()
        body = {"user": person, "types": _KINDS, "limit": str(_PAGE)}
        for _ in range(_PAGES):
            answer = await self._asked("users.conversations", body)
            if isinstance(answer, SlackError):
                break
            found.update(str(channel.get("id")) for channel in answer.get("channels") or ())
            body["cursor"] = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not body["cursor"]:
                break
        return frozenset(found)

    async def zone_of(self, person: str) -> str | None:
        """Give the IANA name of a person's time zone; None where Slack does not say."""
        answer = await self._asked("users.info", {"user": person})
        if isinstance(answer, SlackError):
            return None
        zone = (answer.get("user") or {}).get("tz")
        return zone if isinstance(zone, str) and zone else None

    async def _asked(self, method: str, body: Json) -> Json | SlackError:
        try:
            return (await self._client.call(method, body, question=True, form=True)).body
        except SlackError as error:
            log.info("slack-did-not-say", extra={"what": method, "why": error.outcome})
            return error
