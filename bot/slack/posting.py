"""How fast the bot writes by itself: a message a second to a channel, no sooner than Slack says.

https://docs.slack.dev/apis/web-api/rate-limits: chat.postMessage takes about one message a second
and channel, and hides what is above that without an error; chat.update is of tier 3.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

from bot.clock import Clock
from bot.slack.bolt_app import Identity
from bot.slack.client import SlackClient
from bot.slack.errors import SlackRateLimited

EVENT_TYPE = "simsessions_post"
PAGE = 200
MOST_PAGES = 5
_PERSON = re.compile(r"[UW][A-Z0-9]+")

Json = dict[str, Any]


def marked(key: str) -> Json:
    """Return the metadata by which a post is found again; anybody in the channel can read it."""
    return {"event_type": EVENT_TYPE, "event_payload": {"key": key}}


class PostFinder:
    """Looks into channels, threads and direct messages."""

    def __init__(self, client: SlackClient, identity: Identity) -> None:
        self._client = client
        self._identity = identity

    async def find(
        self, key: str, channel: str, thread: str | None, since: float
    ) -> tuple[str, str] | None:
        """Return the channel and ts of the post; None where it is not there.

        `since` is in epoch seconds: nothing older is looked at. Raises SlackError.
        """
        place = await self._conversation(channel)
        async for message in self._messages(place, thread, since):
            if self._is_ours(message) and _key_of(message) == key:
                return place, str(message["ts"])
        return None

    async def _conversation(self, channel: str) -> str:
        """Return the conversation; a person's id stands for their direct messages."""
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
        """Return whether this bot wrote it: anybody's app may put our mark on a message."""
        written_by = {message.get("user"), message.get("bot_id")} - {None}
        return not written_by.isdisjoint({self._identity.user, self._identity.bot})


def _key_of(message: Json) -> str | None:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return None
    key = (metadata.get("event_payload") or {}).get("key")
    return key if isinstance(key, str) else None


POST = "chat.postMessage"
UPDATE = "chat.update"
APART = {POST: 1.0, UPDATE: 1.3}
"""Seconds between two calls; posts are counted by channel, changes over the whole workspace."""
PATIENCE = 60.0
KEPT = 1000

T = TypeVar("T")


class PostingLimiter:
    """Gives turns. Answers to people who wait do not ask here: they go first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._free_at: dict[tuple[str, str], float] = {}

    async def paced(self, method: str, channel: str, call: Callable[[], Awaitable[T]]) -> T:
        """Wait for a turn, then call, and again after each 429 for as long as patience lasts.

        Raises SlackRateLimited where Slack asks for a longer wait, and what `call` raises.
        """
        waited = 0.0
        while True:
            await self._turn(method, channel)
            try:
                return await call()
            except SlackRateLimited as error:
                waited += error.retry_after
                self._hold(method, channel, error.retry_after)
                if waited > PATIENCE:
                    raise

    def backlog(self, method: str, channel: str = "") -> float:
        """Return the seconds until a call made now would have its turn."""
        free = self._free_at.get(_lane(method, channel), 0.0)
        return max(0.0, free - self._clock.monotonic())

    async def _turn(self, method: str, channel: str) -> None:
        wait, lane = self.backlog(method, channel), _lane(method, channel)
        self._free_at[lane] = self._clock.monotonic() + wait + APART.get(method, 0.0)
        self._forget()
        if wait:
            await self._clock.sleep(wait)

    def _hold(self, method: str, channel: str, seconds: float) -> None:
        lane, until = _lane(method, channel), self._clock.monotonic() + seconds
        self._free_at[lane] = max(self._free_at.get(lane, 0.0), until)

    def _forget(self) -> None:
        if len(self._free_at) > KEPT:
            now = self._clock.monotonic()
            self._free_at = {lane: at for lane, at in self._free_at.items() if at > now}


def _lane(method: str, channel: str) -> tuple[str, str]:
    return (method, channel if method == POST else "")
