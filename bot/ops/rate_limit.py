"""How often one person may look SIMs up: a token bucket for each, kept in this process."""

from math import ceil

from cachetools import TTLCache

from bot.clock import Clock
from bot.errors import AskedTooOften

WINDOW_SECONDS = 60.0
MANY = 20
MOST = 50_000


class UserRateLimit:
    """`per_minute` look-ups, as many at once, then one whenever its share of the minute is over."""

    def __init__(self, per_minute: int, clock: Clock) -> None:
        self._size = per_minute
        self._clock = clock
        # a bucket that nobody touched for a minute is full again, so it may be forgotten
        self._left: TTLCache[str, tuple[float, float]] = TTLCache(
            MOST, WINDOW_SECONDS, timer=clock.monotonic
        )
        self._notified: TTLCache[str, bool] = TTLCache(MOST, WINDOW_SECONDS, timer=clock.monotonic)

    def take(self, person: str, cost: int = 1) -> None:
        """Take as many look-ups, or raise AskedTooOften, which is to be said once a minute only.

        What costs more than there can ever be takes a full bucket.
        """
        now, cost = self._clock.monotonic(), min(cost, self._size)
        left, at = self._left.get(person, (float(self._size), now))
        left = min(self._size, left + (now - at) * self._size / WINDOW_SECONDS)
        if left < cost:
            seconds = ceil((cost - left) * WINDOW_SECONDS / self._size)
            raise AskedTooOften(self._size, seconds, is_said=self._is_said(person))
        self._left[person] = (left - cost, now)

    def _is_said(self, person: str) -> bool:
        if person in self._notified:
            return True
        self._notified[person] = True
        return False


def cost_of(sims: int) -> int:
    """Return what a look-up of several SIMs costs: one for every twenty."""
    return max(1, ceil(sims / MANY))
