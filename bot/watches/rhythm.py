"""How often watched SIMs are read: as often as KORE allows, and no oftener than is of use.

What KORE allows is learnt from how the looks go: one that is refused, or that has to wait for long
behind others, makes all intervals longer; with peace they come back to what they were.
"""

import random

from bot.clock import Clock

SLOW = 5.0
"""Seconds for one look that tell of a KORE, or an account, that is busy."""
HALVED_AFTER = 300.0
MOST_TIMES = 20.0
JITTER = 0.1


class Rhythm:
    """One for all watches of a process. Seconds.

    `shortest` is the interval while KORE allows it, `per_second` the most looks a second that
    watches make, `longest` the interval that they never exceed.
    """

    def __init__(
        self, clock: Clock, *, shortest: float = 30.0, longest: float = 900.0, per_second: float = 4
    ) -> None:
        self._clock = clock
        self._shortest = shortest
        self._longest = max(longest, shortest)
        self._per_second = per_second
        self._times = 1.0
        self._since = float("-inf")

    def went(self, seconds: float, *, refused: bool = False) -> None:
        """Take in how a look went: how long it took, and whether KORE refused it as too much."""
        now = self._clock.monotonic()
        # those under way together tell one thing
        if (refused or seconds > SLOW) and now - self._since >= self._shortest:
            self._times, self._since = min(MOST_TIMES, 2 * self.slowness()), now

    def slowness(self) -> float:
        """Give by how much all intervals are longer now; 1 in peace."""
        peace = max(0.0, self._clock.monotonic() - self._since)
        return float(1 + (self._times - 1) * 0.5 ** (peace / HALVED_AFTER))

    def interval(self, sims: int) -> float:
        """Give the seconds until a SIM is read again, where `sims` are watched; with jitter."""
        plain = max(self._shortest, sims / self._per_second) * self.slowness()
        jitter = 1 - JITTER + 2 * JITTER * random.random()  # noqa: S311 -- spreads, guards nothing
        return min(plain, self._longest) * jitter
