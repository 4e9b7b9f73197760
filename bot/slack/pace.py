"""How fast the bot writes by itself: a message a second to a channel, no sooner than Slack says.

https://docs.slack.dev/apis/web-api/rate-limits: chat.postMessage takes about one message a second
and channel, and hides what is above that without an error; chat.update is of tier 3.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.clock import Clock
from bot.slack.errors import SlackRateLimited

POST = "chat.postMessage"
UPDATE = "chat.update"
APART = {POST: 1.0, UPDATE: 1.3}
"""Seconds between two calls; posts are counted by channel, changes over the whole workspace."""
PATIENCE = 60.0
KEPT = 1000

T = TypeVar("T")


class Pace:
    """Gives turns. Answers to people who wait do not ask here: they go first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._free_at: dict[tuple[str, str], float] = {}

    async def paced(self, method: str, channel: str, call: Callable[[], Awaitable[T]]) -> T:
        """Wait for a turn, then call, and again after each 429 for as long as patience lasts.

        Raises SlackRateLimited where Slack asks for a longer wait, and what `call` raises.
        """
        waited = 0.0
        while True:
            await self._turn(method, channel)
            try:
                return await call()
            except SlackRateLimited as error:
                waited += error.retry_after
                self._hold(method, channel, error.retry_after)
                if waited > PATIENCE:
                    raise

    def backlog(self, method: str, channel: str = "") -> float:
        """Give the seconds until a call made now would have its turn."""
        free = self._free_at.get(_lane(method, channel), 0.0)
        return max(0.0, free - self._clock.monotonic())

    async def _turn(self, method: str, channel: str) -> None:
        wait, lane = self.backlog(method, channel), _lane(method, channel)
        self._free_at[lane] = self._clock.monotonic() + wait + APART.get(method, 0.0)
        self._forget()
        if wait:
            await self._clock.sleep(wait)

    def _hold(self, method: str, channel: str, seconds: float) -> None:
        lane, until = _lane(method, channel), self._clock.monotonic() + seconds
        self._free_at[lane] = max(self._free_at.get(lane, 0.0), until)

    def _forget(self) -> None:
        if len(self._free_at) > KEPT:
            now = self._clock.monotonic()
            self._free_at = {lane: at for lane, at in self._free_at.items() if at > now}


def _lane(method: str, channel: str) -> tuple[str, str]:
    return (method, channel if method == POST else "")
