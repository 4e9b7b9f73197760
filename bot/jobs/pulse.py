"""Whether due work gets on: a lane that is only full moves, one that is stuck does not."""

from collections.abc import Iterable

from bot.clock import Clock

STUCK_SECONDS = 300.0


class Pulse:
    """Remembers when each lane last began or ended a job, and how long its due work has waited."""

    def __init__(self, clock: Clock, lanes: Iterable[str]) -> None:
        self._clock = clock
        self._looked = clock.monotonic()
        self._moved = dict.fromkeys(lanes, self._looked)
        self._late = dict.fromkeys(lanes, 0.0)
        self.is_away = False

    def looked(self) -> None:
        """Note that all was looked at, and all schedules fired."""
        self._looked = self._clock.monotonic()

    def moved(self, lane: str) -> None:
        """Note that a job of the lane has begun or ended."""
        self._moved[lane] = self._clock.monotonic()

    def waits(self, lane: str, seconds: float) -> None:
        """Note for how long the oldest due job of the lane has waited; 0 where there is none."""
        self._late[lane] = seconds

    def why_stuck(self) -> tuple[str, ...]:
        """Say what is due and does not get on; nothing while all is well, or the store is away."""
        now = self._clock.monotonic()
        if self.is_away:
            return ()
        if now - self._looked > STUCK_SECONDS:
            return (f"scheduler: has not looked for due work for {_minutes(now - self._looked)}",)
        stuck = (lane for lane, late in self._late.items() if late > STUCK_SECONDS)
        return tuple(
            f"scheduler: work of the lane {lane} is due since {_minutes(self._late[lane])}"
            for lane in stuck
            if now - self._moved[lane] > STUCK_SECONDS
        )


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} min"
