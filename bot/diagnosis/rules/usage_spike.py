"""A day with many times the packets of the days before."""

from collections import defaultdict
from collections.abc import Iterable
from math import ceil
from statistics import median

from bot.diagnosis.evidence import Evidence
from bot.diagnosis.reading import packets
from bot.diagnosis.rule import About, Finding, Severity, rule
from bot.diagnosis.thresholds import DAY, Thresholds

ROUNDING = 1e-9


@rule(
    About(
        fires="packets of the last 24 h over {spike_times} times the median of the days before, at "
        "least {spike_days} of them known",
        severities=(Severity.WARNING,),
        thresholds=("spike_times", "spike_days"),
    )
)
def usage_spike(evidence: Evidence, limits: Thresholds) -> Iterable[Finding]:
    """Compare the last 24 h with the SIM's own days; a day without known counters is unknown."""
    days = _packets_by_day(evidence)
    today = days.pop(0, None)
    if today is None or len(days) < limits.spike_days:
        return
    usual = median(days.values())
    if today <= usual * limits.spike_times * (1 + ROUNDING):
        return
    yield Finding(
        rule="usage_spike",
        severity=Severity.WARNING,
        title="Much more traffic than usual",
        says="{packets} packets in the last 24 h; the median of the {days} days before is {usual}.",
        next_step="Look for the top talkers: a retry loop, a firmware update, abuse.",
        source=limits.source("spike_times"),
        evidence={"packets": round(today), "usual": round(usual), "days": len(days)},
    )


def _packets_by_day(evidence: Evidence) -> dict[int, float]:
    """Give the packets of each 24 h block back from now, the last one under 0.

    Blocks without known counters are left out; nothing is given where the last one has a session
    whose counters, or whose extent, are unknown.
    """
    if _is_today_untold(evidence):
        return {}
    now, days = evidence.now, defaultdict[int, float](float)
    for session, start, stop in zip(
        evidence.in_order, evidence.starts, evidence.stops, strict=True
    ):
        counts = packets(session)
        if counts and stop:
            _spread(counts[0] + counts[1], (now - start) / DAY, (now - stop) / DAY, days)
    return days


def _is_today_untold(evidence: Evidence) -> bool:
    """Tell whether counters, or the extent, of a session of the last 24 h are unknown."""
    followers = [*evidence.starts, evidence.now][1:]
    every = zip(evidence.in_order, evidence.stops, followers, strict=True)
    today = evidence.now - DAY
    return any((stop or until) > today and not (stop and packets(s)) for s, stop, until in every)


def _spread(count: int, oldest: float, newest: float, days: dict[int, float]) -> None:
    """Spread `count` evenly from `oldest` to `newest`, in days before now."""
    oldest, newest = max(oldest, 0.0), max(newest, 0.0)
    if oldest <= newest or int(oldest) == int(newest):
        days[int(oldest)] += count
        return
    for day in range(int(newest), ceil(oldest)):
        days[day] += count * (min(oldest, day + 1) - max(newest, day)) / (oldest - newest)
