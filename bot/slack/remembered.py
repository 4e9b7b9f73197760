"""What Slack says of a person or a channel, asked once and kept for some minutes."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from cachetools import TTLCache

from bot.clock import Clock
from bot.slack.errors import SlackError

log = logging.getLogger(__name__)

FRESH_SECONDS = 300.0
STALE_SECONDS = 3600.0
AGAIN_SECONDS = 60.0
PATIENCE_SECONDS = 3.0
MOST = 20_000

T = TypeVar("T")
Ask = Callable[[str], Awaitable[T | None]]


@dataclass(frozen=True, slots=True)
class _Known(Generic[T]):
    value: T
    until: float


class Remembered(Generic[T]):
    """Answers by id; None is "Slack did not say".

    An answer is good for 5 minutes. Where Slack then fails it stands in for up to an hour, and
    Slack is asked again after a minute; nobody waits for longer than 3 seconds.
    """

    def __init__(self, what: str, ask: Ask[T], clock: Clock) -> None:
        self._what = what
        self._ask = ask
        self._clock = clock
        self._good: TTLCache[str, T] = TTLCache(MOST, STALE_SECONDS, timer=clock.monotonic)
        self._known: TTLCache[str, _Known[T | None]] = TTLCache(
            MOST, FRESH_SECONDS, timer=clock.monotonic
        )
        self._asking: dict[str, asyncio.Task[T | None]] = {}

    async def get(self, key: str) -> T | None:
        """Give what is known; ask where nothing is. Never raises SlackError."""
        known = self._known.get(key)
        if known and self._clock.monotonic() < known.until:
            return known.value
        asking = self._asking.get(key) or self._begin(key)
        done, _ = await asyncio.wait({asking}, timeout=PATIENCE_SECONDS)
        return asking.result() if done else self._good.get(key)

    def learn(self, key: str, value: T) -> None:
        """Keep what Slack said by itself."""
        self._good[key] = value
        self._keep(key, value, FRESH_SECONDS)

    async def aclose(self) -> None:
        """Ask nothing any more."""
        asking = tuple(self._asking.values())
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)

    def _begin(self, key: str) -> asyncio.Task[T | None]:
        task = asyncio.create_task(self._answer(key), name=f"ask-{self._what}")
        self._asking[key] = task
        task.add_done_callback(lambda _: self._asking.pop(key, None))
        return task

    async def _answer(self, key: str) -> T | None:
        try:
            value, why = await self._ask(key), "nothing of it in the answer"
        except SlackError as error:
            value, why = None, error.outcome
        if value is None:
            log.warning("slack-did-not-say", extra={"what": self._what, "why": why})
            known = self._good.get(key)
            self._keep(key, known, AGAIN_SECONDS)
            return known
        self.learn(key, value)
        return value

    def _keep(self, key: str, value: T | None, seconds: float) -> None:
        self._known[key] = _Known(value, self._clock.monotonic() + seconds)
