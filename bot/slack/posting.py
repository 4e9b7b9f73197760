"""What posts of the bot's own accord need: a rate limit, and a way to find a post that was lost.

https://docs.slack.dev/apis/web-api/rate-limits: chat.postMessage takes about one message a second
and channel, and hides what comes faster without an error; chat.update is of tier 3.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

from bot.clock import Clock
from bot.slack.bolt_app import Identity
from bot.slack.client import SlackClient, part, parts, text_in
from bot.slack.errors import SlackRateLimited

POST = "chat.postMessage"
UPDATE = "chat.update"
INTERVALS = {POST: 1.0, UPDATE: 1.3}
"""Seconds between two calls; posts are counted by channel, changes over the whole workspace."""
MAX_WAIT = 60.0
MAX_LANES = 1000

Json = dict[str, Any]
T = TypeVar("T")


class PostingLimiter:
    """Spaces out calls. What somebody waits for does not pass through here: it goes first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._free_at: dict[tuple[str, str], float] = {}

    async def paced(self, method: str, channel: str, call: Callable[[], Awaitable[T]]) -> T:
        """Wait for a turn, then call, and again after each 429.

        Raises SlackRateLimited where Slack asks for waits of more than a minute in all, and what
        `call` raises.
        """
        waited = 0.0
        while True:
            await self._turn(method, channel)
            try:
                return await call()
            except SlackRateLimited as error:
                waited += error.retry_after
                self._hold(method, channel, error.retry_after)
                if waited > MAX_WAIT:
                    raise

    def backlog(self, method: str, channel: str = "") -> float:
        """Return the seconds until a call made now would have its turn."""
        free = self._free_at.get(_lane(method, channel), 0.0)
        return max(0.0, free - self._clock.monotonic())

    async def _turn(self, method: str, channel: str) -> None:
        wait, lane = self.backlog(method, channel), _lane(method, channel)
        self._free_at[lane] = self._clock.monotonic() + wait + INTERVALS.get(method, 0.0)
        self._forget()
        if wait:
            await self._clock.sleep(wait)

    def _hold(self, method: str, channel: str, seconds: float) -> None:
        lane, until = _lane(method, channel), self._clock.monotonic() + seconds
        self._free_at[lane] = max(self._free_at.get(lane, 0.0), until)

    def _forget(self) -> None:
        if len(self._free_at) > MAX_LANES:
            now = self._clock.monotonic()
            self._free_at = {lane: at for lane, at in self._free_at.items() if at > now}


def _lane(method: str, channel: str) -> tuple[str, str]:
    return (method, channel if method == POST else "")


EVENT_TYPE = "simsessions_post"
PAGE = 200
MAX_PAGES = 5
_USER_ID = re.compile(r"[UW][A-Z0-9]+")


def marked(key: str) -> Json:
    """Return the metadata by which a post is found again; everybody in the channel can read it."""
    return {"event_type": EVENT_TYPE, "event_payload": {"key": key}}


class PostFinder:
    """Finds a post by its metadata: in a channel, a thread or direct messages."""

    def __init__(self, client: SlackClient, identity: Identity) -> None:
        self._client = client
        self._identity = identity

    async def find(
        self, key: str, channel: str, thread: str | None, since: float
    ) -> tuple[str, str] | None:
        """Return the channel and ts of the post with this key; None where there is none.

        Nothing older than `since`, in epoch seconds, is looked at. Raises SlackError.
        """
        place = await self._conversation(channel)
        async for message in self._messages(place, thread, since):
            if self._is_ours(message) and _key_of(message) == key:
                return place, text_in(message, "ts")
        return None

    async def _conversation(self, channel: str) -> str:
        """Return the conversation; a person's id stands for their direct messages."""
        if not _USER_ID.fullmatch(channel):
            return channel
        answer = await self._client.call("conversations.open", {"users": channel}, idempotent=True)
        return answer.text("id", inside="channel")

    async def _messages(
        self, channel: str, thread: str | None, since: float
    ) -> AsyncIterator[Json]:
        method = "conversations.replies" if thread else "conversations.history"
        about = {"channel": channel, "oldest": f"{since:.6f}", "limit": PAGE}
        about |= {"include_all_metadata": "true"} | ({"ts": thread} if thread else {})
        cursor = ""
        for _ in range(MAX_PAGES):
            more = {"cursor": cursor} if cursor else {}
            answer = await self._client.call(method, about | more, idempotent=True, form=True)
            for message in parts(answer.body, "messages"):
                yield message
            if not (cursor := answer.next_cursor):
                return

    def _is_ours(self, message: Json) -> bool:
        """Return whether this bot wrote it: anybody's app may put our mark on a message."""
        written_by = {text_in(message, "user"), text_in(message, "bot_id")} - {""}
        return not written_by.isdisjoint({self._identity.user, self._identity.bot})


def _key_of(message: Json) -> str | None:
    metadata = part(message, "metadata")
    if metadata.get("event_type") != EVENT_TYPE:
        return None
    return text_in(part(metadata, "event_payload"), "key") or None
