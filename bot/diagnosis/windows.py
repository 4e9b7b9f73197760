"""Sliding windows over moments, and the middle of durations."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import NamedTuple


class Burst(NamedTuple):
    """Several moments close to each other."""

    size: int
    first: datetime
    last: datetime


def bursts(moments: Sequence[datetime], span: timedelta) -> Iterable[Burst]:
    """Give for each of the sorted `moments` what lies in the `span` before it, ends included."""
    first = 0
    for place, moment in enumerate(moments):
        while moment - moments[first] > span:
            first += 1
        yield Burst(place - first + 1, moments[first], moment)


def busiest(moments: Sequence[datetime], span: timedelta) -> Burst | None:
    """Give the fullest `span`, the latest one of several; None without moments."""
    return max(bursts(moments, span), key=lambda b: (b.size, b.last), default=None)


def middle(durations: Sequence[timedelta]) -> timedelta:
    """Give the median; of an even number the mean of the middle two."""
    return timedelta(seconds=median(each.total_seconds() for each in durations))
