"""Posts by themselves, each exactly once, whatever ends this process or the connection.

Before it is sent a post is written down as `sending`, after that where it stands. One whose fate is
not known, because the process was killed or Slack's answer was lost, is looked for by the key in
its metadata before it is sent again: at once, and once more when whoever may still be sending it
must have ended, and there where it was sent. So a post is sent a second time only where Slack
surely does not have the first.
"""

import logging
from dataclasses import dataclass, field
from functools import partial

from bot.clock import Clock
from bot.slack.client import Json, SlackClient
from bot.slack.errors import (
    WRONG_PLACE,
    Reason,
    SlackError,
    SlackOutcomeUnknown,
    SlackRateLimited,
    SlackRefused,
    SlackUnreachable,
)
from bot.slack.posting import (
    CLOCKS_DIFFER,
    POST,
    UPDATE,
    BlockFallback,
    Message,
    PostFinder,
    PostingLimiter,
    Sendable,
    post_metadata,
)
from bot.store.idempotency import POSTED, SENDING, PostRow, PostRows

log = logging.getLogger(__name__)

SETTLED = 30.0
"""Seconds after which no earlier try can still reach Slack: twice the time that one may take."""
UNCHANGEABLE = WRONG_PLACE | {Reason.NOT_EDITABLE}
QUIET = {"unfurl_links": False, "unfurl_media": False}


@dataclass(frozen=True, slots=True)
class PostLocation:
    """Where a post stands. `ts` is None where it may be out and cannot be looked for.

    `is_new` says that it was sent just now, so that it shows what it was to show.
    """

    channel: str
    ts: str | None
    is_new: bool = field(default=False, compare=False)


class IdempotentPosts:
    """Posts and changes what was posted. `team` is the workspace; its client must not retry.

    The limiter does the waiting for 429s, so that each try is written down right before it is made.
    """

    def __init__(  # noqa: PLR0913 -- collaborators, each once
        self,
        rows: PostRows,
        client: SlackClient,
        fallback: BlockFallback,
        lost: PostFinder,
        *,
        limiter: PostingLimiter,
        clock: Clock,
        team: str,
        settled: float = SETTLED,
    ) -> None:
        self._rows = rows
        self._client = client
        self._fallback = fallback
        self._lost = lost
        self._limiter = limiter
        self._clock = clock
        self._team = team
        self._settled = settled

    async def post(  # noqa: PLR0913 -- what, where, and how
        self,
        key: str,
        channel: str,
        thread: str | None,
        screen: Sendable,
        *,
        again: bool = False,
        anew: bool = False,
    ) -> PostLocation:
        """Post a screen, or return where it stands already; a person's id is their DM.

        `again` says what to do where a lost post cannot be looked for, because a scope is missing:
        send it once more, or leave it. `anew` draws one that stands already as it is now, if it can
        be changed. Raises SlackError and StoreError; to be called again then.
        """
        posted = await self._posted(key, channel, thread, screen, again=again)
        if anew and not posted.is_new:
            try:
                await self.update(posted, screen)
            except SlackRefused as error:
                if error.reason not in UNCHANGEABLE:
                    raise
                log.info("post-left-old", extra={"post": key, "why": error.error})
        return posted

    async def _posted(
        self, key: str, channel: str, thread: str | None, screen: Sendable, *, again: bool
    ) -> PostLocation:
        row = await self._rows.get(key)
        if row and row.state == POSTED:
            return PostLocation(row.channel, row.ts)

        async def send(message: Message) -> PostLocation:
            body = _body(message) | {"channel": channel, "metadata": post_metadata(key)} | QUIET
            body |= {"thread_ts": thread} if thread else {}
            return await self._limiter.paced(
                POST, channel, lambda: self._once(key, channel, thread, body, again=again)
            )

        return await self._fallback.send(self._team, screen, send)

    async def find(
        self, key: str, channel: str, thread: str | None, since: float
    ) -> PostLocation | None:
        """Return where a post stands that somebody may have sent since then. Raises SlackError."""
        found = await self._lost.find(key, channel, thread, since - CLOCKS_DIFFER)
        return PostLocation(*found) if found else None

    async def update(self, posted: PostLocation, screen: Sendable) -> None:
        """Draw a post anew in its place. Raises SlackError."""
        if posted.ts is None:
            return
        place = {"channel": posted.channel, "ts": posted.ts}

        async def send(message: Message) -> None:
            body = _body(message) | {"blocks": list(message.blocks)} | place
            call = partial(self._client.call, UPDATE, body)
            await self._limiter.paced(UPDATE, posted.channel, call)

        await self._fallback.send(self._team, screen, send)

    def backlog(self) -> float:
        """Return the seconds until a post could be drawn anew."""
        return self._limiter.backlog(UPDATE)

    async def _once(
        self, key: str, channel: str, thread: str | None, body: Json, *, again: bool
    ) -> PostLocation:
        """Send it where that is not done yet. Each turn of the loop reads anew how it stands."""
        while True:
            row = await self._rows.get(key)
            if row and row.state == POSTED:
                return PostLocation(row.channel, row.ts)
            if row and row.state == SENDING:
                known = await self._looked_for(row, again=again)
                if known:
                    return known
            begun, tries = self._clock.monotonic(), row.tries if row else 0
            if not await self._rows.begin(key, channel, thread, tries):
                continue
            if self._clock.monotonic() - begun < self._settled / 3:
                return await self._sent(key, tries + 1, body)
            await self._rows.clear(key, tries + 1)  # this process was held up: look anew

    async def _sent(self, key: str, tries: int, body: Json) -> PostLocation:
        try:
            answer = await self._client.call(POST, body)
        except SlackOutcomeUnknown:
            raise
        except SlackError:
            await self._rows.clear(key, tries)
            raise
        posted = PostLocation(answer.text("channel"), answer.text("ts"), is_new=True)
        await self._rows.record(key, posted.channel, posted.ts)
        return posted

    async def _looked_for(self, row: PostRow, *, again: bool) -> PostLocation | None:
        """Return where it stands; None where it is not there, and nobody can be sending it.

        It is looked for where it was sent, whatever is the place for it by now.
        """
        since = row.made - CLOCKS_DIFFER
        try:
            found = await self._lost.find(row.key, row.channel, row.thread, since)
            if found is None and row.age < self._settled:
                # an age below 0 is that of a clock that was set back
                await self._clock.sleep(self._settled - max(0.0, row.age))
                found = await self._lost.find(row.key, row.channel, row.thread, since)
        except (SlackUnreachable, SlackRateLimited, SlackOutcomeUnknown):
            raise
        except SlackError as error:
            return await self._left(row, error, again=again)
        log.info("lost-post", extra={"post": row.key, "found": found is not None})
        if found is None:
            return None
        posted = PostLocation(*found)
        await self._rows.record(row.key, posted.channel, posted.ts)
        return posted

    async def _left(self, row: PostRow, error: SlackError, *, again: bool) -> PostLocation | None:
        """Decide where Slack does not let us look."""
        about = {"post": row.key, "why": error.outcome, "again": again}
        log.warning("lost-post-not-looked-for", extra=about)
        if again:
            return None
        await self._rows.record(row.key, row.channel, None)
        return PostLocation(row.channel, None)


def _body(message: Message) -> Json:
    body: Json = {"text": message.text}
    return body | {"blocks": list(message.blocks)} if message.blocks else body
