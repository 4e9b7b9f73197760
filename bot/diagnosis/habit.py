"""How far from usual something must be to be told: lines drawn from what a SIM did before. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil, log

from bot.diagnosis.rhythm import Contact

_IN_A_ROW = 3
_CHANCE = 1e-4
_RECURS = 3
_WEEK_DAYS = 7
_BEYOND_USUAL = 1.2


def usual_high(days: Sequence[float]) -> float:
    """Return the most that is usual; `days` before the one that is judged, the latest first.

    One or two days stand out by accident; what comes again, or came on this day of the week, does
    not. 0 without any day.
    """
    if not days:
        return 0.0
    ranked = sorted(days, reverse=True)
    high = ranked[min(_RECURS, (len(ranked) + 1) // 2) - 1]
    return max([high, *days[_WEEK_DAYS - 1 :: _WEEK_DAYS]])


def usual_low(values: Sequence[float]) -> float:
    """Return the least that is usual: a tenth of all are lower. 0 without any."""
    return sorted(values)[len(values) // 10] if values else 0.0


@dataclass(frozen=True, slots=True)
class Run:
    """The newest contacts that are all of one kind, and how many before them were, of how many.

    `usual` is the longest run before it that came more than once, as over nights and weekends.
    """

    contacts: tuple[Contact, ...]
    times: int
    before: int
    usual: int = 0

    @property
    def is_unusual(self) -> bool:
        """Whether so many in a row are more than the SIM's own habit explains."""
        return len(self.contacts) >= self.line

    @property
    def line(self) -> int:
        """How many in a row its habit does not explain."""
        beyond = ceil(self.usual * _BEYOND_USUAL) + 1 if self.usual else 0
        return max(beyond, unusual_in_a_row(self.times, self.before))


def unusual_in_a_row(times: int, of: int) -> int:
    """Return how many in a row are no chance where it happened `times` out of `of`; 3 at least."""
    if not times:
        return _IN_A_ROW
    share = (times + 1) / (of + 2)
    return max(_IN_A_ROW, ceil(log(_CHANCE) / log(share)))


def newest_run(contacts: Iterable[Contact], kind: Callable[[Contact], bool | None]) -> Run:
    """Return the run of a kind at the end of `contacts`; those of which it is unknown are skipped.

    `contacts` are told the newest first. What lies before a run that is too short is not counted.
    """
    known = ((each, is_it) for each in contacts if (is_it := kind(each)) is not None)
    run: list[Contact] = []
    earlier: list[bool] = []
    for each, is_it in known:
        if is_it and not earlier:
            run.append(each)
        elif len(run) < _IN_A_ROW:
            break  # too few, whatever lies before
        else:
            earlier.append(is_it)
    return Run(tuple(run), sum(earlier), len(earlier), _second_longest(earlier))


def _second_longest(earlier: Iterable[bool]) -> int:
    """Return the longest run of what is so that came twice; once is an outage of the past."""
    lengths = sorted((sum(each) for is_it, each in groupby(earlier) if is_it), reverse=True)
    return lengths[1] if len(lengths) > 1 else 0
