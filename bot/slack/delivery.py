"""How an answer reaches the asker: response_url, else chat.postEphemeral, else a direct message.

A response_url that is used up (5 posts) or too old (30 minutes) says so only in its status; an
answer is never lost for that. It is never sent twice either: after an outcome that is not known,
no other way is tried.
"""

import logging
from collections.abc import Awaitable, Callable, Iterator

from bot.slack.client import SlackClient
from bot.slack.drawing import BAD_BLOCKS, Draw, Drawing
from bot.slack.errors import NotDelivered, SlackError, SlackOutcomeUnknown, SlackRefused
from bot.slack.observer import SlackObserver
from bot.slack.post import Message, Post, Target

log = logging.getLogger(__name__)


class Delivery:
    """Delivers what answers somebody who waits."""

    def __init__(self, client: SlackClient, drawing: Drawing, observer: SlackObserver) -> None:
        self._client = client
        self._drawing = drawing
        self._observer = observer

    async def deliver(
        self, to: Target, draw: Draw, *, in_channel: bool = False, replace: bool = False
    ) -> str:
        """Draw and send; give the route it took. What takes long to draw may be awaitable.

        `in_channel` is for all to see, `replace` puts it in place of the message that was clicked.
        A workspace that refuses a newer block gets plainer ones, at last the text alone.
        Raises NotDelivered.
        """

        async def send(message: Message) -> str:
            return await self._send(Post(to, message, in_channel, replace))

        return await self._drawing.sent(to.team, draw, send)

    async def _send(self, post: Post) -> str:
        """Try one way after the other. Raises SlackRefused for blocks only, else NotDelivered."""
        failed: SlackError | None = None
        for route, sending in self._routes(post):
            try:
                await sending()
            except SlackOutcomeUnknown as error:
                self._failed(route, error)
                return route
            except SlackError as error:
                self._failed(route, error)
                if isinstance(error, SlackRefused) and error.error in BAD_BLOCKS:
                    raise
                failed = error
            else:
                self._observer.delivered(route, "ok")
                return route
        raise NotDelivered("any route") from failed

    def _routes(self, post: Post) -> Iterator[tuple[str, Callable[[], Awaitable[object]]]]:
        call, url = self._client.call, post.to.response_url
        if url:
            yield "response_url", lambda: self._client.respond(url, post.to_response_url())
        if post.in_channel:
            yield "channel", lambda: call("chat.postMessage", post.to_channel())
        else:
            yield "ephemeral", lambda: call("chat.postEphemeral", post.to_asker_here())
            yield "dm", lambda: call("chat.postMessage", post.to_asker_directly())

    def _failed(self, route: str, error: SlackError) -> None:
        self._observer.delivered(route, error.outcome)
        log.warning("delivery-failed", extra={"route": route, "outcome": error.outcome})
