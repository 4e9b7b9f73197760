"""Two towers that no vehicle connects in the time between: two devices, or a cloned SIM."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

from bot.diagnosis.evidence import WEEK, Evidence
from bot.diagnosis.fields import cell
from bot.diagnosis.rule import About, Finding, Severity, When, rule
from bot.diagnosis.thresholds import DAY, Thresholds
from bot.kore.models import CellLocation, DataSession

_EARTH_KM = 6371.0
_KM_A_DEGREE = 111.0
_HOUR = timedelta(hours=1)
_LEAST = timedelta(minutes=1)


class Leap(NamedTuple):
    """From one tower to the next; `hours` is the most that the way can have taken."""

    before: DataSession
    after: DataSession
    km: float
    hours: float


@rule(
    About(
        title="In two places at once",
        fires="two consecutive sessions are at towers {travel_least_km} km or more apart, too "
        "far for {travel_speed_kmh} km/h. It is over after a day; info if the same happened a "
        "week ago",
        severities=(Severity.WARNING, Severity.INFO),
        thresholds=("travel_speed_kmh", "travel_least_km"),
        explains=(
            "parallel_networks",
            "operator_hopping",
            "country_changed",
            "cell_hopping",
            "flapping",
            "degraded",
            "usage_spike",
        ),
    )
)
def impossible_travel(evidence: Evidence, limits: Thresholds) -> Iterable[Finding]:
    """Find the latest such way; a session without a place is skipped."""
    leaps = list(_leaps(evidence, limits))
    if not leaps:
        return
    last = leaps[-1]
    known = any(evidence.now - leap.after.start >= WEEK for leap in leaps if leap.after.start)
    recent = last.after.start is not None and evidence.now - last.after.start < DAY
    yield Finding(
        rule="impossible_travel",
        severity=Severity.INFO if known else Severity.WARNING,
        title="In two places at once",
        says="{km} km between two towers in {minutes} min, at {since}; from {cell_before} to "
        "{cell}; {times} such jumps in 30 days.",
        next_step="Compare the IMEIs: the SIM may be cloned, or a tower's location wrong.",
        source=limits.sources["travel_speed_kmh"],
        evidence={
            "km": round(last.km),
            "minutes": round(last.hours * 60),
            "cell_before": last.before.cell_id,
            "cell": last.after.cell_id,
            "since": last.after.start,
            "times": len(leaps),
        },
        when=When.NOW if recent or known else When.OVER,
    )


def _leaps(evidence: Evidence, limits: Thresholds) -> Iterable[Leap]:
    placed = [each for each in evidence.in_order if each.cell_location_estimate]
    for before, after in pairwise(placed):
        one, other = before.cell_location_estimate, after.cell_location_estimate
        if one is None or other is None or is_near(one, other, limits.travel_least_km):
            continue
        if (name := cell(after.cell_id)) and name == cell(before.cell_id):
            continue  # one tower, wrongly placed once
        if before.start and after.start:
            hours, km = max(_LEAST, after.start - before.start) / _HOUR, distance(one, other)
            if km >= limits.travel_least_km and km > hours * limits.travel_speed_kmh:
                yield Leap(before, after, km, hours)


def is_near(one: CellLocation, other: CellLocation, km: float) -> bool:
    """Return whether two towers are surely near, at little cost, as nearly all are."""
    degrees = km / _KM_A_DEGREE / 2
    return abs(one.lat - other.lat) < degrees and abs(one.lon - other.lon) < degrees


def distance(one: CellLocation, other: CellLocation) -> float:
    """Return the kilometres between two places, along the earth."""
    lat, other_lat = radians(one.lat), radians(other.lat)
    half = sin((other_lat - lat) / 2) ** 2
    half += cos(lat) * cos(other_lat) * sin(radians(other.lon - one.lon) / 2) ** 2
    return 2 * _EARTH_KM * asin(sqrt(min(1.0, half)))
