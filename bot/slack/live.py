"""A message that is shown while work goes on, and that the answer then takes the place of.

For all to see it is one message, edited in place; Slack may forbid that at any time (an edit window
of the workspace, a deleted message), and then a new message carries on. What only the asker sees
cannot be edited: a command's response_url replaces nothing that was posted through it, so the asker
is shown one message on the way, and the answer beneath it.
https://github.com/slackapi/bolt-js/issues/2287 (replace_original does nothing for a command)
"""

import asyncio
import logging
from collections.abc import Iterator
from itertools import chain, repeat

from bot.slack.client import SlackClient
from bot.slack.delivery import Delivery
from bot.slack.drawing import BAD_BLOCKS, Draw, Drawing
from bot.slack.errors import SlackError, SlackOutcomeUnknown, SlackRefused
from bot.slack.post import Message, Post, Target

log = logging.getLogger(__name__)

FIRST_SECONDS = 1.5
EVERY_SECONDS = 3.0
NOT_THERE = frozenset({"not_in_channel", "channel_not_found", "restricted_action"})


class LiveMessages:
    """Begins them."""

    def __init__(self, client: SlackClient, drawing: Drawing, delivery: Delivery) -> None:
        self._client = client
        self._drawing = drawing
        self._delivery = delivery

    def begin(self, to: Target, *, in_channel: bool) -> "Live":
        """Give a message that is not shown yet."""
        return Live(self._client, self._drawing, self._delivery, to, in_channel=in_channel)


class Live:
    """One such message. Where the bot is not in the channel, only the asker is shown it."""

    def __init__(
        self,
        client: SlackClient,
        drawing: Drawing,
        delivery: Delivery,
        to: Target,
        *,
        in_channel: bool,
    ) -> None:
        self._client = client
        self._drawing = drawing
        self._delivery = delivery
        self._to = to
        self._in_channel = in_channel
        self._place: dict[str, str] | None = None
        self._posting: asyncio.Future[None] | None = None

    @property
    def in_channel(self) -> bool:
        """Whether everybody in the channel reads it, as far as is known by now."""
        return self._in_channel

    def pauses(self) -> Iterator[float]:
        """Give how many seconds to wait before each showing; none is left where one is enough."""
        often: Iterator[float] = repeat(EVERY_SECONDS)
        return chain((FIRST_SECONDS,), often if self._in_channel else ())

    async def show(self, draw: Draw) -> None:
        """Show how far the work is; what goes wrong with that is logged and costs nothing else."""
        try:
            if self._in_channel:
                await self._put(draw)
            elif self._to.response_url:
                await self._whisper(draw, self._to.response_url)
        except SlackError as error:
            log.warning("progress-not-shown", extra={"outcome": error.outcome})

    async def finish(self, draw: Draw) -> None:
        """Show the answer in its place. Raises NotDelivered where nobody can be reached.

        A showing may have been cut off by then; only the first is waited for, else nobody would
        know whether a message is there to be edited.
        """
        if self._posting:
            await asyncio.gather(self._posting, return_exceptions=True)
        if not (self._in_channel and await self._is_finished(draw)):
            await self._delivery.deliver(self._to, draw)

    async def _is_finished(self, draw: Draw) -> bool:
        """Tell whether the answer is there, or may be: it is never sent twice."""
        try:
            await self._put(draw)
        except SlackError as error:
            log.warning("delivery-failed", extra={"outcome": error.outcome})
            return isinstance(error, SlackOutcomeUnknown)
        return True

    async def _put(self, draw: Draw) -> None:
        """Post it, or edit it. Raises SlackError."""
        try:
            await self._drawing.sent(self._to.team, draw, self._posted_or_edited)
        except SlackRefused as error:
            if error.error in NOT_THERE:
                self._in_channel = False
            raise

    async def _posted_or_edited(self, message: Message) -> None:
        if self._place and await self._edited(message, self._place):
            return
        self._posting = asyncio.ensure_future(self._post(message))
        await asyncio.shield(self._posting)

    async def _post(self, message: Message) -> None:
        body = Post(self._to, message, in_channel=True).to_channel()
        posted = (await self._client.call("chat.postMessage", body)).body
        self._place = {"channel": posted["channel"], "ts": posted["ts"]}

    async def _edited(self, message: Message, place: dict[str, str]) -> bool:
        """Tell whether it could be edited; an edit may be sent again, for it changes nothing."""
        body = {**place, "text": message.text, "blocks": list(message.blocks)}
        try:
            await self._client.call("chat.update", body, question=True)
        except SlackRefused as error:
            if error.error in BAD_BLOCKS:
                raise
            log.warning("carries-on-in-a-new-message", extra={"outcome": error.error})
            return False
        return True

    async def _whisper(self, draw: Draw, url: str) -> None:
        async def send(message: Message) -> None:
            await self._client.respond(url, Post(self._to, message).to_response_url())

        await self._drawing.sent(self._to.team, draw, send)
