"""How an answer reaches the asker: response_url, else chat.postEphemeral, else a direct message.

A response_url that is used up (5 posts) or too old (30 minutes) says so only in its status; an
answer is never lost for that. It is never sent twice either: after an outcome that is not known,
no other way is tried.
"""

import inspect
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence

from bot.slack.client import SlackClient
from bot.slack.errors import NotDelivered, SlackError, SlackOutcomeUnknown, SlackRefused
from bot.slack.observer import SlackObserver
from bot.slack.post import Json, Message, Post, Target, TextOnly

log = logging.getLogger(__name__)

BAD_BLOCKS = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"})

Refused = frozenset[str]
Draw = Callable[[Refused], Message | Awaitable[Message]]
Retreat = Callable[[Refused, Sequence[Json], Iterable[str]], Refused | None]


class Delivery:
    """Delivers, and remembers per workspace which kinds of blocks it does not know yet."""

    def __init__(self, client: SlackClient, retreat: Retreat, observer: SlackObserver) -> None:
        self._client = client
        self._retreat = retreat
        self._observer = observer
        self._learnt: dict[str, Refused] = {}

    async def deliver(
        self, to: Target, draw: Draw, *, in_channel: bool = False, replace: bool = False
    ) -> str:
        """Draw and send; give the route it took. What takes long to draw may be awaitable.

        `in_channel` is for all to see, `replace` puts it in place of the message that was clicked.
        A workspace that refuses a newer block gets plainer ones, at last the text alone.
        Raises NotDelivered.
        """
        refused: Refused | None = self._learnt.get(to.team, frozenset())
        while refused is not None:
            drawn = draw(refused)
            message = await drawn if inspect.isawaitable(drawn) else drawn
            try:
                route = await self._send(Post(to, message, in_channel, replace))
            except SlackRefused as error:
                refused = self._plainer(refused, message, error)
            else:
                if message.blocks:  # without any, it says nothing of what this workspace knows
                    self._learn(to.team, refused)
                return route
        return await self._send(Post(to, TextOnly(message.text), in_channel, replace))

    def _plainer(self, refused: Refused, message: Message, error: SlackRefused) -> Refused | None:
        plainer = self._retreat(refused, message.blocks, error.messages)
        log.warning("blocks-refused", extra={"slack_messages": error.messages})
        return None if plainer == refused else plainer

    def _learn(self, team: str, refused: Refused) -> None:
        known = self._learnt.get(team, frozenset())
        if news := refused - known:
            log.warning("blocks-unknown-here", extra={"team": team, "kinds": sorted(news)})
            self._learnt[team] = known | news
            for kind in sorted(news):
                self._observer.block_unknown(kind)

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
