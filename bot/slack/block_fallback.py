"""A message that a workspace may refuse for a block that it does not know: then a plainer one."""

import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Protocol, TypeVar

from bot.slack.client import SlackObserver
from bot.slack.errors import Reason, SlackRefused
from bot.struct import Struct

Json = dict[str, Any]
log = logging.getLogger(__name__)


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


class Screen(Protocol):
    """What is to be sent, as rich as can be."""

    def without(self, refused: Refused) -> Message:
        """Return it without the types of blocks that a workspace has refused."""


class TextOnly(Struct):
    """A message without blocks: no workspace refuses it."""

    text: str
    blocks: tuple[Json, ...] = ()
    entities: tuple[Json, ...] = ()


T = TypeVar("T")
Degrade = Callable[[Refused, Sequence[Json], Iterable[str]], Refused | None]


class BlockFallback:
    """Remembers which types of blocks a workspace does not know, for all that is sent there."""

    def __init__(self, degrade: Degrade, observer: SlackObserver) -> None:
        self._degrade = degrade
        self._observer = observer
        self._learnt: dict[str, Refused] = {}

    async def send(self, team: str, screen: Screen, send: Callable[[Message], Awaitable[T]]) -> T:
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
        plainer = self._degrade(refused, message.blocks, error.messages)
        log.warning("blocks-refused", extra={"slack_messages": error.messages})
        return None if plainer == refused else plainer

    def _learn(self, team: str, refused: Refused) -> None:
        known = self._learnt.get(team, frozenset())
        if news := refused - known:
            log.warning("blocks-unknown-here", extra={"team": team, "kinds": sorted(news)})
            self._learnt[team] = known | news
            for kind in sorted(news):
                self._observer.block_unknown(kind)
