"""A day with many times the packets of the days before."""

from collections import defaultdict
from collections.abc import Iterable
from statistics import median

from bot.diagnosis.evidence import Evidence
from bot.diagnosis.fields import packets
from bot.diagnosis.rule import About, Finding, Severity, rule
from bot.diagnosis.thresholds import DAY, Thresholds

ROUNDING = 1e-9
_DAY = DAY.total_seconds()


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
    if _is_unremarkable(evidence, limits):
        return
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
    """Return the packets of each 24 h block back from now, the last one under 0.

    Blocks without known counters are left out.
    """
    now, days = evidence.now, defaultdict[int, float](float)
    sessions = zip(evidence.in_order, evidence.starts, evidence.stops, strict=True)
    for session, start, stop in sessions:
        counts = packets(session)
        if counts and stop:
            oldest = (now - start).total_seconds() / _DAY
            newest = (now - stop).total_seconds() / _DAY
            _spread(counts[0] + counts[1], oldest, newest, days)
    return days


def _is_unremarkable(evidence: Evidence, limits: Thresholds) -> bool:
    """Tell at little cost that nothing can be found, as with nearly every SIM.

    Either counters, or the extent, of a session of the last 24 h are unknown. Or the day is surely
    a usual one: it has at most the packets of all its sessions, and a day before at least those of
    the sessions that lie within it; if more than half of the days are high enough, the median is.
    """
    today = _most_today(evidence)
    if not today:
        return True
    starts, stops, now = evidence.starts, evidence.stops, evidence.now
    days, yesterday = (now - starts[0]).days, now - DAY
    least, high = defaultdict[int, int](int), set[int]()
    for place in range(len(starts) - 1, -1, -1):
        stop, day = stops[place], (now - starts[place]).days
        if stop is None or stop > yesterday or day != (now - stop).days:
            continue
        if counts := packets(evidence.in_order[place]):
            least[day] += counts[0] + counts[1]
            if least[day] * limits.spike_times >= today:
                high.add(day)
                if len(high) * 2 > days:
                    return True
    return False


def _most_today(evidence: Evidence) -> int | None:
    """Return the packets of all sessions that reach into the last 24 h; None if one is unknown."""
    today, yesterday, last = 0, evidence.now - DAY, len(evidence.starts) - 1
    for place, stop in enumerate(evidence.stops):
        if stop is not None and stop <= yesterday:
            continue
        counts = packets(evidence.in_order[place])
        if counts is not None and stop is not None:
            today += counts[0] + counts[1]
        elif stop or (evidence.now if place == last else evidence.starts[place + 1]) > yesterday:
            return None
    return today


def _spread(count: int, oldest: float, newest: float, days: dict[int, float]) -> None:
    """Spread `count` evenly from `oldest` to `newest`, in days before now."""
    oldest = oldest if oldest > 0 else 0.0
    newest = newest if newest > 0 else 0.0
    first, last = int(oldest), int(newest)
    if first <= last:
        days[first] += count
        return
    a_day = count / (oldest - newest)
    days[last] += a_day * (last + 1 - newest)
    for day in range(last + 1, first):
        days[day] += a_day
    if oldest > first:
        days[first] += a_day * (oldest - first)
