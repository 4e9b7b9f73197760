"""A day with many times the packets of the days before, and above the peaks that recur."""

from collections.abc import Iterable, Sequence
from statistics import median

from bot.diagnosis.anomalies import storm_of
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.rhythm import DAY, Rhythm, usual_high
from bot.diagnosis.rule import About, Finding, Severity, When, rule
from bot.diagnosis.thresholds import Thresholds

_ABOVE_PEAKS = 2
_BEFORE = 4  # days, for what is odd since a day or two is not yet usual
_FEW = 10  # one in so many


@rule(
    About(
        title="Much more traffic than usual",
        fires="the packets of the last 24 h are more than {spike_times} times the median of the "
        "days before (at least {spike_days} of them known), more than twice the peaks that "
        "recur, and at least {spike_packets}",
        severities=(Severity.WARNING,),
        thresholds=("spike_times", "spike_days", "spike_packets"),
        explains=("degraded",),
    )
)
def usage_spike(evidence: Evidence, limits: Thresholds) -> Iterable[Finding]:
    """Compare the last 24 h with the SIM's own days; a day without known counters is unknown."""
    rhythm = evidence.rhythm
    today = packets_by_day(rhythm, 1)[0]
    if today is None or today < limits.spike_packets:
        return
    by_day = packets_by_day(rhythm)
    before = [each for each in by_day[1:] if each is not None]
    if len(before) < limits.spike_days:
        return
    days = [each or 0.0 for each in by_day]
    usual, peak = median(before), max(usual_high(days[1:]), _comes_round(days))
    if not usual:  # idle on most days: the busiest day there was is its measure
        peak = max(peak, *days[_BEFORE:])
    if today <= max(usual * limits.spike_times, peak * _ABOVE_PEAKS):
        return
    storm = storm_of(evidence, limits)  # what is over explains nothing, so it says so itself
    is_over = storm is not None and storm.is_unusual and storm.is_over
    yield Finding(
        rule="usage_spike",
        severity=Severity.WARNING,
        title="Much more traffic than usual",
        says="{packets} packets in the last 24 h; on the {days} days before the median was "
        "{usual}, and recurring peaks reached {peak}.",
        next_step="Look for the cause: a retry loop, a firmware update, abuse.",
        source=limits.sources["spike_times"],
        evidence={
            "packets": round(today),
            "usual": round(usual),
            "peak": round(peak),
            "days": len(before),
        },
        when=When.OVER if is_over else When.NOW,
    )


def _comes_round(days: Sequence[float]) -> float:
    """Return the highest peak that came as long ago as an earlier one before it, give a day."""
    around = [max(days[place - 1 : place + 2]) for place in range(1, len(days) - 1)]
    pairs = zip(around[_BEFORE:], around[2 * _BEFORE + 1 :: 2], strict=False)
    return max(map(min, pairs), default=0.0)


def packets_by_day(rhythm: Rhythm, most: int = 100) -> list[float | None]:
    """Return the packets of each 24 h block back from now, the last one first; None is unknown.

    Those of a contact are spread evenly over its length. Days before the first contact, and more
    than `most`, are left out; on one between contacts there were none. Where those of one contact
    in ten at most are unknown, it is as if it had as many as the others.
    """
    if not rhythm.contacts:
        return [None]
    now = rhythm.now
    count = max(1, min(most, int((now - rhythm.starts[0]) // DAY)))
    sums, known, unknown, since = [0.0] * count, [0] * count, [0] * count, now - count * DAY
    for contact in [each for each in rhythm.contacts if each.sign > since]:
        start, sign, up, down = contact.start, contact.sign, contact.up, contact.down
        oldest, newest = (now - start) / DAY, max(0.0, (now - sign) / DAY)
        first, last = max(0, int(oldest)), int(newest)
        days = range(last, min(first, count - 1) + 1)
        if up is None or down is None or (sign == start and (up or down)):  # over how long?
            for day in days:
                unknown[day] += 1
        elif first == last:
            known[first] += 1
            sums[first] += up + down
        else:
            a_day = (up + down) / (oldest - newest)
            for day in days:
                known[day] += 1
                sums[day] += a_day * (min(oldest, day + 1) - max(newest, day))
    return [_sum(*day) for day in zip(sums, known, unknown, strict=True)]


def _sum(packets: float, known: int, unknown: int) -> float | None:
    if unknown * _FEW > known + unknown:
        return None
    return packets * (known + unknown) / known if known else 0.0
