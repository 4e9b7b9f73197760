"""What posts need: a rate limit, a way to find one that was lost, and plainer blocks if refused.

https://docs.slack.dev/apis/web-api/rate-limits: chat.postMessage takes about one message a second
and channel, and hides what comes faster without an error; chat.update is of tier 3.
"""

import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from typing import Any, Protocol, TypeVar
from uuid import uuid4

from bot.clock import Clock
from bot.slack.client import SlackClient, SlackObserver, SlackResponse, part, parts, text_in
from bot.slack.errors import (
    NOT_DONE,
    Reason,
    SlackError,
    SlackOutcomeUnknown,
    SlackRateLimited,
    SlackRefused,
)
from bot.slack.identity import Identity
from bot.struct import Struct

log = logging.getLogger(__name__)

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
CLOCKS_DIFFER = 300.0
_USER_ID = re.compile(r"[UW][A-Z0-9]+")


def post_metadata(key: str) -> Json:
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
        """Return the channel and ts of the post with this key, or one of it; None: there is none.

        Nothing older than `since`, in epoch seconds, is looked at. Raises SlackError.
        """
        place = await self._conversation(channel)
        async for message in self._messages(place, thread, since):
            if self._is_ours(message) and _is_of(_key_of(message), key):
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


def _is_of(found: str | None, key: str) -> bool:
    """Return whether a key is this one, or one more of it: `key:…`."""
    return found is not None and (found == key or found.startswith(f"{key}:"))


def _key_of(message: Json) -> str | None:
    metadata = part(message, "metadata")
    if metadata.get("event_type") != EVENT_TYPE:
        return None
    return text_in(part(metadata, "event_payload"), "key") or None


LOOK_AFTER = (0.0, 2.0, 8.0)
"""Seconds before each look: somebody waits, and Slack may still be at work on what it took."""
MOST_BLOCKS = 50
ANSWER, ASKING = "answer:", "asking:"  # what its keys begin with; the other shows the progress
MAYBE_TWICE = "Slack did not say whether it took this message: you may see it twice."


def with_duplicate_note(body: Json) -> Json:
    """Return a message that says that it may be there already."""
    if blocks := body.get("blocks"):
        said = {"type": "context", "elements": [{"type": "mrkdwn", "text": MAYBE_TWICE}]}
        return body | {"blocks": [*blocks, said][:MOST_BLOCKS]}
    return body | {"text": f"{body['text']}\n{MAYBE_TWICE}"}


class SurePosts:
    """Posts what somebody waits for: one in doubt is looked for, and sent again if it is missing.

    Where Slack does not let us look, it is sent again and says that it may be there twice.
    """

    def __init__(self, client: SlackClient, lost: PostFinder, clock: Clock) -> None:
        self._client = client
        self._lost = lost
        self._clock = clock

    async def post(self, body: Json, key: str = "") -> tuple[str, str]:
        """Return the channel and ts of a new post, to be found by `key`. Raises SlackError.

        In a thread whose first message was deleted meanwhile Slack may post in the channel instead:
        that is taken back, and refused as a thread that is not there.
        """
        key = key or ANSWER + uuid4().hex
        since = self._clock.now().timestamp() - CLOCKS_DIFFER
        body = body | {"metadata": body.get("metadata", {}) | post_metadata(key)}
        try:
            return await self._once(body)
        except SlackOutcomeUnknown as error:
            log.warning("answer-in-doubt", extra={"outcome": error.outcome})
        try:
            found = await self._looked_for(key, body, since)
        except SlackError as error:
            log.warning("lost-post-not-looked-for", extra={"why": error.outcome})
            return await self._once_more(body)
        try:
            return found or await self._once(body)
        except SlackOutcomeUnknown:
            if again := await self._looked_for(key, body, since):
                return again
            raise

    async def _once_more(self, body: Json) -> tuple[str, str]:
        try:
            return await self._once(with_duplicate_note(body))
        except NOT_DONE as error:
            raise SlackOutcomeUnknown(POST, error.outcome) from error

    async def _once(self, body: Json) -> tuple[str, str]:
        answer = await self._with_entities_or_without(body)
        channel, ts = answer.text("channel"), answer.text("ts")
        thread = body.get("thread_ts")
        if thread and not _is_in(thread, answer):
            await self._client.call("chat.delete", {"channel": channel, "ts": ts}, idempotent=True)
            raise SlackRefused(POST, "thread_not_found")
        return channel, ts

    async def _with_entities_or_without(self, body: Json) -> SlackResponse:
        """Post it, without its Work Objects where the workspace takes none."""
        try:
            return await self._client.call(POST, body)
        except SlackRefused as error:
            mark = {name: each for name, each in body["metadata"].items() if name != "entities"}
            if mark == body["metadata"] or "metadata" not in error.error:
                raise
            log.warning("no-work-objects", extra={"why": error.error})
            return await self._client.call(POST, body | {"metadata": mark})

    async def _looked_for(self, key: str, body: Json, since: float) -> tuple[str, str] | None:
        for pause in LOOK_AFTER:
            await self._clock.sleep(pause)
            place = body["channel"], body.get("thread_ts")
            if found := await self._lost.find(key, *place, since):
                return found
        return None


def _is_in(thread: str, answer: SlackResponse) -> bool:
    return text_in(part(answer.body, "message"), "thread_ts") == thread


class Message(Protocol):
    """What is sent as it is: `text` is for notifications and screen readers, `blocks` are drawn."""

    @property
    def text(self) -> str:
        """The sentence."""

    @property
    def blocks(self) -> Sequence[Json]:
        """Block Kit; empty where the text is all."""

    @property
    def entities(self) -> Sequence[Json]:
        """Work Objects that a new post carries, where the workspace takes them."""


Refused = frozenset[str]


class Sendable(Protocol):
    """What is to be sent, as rich as can be."""

    def without(self, refused: Refused) -> Message:
        """Return it without the types of blocks that a workspace has refused."""


class TextOnly(Struct):
    """A message without blocks: no workspace refuses it."""

    text: str
    blocks: tuple[Json, ...] = ()
    entities: tuple[Json, ...] = ()


# The newest first: the likeliest to be unknown, where Slack does not say which it was.
NEWEST_FIRST = ("data_visualization", "data_table", "container", "table")
ALL_BLOCKS: Refused = frozenset({*NEWEST_FIRST, "section"})
_POINTER = re.compile(r"/blocks/(\d+)")


def degrade(
    refused: Refused, blocks: Sequence[Json], messages: Iterable[str] = ()
) -> Refused | None:
    """Add one kind of block to what is refused; None where there was no block left to blame.

    `messages` are Slack's `response_metadata.messages`, which may name the block or point at it.
    """
    used = [kind for kind in NEWEST_FIRST if kind in _kinds(blocks)]
    if not used:
        return ALL_BLOCKS if blocks else None
    blamed = _blamed(blocks, messages)
    return refused | {next((kind for kind in used if kind in blamed), used[0])}


def _kinds(blocks: Iterable[Json]) -> set[str]:
    children = (_kinds(block.get("child_blocks", ())) for block in blocks)
    return {block["type"] for block in blocks}.union(*children)


def _blamed(blocks: Sequence[Json], messages: Iterable[str]) -> Refused:
    found: set[str] = set()
    for message in messages:
        found.update(kind for kind in NEWEST_FIRST if re.search(rf"\b{kind}\b", message))
        at = _POINTER.search(message)
        if at and int(at[1]) < len(blocks):
            found.add(blocks[int(at[1])]["type"])
    return frozenset(found)


class BlockFallback:
    """Remembers which types of blocks a workspace does not know, for all that is sent there."""

    def __init__(self, observer: SlackObserver) -> None:
        self._observer = observer
        self._learnt: dict[str, Refused] = {}

    async def send(self, team: str, screen: Sendable, send: Callable[[Message], Awaitable[T]]) -> T:
        """Call `send`, with a plainer message after each refusal of a block, at last text alone.

        Raises what `send` raises, except for refused blocks.
        """
        refused: Refused | None = self._learnt.get(team, frozenset())
        while refused is not None:
            message = screen.without(refused)
            try:
                done = await send(message)
            except SlackRefused as error:
                if error.reason is not Reason.BAD_BLOCKS:
                    raise
                refused = self._plainer(refused, message, error)
            else:
                if message.blocks:  # without any, it says nothing of what this workspace knows
                    self._learn(team, refused)
                return done
        return await send(TextOnly(message.text))

    def _plainer(self, refused: Refused, message: Message, error: SlackRefused) -> Refused | None:
        plainer = degrade(refused, message.blocks, error.messages)
        log.warning("blocks-refused", extra={"slack_messages": error.messages})
        return None if plainer == refused else plainer

    def _learn(self, team: str, refused: Refused) -> None:
        known = self._learnt.get(team, frozenset())
        if news := refused - known:
            log.warning("blocks-unknown-here", extra={"team": team, "kinds": sorted(news)})
            self._learnt[team] = known | news
            for kind in sorted(news):
                self._observer.block_unknown(kind)
