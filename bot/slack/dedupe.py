"""Which deliveries were seen before: Slack sends an event up to four times."""

from cachetools import TTLCache

from bot.clock import Clock

KEPT_SECONDS = 2 * 3600  # Slack's last retry comes after some 5 minutes; an hour is advised
MAX_IDS = 50_000


class RecentIds:
    """Remembers ids for two hours, unless another time is given, at most 50,000 of them."""

    def __init__(self, clock: Clock, seconds: float = KEPT_SECONDS) -> None:
        self._ids: TTLCache[str, bool] = TTLCache(MAX_IDS, seconds, timer=clock.monotonic)

    def before(self, delivery: str) -> bool:
        """Return whether this id came before, and remember it."""
        if delivery in self._ids:
            return True
        self._ids[delivery] = True
        return False
