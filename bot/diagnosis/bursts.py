"""The busiest hour of a SIM, held against the busiest hour that is usual for it. Pure."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median

from bot.diagnosis.evidence import Evidence
from bot.diagnosis.rhythm import DAY, HOUR, Rhythm, usual_high
from bot.diagnosis.silence import silence_of
from bot.diagnosis.thresholds import Thresholds

_FAR_ABOVE = 2
_CALM = 2 * HOUR
_BY_NO_DESIGN = 3  # times the graver limit: too many whatever the SIM is used to


@dataclass(frozen=True, slots=True)
class Storm:
    """Many starts in an hour; `usual` is the most that an hour usually has."""

    starts: int
    first: datetime
    last: datetime
    usual: int
    is_unusual: bool
    is_over: bool


def storm_of(evidence: Evidence, limits: Thresholds) -> Storm | None:
    """Return the busiest hour of the last 24 h; None where no vendor minds it."""
    rhythm = evidence.rhythm
    starts = rhythm.starts[bisect_right(rhythm.starts, rhythm.now - DAY) :]
    size, first, last = _busiest(starts)
    if size <= min(limits.flapping_starts, limits.flapping_starts_critical):
        return None
    return _storm(evidence, limits, size, first, last)


def last_storm_of(evidence: Evidence, limits: Thresholds) -> Storm | None:
    """Return the hour that ends with the newest start; None where it has not many."""
    starts = evidence.rhythm.starts
    first = bisect_right(starts, starts[-1] - HOUR) if starts else 0
    size = len(starts) - first
    if size <= limits.barred_starts:
        return None
    return _storm(evidence, limits, size, starts[first], starts[-1])


def _storm(evidence: Evidence, limits: Thresholds, size: int, first: float, last: float) -> Storm:
    usual, is_unusual = _against_habit(evidence.rhythm, size, last, limits)
    return Storm(
        starts=size,
        first=datetime.fromtimestamp(first, UTC),
        last=datetime.fromtimestamp(last, UTC),
        usual=usual,
        is_unusual=is_unusual,
        is_over=_is_over(evidence, limits, last, max(limits.flapping_starts, usual * _FAR_ABOVE)),
    )


def _busiest(starts: Sequence[float]) -> tuple[int, float, float]:
    """Return the fullest half-open hour, the latest of several: its size, first and last start."""
    best, low = (0, 0.0, 0.0), 0
    for high, start in enumerate(starts):
        while start - starts[low] >= HOUR:
            low += 1
        if high - low + 1 >= best[0]:
            best = high - low + 1, starts[low], start
    return best


def _against_habit(rhythm: Rhythm, size: int, last: float, limits: Thresholds) -> tuple[int, bool]:
    """Return the most starts that an hour usually has, and whether `size` is far above that."""
    days: list[list[float]] = []
    until = bisect_right(rhythm.starts, last - DAY)
    while until:
        since = bisect_right(rhythm.starts, last - (len(days) + 2) * DAY)
        days.append(rhythm.starts[since:until])
        until = since
    if days and last - rhythm.starts[0] < 2 * DAY:
        days = []  # not one whole day is known
    if days:
        usual = int(usual_high([_busiest(day)[0] for day in days]))
        return usual, size > usual * _FAR_ABOVE + 1
    hours = rhythm.counts(last - HOUR, HOUR)
    steady = int(median(hours)) if hours else 0
    too_many = size > limits.flapping_starts_critical * _BY_NO_DESIGN
    return steady, too_many or size > steady * _FAR_ABOVE + 1


def _is_over(evidence: Evidence, limits: Thresholds, last: float, most: float) -> bool:
    """Return whether two hours passed since, and the SIM is well at its usual rate."""
    rhythm = evidence.rhythm
    if rhythm.now - last < _CALM:
        return False
    if rhythm.started_within(HOUR) > most:
        return False
    silence = silence_of(evidence, limits)
    if silence is None:
        return bool(evidence.open) or rhythm.starts[-1] > last
    return rhythm.starts[-1] > last and not silence.is_due(evidence.now)
