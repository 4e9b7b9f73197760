"""A day with many times the packets of the days before, and above the peaks that recur."""

from collections.abc import Iterable
from statistics import median

from bot.diagnosis.evidence import Evidence
from bot.diagnosis.rhythm import DAY, Contact, Rhythm, usual_high
from bot.diagnosis.rule import About, Finding, Severity, rule
from bot.diagnosis.thresholds import Thresholds

_ABOVE_PEAKS = 2
_FEW = 10  # one in so many


@rule(
    About(
        fires="packets of the last 24 h over {spike_times} times the median of the days before, at "
        "least {spike_days} of them known, over twice the peaks that recur, and {spike_packets} "
        "at least",
        severities=(Severity.WARNING,),
        thresholds=("spike_times", "spike_days", "spike_packets"),
        explains=("degraded",),
    )
)
def usage_spike(evidence: Evidence, limits: Thresholds) -> Iterable[Finding]:
    """Compare the last 24 h with the SIM's own days; a day without known counters is unknown."""
    rhythm = evidence.rhythm
    if _at_most_today(rhythm) < limits.spike_packets:
        return
    days = packets_by_day(rhythm)
    today, before = days[0], [each for each in days[1:] if each is not None]
    if today is None or today < limits.spike_packets or len(before) < limits.spike_days:
        return
    usual, peak = median(before), usual_high([each or 0.0 for each in days[1:]])
    if today <= max(usual * limits.spike_times, peak * _ABOVE_PEAKS):
        return
    yield Finding(
        rule="usage_spike",
        severity=Severity.WARNING,
        title="Much more traffic than usual",
        says="{packets} packets in the last 24 h; the median of the {days} days before is {usual}, "
        "peaks that recur have {peak}.",
        next_step="Look for the top talkers: a retry loop, a firmware update, abuse.",
        source=limits.source("spike_times"),
        evidence={
            "packets": round(today),
            "usual": round(usual),
            "peak": round(peak),
            "days": len(before),
        },
    )


def _at_most_today(rhythm: Rhythm) -> int:
    """Return no less than the packets of the last 24 h, at little cost."""
    since = rhythm.now - DAY
    return sum((each.up or 0) + (each.down or 0) for each in rhythm.contacts if each.sign > since)


def packets_by_day(rhythm: Rhythm) -> list[float | None]:
    """Return the packets of each 24 h block back from now, the last one first; None is unknown.

    Those of a contact are spread evenly over its length. Days before the first contact are left
    out; on one between contacts there were none. Where those of one contact in ten at most are
    unknown, it is as if it had as many as the others.
    """
    if not rhythm.contacts:
        return [None]
    now, count = rhythm.now, max(0, int((rhythm.now - rhythm.starts[0]) // DAY))
    sums, known, unknown = [0.0] * (count + 1), [0] * (count + 1), [0] * (count + 1)
    for contact in rhythm.contacts:
        oldest, newest = (now - contact.start) / DAY, max(0.0, (now - contact.sign) / DAY)
        first, last = max(0, int(oldest)), int(newest)
        if contact.up is None or contact.down is None or _has_no_extent(contact):
            for day in range(last, first + 1):
                unknown[day] += 1
        elif first == last:
            known[first] += 1
            sums[first] += contact.up + contact.down
        else:
            a_day = (contact.up + contact.down) / (oldest - newest)
            for day in range(last, first + 1):
                known[day] += 1
                sums[day] += a_day * (min(oldest, day + 1) - max(newest, day))
    days = zip(sums[: max(1, count)], known, unknown, strict=False)
    return [_sum(*day) for day in days]


def _has_no_extent(contact: Contact) -> bool:
    """Return whether nobody says over how long its packets were: not heard of after its start."""
    return contact.sign == contact.start and bool(contact.up or contact.down)


def _sum(packets: float, known: int, unknown: int) -> float | None:
    if unknown * _FEW > known + unknown:
        return None
    return packets * (known + unknown) / known if known else 0.0
