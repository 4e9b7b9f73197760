"""Contacts of one kind in a row, and how many of them a SIM's own habit explains. Pure."""

from collections.abc import Callable, Iterable
from itertools import groupby
from math import ceil, log
from operator import itemgetter

from bot.diagnosis.rhythm import DAY, Contact
from bot.struct import Struct

_IN_A_ROW = 3
_CHANCE = 1e-4
_BEYOND_USUAL = 1.2
_PRIOR = 2  # runs that are as by chance, beside those that were seen


class Streak(Struct):
    """The newest contacts that are all of one kind, and how many before them were, of how many.

    `runs` are those before it: how long each was, and when its last contact began.
    """

    contacts: tuple[Contact, ...]
    times: int
    before: int
    runs: tuple[tuple[int, float], ...] = ()

    @property
    def is_unusual(self) -> bool:
        """Whether so many in a row are more than the SIM's own habit explains."""
        return len(self.contacts) >= self.line

    @property
    def line(self) -> int:
        """How many in a row its habit does not explain."""
        usual = self.usual
        beyond = ceil(usual * _BEYOND_USUAL) + 1 if usual else 0
        by_chance = unusual_in_a_row(self.times, self.before)
        if by_chance > max(beyond, _IN_A_ROW):
            by_chance = min(by_chance, self._against_its_pattern())
        return max(beyond, by_chance)

    @property
    def usual(self) -> int:
        """The longest run that came on two days, as over nights and weekends; 0 without one."""
        if not self.runs:
            return 0
        _, at = max(self.runs)
        return max((many for many, other in self.runs if abs(other - at) > DAY / 2), default=0)

    def _against_its_pattern(self) -> int:
        """Return the same by how often it went on after one, two, three: it may come in pairs."""
        share = chance = (self.times + 1) / (self.before + 2)
        lasted = [many for many, _ in self.runs]
        for number in range(1, max(lasted) + 1):
            after = sum(many >= number for many in lasted)
            on = sum(many > number for many in lasted)
            chance *= (on + _PRIOR * share) / (after + _PRIOR)
            if chance <= _CHANCE:
                return max(_IN_A_ROW, number + 1)
        return max(lasted) + 1 + ceil(log(_CHANCE / chance) / log(share))


def unusual_in_a_row(times: int, of: int) -> int:
    """Return how many in a row are no chance where it happened `times` out of `of`; 3 at least."""
    if not times:
        return _IN_A_ROW
    share = (times + 1) / (of + 2)
    return max(_IN_A_ROW, ceil(log(_CHANCE) / log(share)))


def newest_run(contacts: Iterable[Contact], kind: Callable[[Contact], bool | None]) -> Streak:
    """Return the run of a kind at the end of `contacts`; those of which it is unknown are skipped.

    `contacts` are told the newest first. What lies before a run that is too short is not counted.
    """
    return streak_of((each, kind(each)) for each in contacts)


def streak_of(told: Iterable[tuple[Contact, bool | None]]) -> Streak:
    """Return the same of contacts, the newest first, that are told with whether they are so."""
    known = ((each, is_it) for each, is_it in told if is_it is not None)
    run: list[Contact] = []
    earlier: list[tuple[bool, float]] = []
    for each, is_it in known:
        if is_it and not earlier:
            run.append(each)
        elif len(run) < _IN_A_ROW:
            break  # too few, whatever lies before
        else:
            earlier.append((is_it, each.start))
    times = sum(is_it for is_it, _ in earlier)
    return Streak(tuple(run), times, len(earlier), tuple(_runs(earlier)))


def _runs(earlier: Iterable[tuple[bool, float]]) -> Iterable[tuple[int, float]]:
    for is_it, group in groupby(earlier, itemgetter(0)):
        if is_it:
            starts = [start for _, start in group]
            yield len(starts), starts[0]
