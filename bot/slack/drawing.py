"""Drawing for a workspace that may not know every block yet: plainer until it is taken."""

import inspect
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeVar

from bot.slack.errors import SlackRefused
from bot.slack.observer import SlackObserver
from bot.slack.post import Json, Message, TextOnly

log = logging.getLogger(__name__)

BAD_BLOCKS = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"})

T = TypeVar("T")
Refused = frozenset[str]
Draw = Callable[[Refused], Message | Awaitable[Message]]
Retreat = Callable[[Refused, Sequence[Json], Iterable[str]], Refused | None]


class Drawing:
    """Remembers which kinds of blocks a workspace does not know, for all that is sent there."""

    def __init__(self, retreat: Retreat, observer: SlackObserver) -> None:
        self._retreat = retreat
        self._observer = observer
        self._learnt: dict[str, Refused] = {}

    async def sent(self, team: str, draw: Draw, send: Callable[[Message], Awaitable[T]]) -> T:
        """Draw and `send`, plainer after each refusal of a block, at last the text alone.

        What takes long to draw may be awaitable. Raises what `send` raises, but for blocks.
        """
        refused: Refused | None = self._learnt.get(team, frozenset())
        while refused is not None:
            drawn = draw(refused)
            message = await drawn if inspect.isawaitable(drawn) else drawn
            try:
                done = await send(message)
            except SlackRefused as error:
                if error.error not in BAD_BLOCKS:
                    raise
                refused = self._plainer(refused, message, error)
            else:
                if message.blocks:  # without any, it says nothing of what this workspace knows
                    self._learn(team, refused)
                return done
        return await send(TextOnly(message.text))

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
