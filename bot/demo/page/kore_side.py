"""How the page makes the stand-in for KORE's API misbehave."""

from enum import StrEnum
from typing import Protocol

from bot.emulators.kore.faults import Faults, broken, too_many

SLOW_SECONDS = 4.0


class Mood(StrEnum):
    """How KORE's API answers."""

    WELL = "well"
    SLOW = "slow"
    BUSY = "busy"
    DOWN = "down"


TITLES = {
    Mood.WELL: "Answers as it should",
    Mood.SLOW: f"Slow: {SLOW_SECONDS:.0f} s an answer",
    Mood.BUSY: "Too busy: 429, try again in 2 s",
    Mood.DOWN: "Down: 503 to everything",
}


class KoreSide(Protocol):
    """Whoever can change KORE's mood."""

    @property
    def mood(self) -> Mood:
        """How it answers now."""

    def become(self, mood: Mood) -> None:
        """Answer so from now on."""


class FaultyKore:
    """Changes the mood of the local stand-in through its faults, which it thereby owns."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._mood = Mood.WELL

    @property
    def mood(self) -> Mood:
        """How it answers now."""
        return self._mood

    def become(self, mood: Mood) -> None:
        """Answer so from now on."""
        self._mood = mood
        self._faults.clear()
        if mood is Mood.SLOW:
            self._faults.latency = SLOW_SECONDS
        elif mood is Mood.BUSY:
            self._faults.add(too_many(times=None, retry_after="2"))
        elif mood is Mood.DOWN:
            self._faults.add(broken(times=None))
