"""Finds a post of the bot's whose fate is not known, by the key in its metadata.

Needs the scopes channels:history, groups:history or im:history; without them Slack refuses.
https://docs.slack.dev/messaging/message-metadata
"""

import re
from collections.abc import AsyncIterator
from typing import Any

from bot.slack.client import SlackClient
from bot.slack.identity import Identity

EVENT_TYPE = "simsessions_post"
PAGE = 200
MOST_PAGES = 5
_PERSON = re.compile(r"[UW][A-Z0-9]+")

Json = dict[str, Any]


def marked(key: str) -> Json:
    """Give the metadata by which a post can be found again; anybody in the channel can read it."""
    return {"event_type": EVENT_TYPE, "event_payload": {"key": key}}


class LostPosts:
    """Looks into channels, threads and direct messages."""

    def __init__(self, client: SlackClient, identity: Identity) -> None:
        self._client = client
        self._identity = identity

    async def find(
        self, key: str, channel: str, thread: str | None, since: float
    ) -> tuple[str, str] | None:
        """Give the channel and ts of the post; None where it is not there.

        `since` is in epoch seconds: nothing older is looked at. Raises SlackError.
        """
        place = await self._conversation(channel)
        async for message in self._messages(place, thread, since):
            if self._is_ours(message) and _key_of(message) == key:
                return place, str(message["ts"])
        return None

    async def _conversation(self, channel: str) -> str:
        """Give the conversation; a person's id stands for their direct messages."""
        if not _PERSON.fullmatch(channel):
            return channel
        answer = await self._client.call("conversations.open", {"users": channel}, question=True)
        return str(answer.body["channel"]["id"])

    async def _messages(
        self, channel: str, thread: str | None, since: float
    ) -> AsyncIterator[Json]:
        method = "conversations.replies" if thread else "conversations.history"
        about = {"channel": channel, "oldest": f"{since:.6f}", "limit": PAGE}
        about |= {"include_all_metadata": "true"} | ({"ts": thread} if thread else {})
        cursor = ""
        for _ in range(MOST_PAGES):
            more = {"cursor": cursor} if cursor else {}
            answer = await self._client.call(method, about | more, question=True, form=True)
            for message in answer.body.get("messages", ()):
                yield message
            cursor = (answer.body.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    def _is_ours(self, message: Json) -> bool:
        """Tell whether this bot wrote it: anybody's app may put our mark on a message."""
        written_by = {message.get("user"), message.get("bot_id")} - {None}
        return not written_by.isdisjoint({self._identity.user, self._identity.bot})


def _key_of(message: Json) -> str | None:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return None
    key = (metadata.get("event_payload") or {}).get("key")
    return key if isinstance(key, str) else None
