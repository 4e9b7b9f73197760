"""Sending messages: as answers by whichever way works, or as progress that is edited in place."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, repeat
from typing import Any
from uuid import uuid4

from cachetools import TTLCache

from bot.clock import Clock
from bot.errors import without_traceback
from bot.slack.client import SlackClient, SlackObserver
from bot.slack.errors import (
    WRONG_PLACE,
    NotDelivered,
    Reason,
    SlackError,
    SlackOutcomeUnknown,
    SlackRefused,
)
from bot.slack.posting import (
    ANSWER,
    ASKING,
    BlockFallback,
    Message,
    Sendable,
    SurePosts,
    post_metadata,
    with_duplicate_note,
)
from bot.struct import Struct, field, replace

Json = dict[str, Any]


class Request(Struct):
    """Who asks, where, through which URL the answer goes, and what is left of the text.

    `is_public` says that the message that was clicked is one that everybody sees; `aloud` that it
    was asked for all to see, so that all see the answer; `instead` that whatever comes of it takes
    the place of the message that was clicked; `opens_thread` that the thread begins with the
    answer; `clicked` is the ts of the message that was clicked; `typed` is all that was typed,
    with the subcommand; `id` names it to those who take care of its answer.
    """

    team: str
    user: str
    channel: str
    text: str
    response_url: str | None = None
    thread: str | None = None
    trigger: str | None = None
    is_public: bool = False
    aloud: bool = False
    instead: bool = False
    opens_thread: bool = False
    clicked: str = ""
    typed: str = ""
    id: str = field(default_factory=lambda: uuid4().hex)

    @property
    def person(self) -> str:
        """What one person's rate limit goes by."""
        return f"{self.team}:{self.user}"


NO_PREVIEWS: Json = {"unfurl_links": False, "unfurl_media": False}
"""Keeps Slack from adding a preview of the map link to every answer."""


class Post(Struct):
    """A message as each route wants it: for all or the asker, new or instead of the clicked one.

    Not `threaded`, it leaves the thread out, which is gone. `again`, it may be there already.
    """

    to: Request
    message: Message
    in_channel: bool = False
    replace: bool = False
    threaded: bool = True
    again: bool = False

    def to_response_url(self) -> Json:
        """Return the body for the interaction's own URL."""
        kind = "in_channel" if self.in_channel else "ephemeral"
        more = {"response_type": kind, "replace_original": self.replace}
        # without thread_ts the answer to a click in a thread lands in the channel
        thread = self._thread() if self.in_channel else self._asker_thread()
        return self._body() | thread | NO_PREVIEWS | more

    def to_asker_here(self) -> Json:
        """Return the body for chat.postEphemeral."""
        place = {"channel": self.to.channel, "user": self.to.user}
        return self._body() | self._asker_thread() | place

    def to_channel(self) -> Json:
        """Return the body for chat.postMessage into the channel."""
        return self._new() | self._thread() | {"channel": self.to.channel}

    def to_asker_directly(self) -> Json:
        """Return the body for chat.postMessage to the asker; a user's id opens their messages."""
        return self._new() | {"channel": self.to.user}

    def _new(self) -> Json:
        """Return a new post's body; no other way of sending is documented to take entities."""
        entities = list(self.message.entities)
        more = {"metadata": {"entities": entities}} if entities else {}
        return self._body() | NO_PREVIEWS | more

    def _body(self) -> Json:
        body: Json = {"text": self.message.text}
        body |= {"blocks": list(self.message.blocks)} if self.message.blocks else {}
        return with_duplicate_note(body) if self.again else body

    def _thread(self) -> Json:
        return {"thread_ts": self.to.thread} if self.to.thread and self.threaded else {}

    def _asker_thread(self) -> Json:
        return {} if self.to.opens_thread else self._thread()


log = logging.getLogger(__name__)


class Delivery:
    """Delivers an answer to somebody who waits, by the first way that works."""

    def __init__(
        self,
        client: SlackClient,
        fallback: BlockFallback,
        posts: SurePosts,
        observer: SlackObserver,
    ) -> None:
        self.posts = posts
        self._client = client
        self._fallback = fallback
        self._observer = observer

    async def deliver(  # noqa: PLR0913 -- to whom, what, and how it is shown
        self,
        to: Request,
        screen: Sendable,
        *,
        in_channel: bool = False,
        replace: bool = False,
        threaded: bool = True,
        again: bool = False,
    ) -> str:
        """Send a screen and return the route that it took.

        `in_channel` is for all to see; `replace` puts it in place of what was clicked; the rest is
        as in Post. A workspace that refuses a newer block gets plainer ones, at last the text
        alone. Raises NotDelivered.
        """

        async def send(message: Message) -> str:
            return await self._send(Post(to, message, in_channel, replace, threaded, again))

        return await self._fallback.send(to.team, screen, send)

    async def post(self, team: str, channel: str, screen: Sendable) -> None:
        """Post a message for all in a channel, of the bot's own accord. Raises SlackError."""

        async def send(message: Message) -> None:
            body = {"channel": channel, "text": message.text, "blocks": list(message.blocks)}
            await self.posts.post(body | NO_PREVIEWS)

        await self._fallback.send(team, screen, send)

    async def unfurl(self, message: Json, cards: Mapping[str, Sequence[Json]]) -> None:
        """Show cards below the links of a message, by URL. Raises SlackError.

        `message` names it by channel and ts, or a draft by unfurl_id and source.
        """
        unfurls = {url: {"blocks": list(blocks)} for url, blocks in cards.items()}
        await self._client.call("chat.unfurl", message | {"unfurls": unfurls}, idempotent=True)

    async def _send(self, post: Post) -> str:
        """Try one route after the other; what is in doubt goes by the next and says so.

        Raises SlackRefused for blocks only, else NotDelivered.
        """
        failed: SlackError | None = None
        for route, attempt in self._routes(post):
            try:
                await attempt(post)
            except SlackError as error:
                self._failed(route, error)
                if isinstance(error, SlackRefused) and error.reason is Reason.BAD_BLOCKS:
                    raise
                failed = without_traceback(error)
                post = replace(post, again=post.again or isinstance(error, SlackOutcomeUnknown))
            else:
                self._observer.delivered(route, "ok")
                return route
        raise NotDelivered("any route") from failed

    def _routes(self, post: Post) -> Iterator[tuple[str, Callable[[Post], Awaitable[object]]]]:
        client = self._client
        if url := post.to.response_url:  # what replaces a message may do so twice
            yield (
                "response_url",
                lambda it: client.respond(url, it.to_response_url(), idempotent=it.replace),
            )
        if post.in_channel:
            yield "channel", lambda it: self.posts.post(it.to_channel())
        else:
            yield "ephemeral", lambda it: client.call("chat.postEphemeral", it.to_asker_here())
            yield "dm", lambda it: self.posts.post(it.to_asker_directly())

    def _failed(self, route: str, error: SlackError) -> None:
        self._observer.delivered(route, error.outcome)
        log.warning("delivery-failed", extra={"route": route, "outcome": error.outcome})


FIRST_PAUSE_SECONDS = 1.5
PAUSE_SECONDS = 3.0


class NewestAnswers:
    """Remembers for some minutes whose answer stands in a message, by its channel and ts."""

    def __init__(self, clock: Clock) -> None:
        self._newest: TTLCache[tuple[str, str], str] = TTLCache(10_000, 300.0, clock.monotonic)

    def put(self, request: Request, ts: str) -> None:
        """Remember that the answer to a request has been put into a message."""
        if ts:
            self._newest[request.channel, ts] = request.id

    def is_newest(self, request: Request, ts: str) -> bool:
        """Return whether no other answer has been put there since."""
        return self._newest.get((request.channel, ts), request.id) == request.id


class ProgressMessages:
    """Makes messages that show progress and then turn into the answer."""

    def __init__(
        self, client: SlackClient, fallback: BlockFallback, delivery: Delivery, clock: Clock
    ) -> None:
        self._parts = client, fallback, delivery, clock

    def begin(self, to: Request, *, in_channel: bool, replace: bool = False) -> "ProgressMessage":
        """Return one that is not posted yet; `replace` puts it in place of what was clicked."""
        return ProgressMessage(*self._parts, to, in_channel=in_channel, replace=replace)


class ProgressMessage:
    """One such message. Where the bot may not post in the channel, only the asker sees it.

    That is replaced where something was clicked; a command's response URL posts a second message.
    """

    def __init__(  # noqa: PLR0913 -- how it is sent, to whom, and how it is shown
        self,
        client: SlackClient,
        fallback: BlockFallback,
        delivery: Delivery,
        clock: Clock,
        to: Request,
        *,
        in_channel: bool,
        replace: bool,
    ) -> None:
        self._client = client
        self._fallback = fallback
        self._delivery = delivery
        self._clock = clock
        self._to = to
        self._in_channel = in_channel
        self._replace = replace
        self._place: dict[str, str] | None = None
        self._entities: Sequence[Json] = ()
        self._posting: asyncio.Future[Any] | None = None
        self._threaded = True
        self._again = False
        self._is_late = False
        self._said: Sendable | None = None

    @property
    def in_channel(self) -> bool:
        """Whether everybody in the channel sees it, as far as is known by now."""
        return self._in_channel

    @property
    def ts(self) -> str:
        """The ts of the message that is edited; "" where there is none."""
        return self._place["ts"] if self._place else ""

    def pauses(self) -> Iterator[float]:
        """Return the seconds to wait before each update; the asker alone gets a single one."""
        regular: Iterator[float] = repeat(PAUSE_SECONDS)
        return chain((FIRST_PAUSE_SECONDS,), regular if self._in_channel else ())

    async def show(self, screen: Sendable) -> None:
        """Show how far it is; an error is logged and stops nothing else."""
        self._is_late = True  # unless it ends, and Slack says how
        try:
            if self._in_channel:
                await self._put(screen, ASKING + self._to.id)
            elif url := self._to.response_url:
                await self._show_to_asker(screen, url)
            self._is_late = False
        except SlackError as error:
            self._is_late = isinstance(error, SlackOutcomeUnknown)
            log.warning("progress-not-shown", extra={"outcome": error.outcome})

    async def finish(self, screen: Sendable) -> None:
        """Turn it into the answer, or deliver that otherwise. Raises NotDelivered.

        The first post is waited for: else it would be unknown whether there is one to edit.
        """
        if self._posting:
            await asyncio.gather(self._posting, return_exceptions=True)
        if not (self._in_channel and await self._finish_in_place(screen)):
            how = {"replace": self._replace, "threaded": self._threaded, "again": self._again}
            await self._delivery.deliver(self._to, screen, **how)

    async def settle(self) -> None:
        """Say the answer again where Slack may show a progress of before it over it, being late."""
        if self._is_late and self._said and self._place:
            await self._clock.sleep(PAUSE_SECONDS)
            await self._finish_in_place(self._said)

    async def _finish_in_place(self, screen: Sendable) -> bool:
        """Return whether the answer is there for sure."""
        try:
            await self._put(screen, f"{ANSWER}{self._to.id}:{uuid4().hex[:8]}")
        except SlackError as error:
            log.warning("delivery-failed", extra={"outcome": error.outcome})
            self._again = isinstance(error, SlackOutcomeUnknown)
            return False
        self._said = screen
        return True

    async def _put(self, screen: Sendable, key: str) -> None:
        """Post it, or edit it, to be found by this key. Raises SlackError."""
        try:
            await self._fallback.send(self._to.team, screen, partial(self._post_or_edit, key=key))
        except SlackRefused as error:
            if error.reason in WRONG_PLACE:
                self._in_channel = False
            self._threaded = error.reason is not Reason.NO_THREAD
            raise

    async def _post_or_edit(self, message: Message, key: str) -> None:
        if self._place and await self._edit(message, self._place, key):
            return
        self._posting = asyncio.ensure_future(self._post(message, key))
        await asyncio.shield(self._posting)

    async def _post(self, message: Message, key: str) -> None:
        post = Post(self._to, message, in_channel=True)
        channel, ts = await self._delivery.posts.post(post.to_channel(), key)
        self._place, self._entities = {"channel": channel, "ts": ts}, message.entities

    async def _edit(self, message: Message, place: dict[str, str], key: str) -> bool:
        """Return whether it could be edited; an edit may be repeated without harm.

        An edit keeps the metadata that it does not name: entities stay while they hold, and go
        when they do not.
        """
        said: Json = {"text": message.text, "blocks": list(message.blocks)}
        if not self._entities or self._entities != message.entities:
            said, self._entities = said | {"metadata": post_metadata(key)}, ()
        try:
            await self._client.call("chat.update", place | said, idempotent=True)
        except SlackRefused as error:
            if error.reason is Reason.BAD_BLOCKS:
                raise
            log.warning("carries-on-in-a-new-message", extra={"outcome": error.error})
            return False
        return True

    async def _show_to_asker(self, screen: Sendable, url: str) -> None:
        async def send(message: Message) -> None:
            body = Post(self._to, message, replace=self._replace).to_response_url()
            self._posting = asyncio.ensure_future(self._client.respond(url, body))
            await asyncio.shield(self._posting)

        await self._fallback.send(self._to.team, screen, send)
