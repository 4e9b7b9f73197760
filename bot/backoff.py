"""How long to wait before something is tried again, and how to keep many from doing it at once."""

import random
from collections.abc import Callable

from bot.struct import Struct

Chance = Callable[[], float]
_MOST_DOUBLINGS = 60  # enough for every limit, and no overflow after a day of failures


class Backoff(Struct):
    """Twice as long after each failure, from `first` up to `longest` seconds.

    `jitter` is the share of a wait that is left to `chance`, from 0 to below 1: those who failed
    together do not come back together.
    """

    first: float
    longest: float
    jitter: float = 0.0
    chance: Chance = random.random

    def after(self, failures: int) -> float:
        """Return the seconds to wait after so many failures in a row, counted from 1."""
        plain = min(self.longest, self.first * 2.0 ** min(failures - 1, _MOST_DOUBLINGS))
        return plain * (1 - self.jitter * (1 - self.chance())) if self.jitter else plain


def spread(seconds: float, share: float, chance: Chance = random.random) -> float:
    """Return the time, longer or shorter by up to this share: for what comes round regularly."""
    return seconds * (1 + share * (2 * chance() - 1))
