"""Two sessions of one SIM that are alive on two networks at once: no hand-over takes that long."""

from collections.abc import Iterable
from typing import NamedTuple

from bot.diagnosis.evidence import WEEK, Evidence, is_fresh
from bot.diagnosis.fields import Network, network_name
from bot.diagnosis.rule import About, Finding, Severity, rule
from bot.diagnosis.thresholds import DAY, Thresholds
from bot.kore.models import DataSession

_ENOUGH = 2


class Overlap(NamedTuple):
    """Two sessions that ran side by side; `is_live` where both still do."""

    one: DataSession
    other: DataSession
    is_live: bool


@rule(
    About(
        title="On two networks at once",
        fires="two sessions on two networks ran side by side for more than {parallel_after}, "
        "and both are alive or it happened twice in the last 24 h. Info if the same happened a "
        "week ago",
        severities=(Severity.WARNING, Severity.INFO),
        thresholds=("parallel_after",),
        explains=("operator_hopping",),
    )
)
def parallel_networks(evidence: Evidence, limits: Thresholds) -> Iterable[Finding]:
    """Find sessions next to each other on different networks; unknown ones are skipped."""
    if len(set(evidence.networks) - {None}) <= 1:
        return
    overlaps = list(_overlaps(evidence, limits))
    recent = [
        each for each in overlaps if each.other.start and evidence.now - each.other.start < DAY
    ]
    times = len({each.one.start for each in recent})  # one that was closed late counts once
    if not recent or not (times >= _ENOUGH or any(each.is_live for each in recent)):
        return
    habit = any(each.other.start and evidence.now - each.other.start >= WEEK for each in overlaps)
    last = recent[-1]
    yield Finding(
        rule="parallel_networks",
        severity=Severity.INFO if habit else Severity.WARNING,
        title="On two networks at once",
        says="{network} and {other} since {since}; the first since {first}; {times} times in the "
        "last 24 h.",
        next_step="Check whether the SIM was cloned, or the device has two modems.",
        source=limits.sources["parallel_after"],
        evidence={
            "network": network_name(last.one),
            "other": network_name(last.other),
            "first": last.one.start,
            "since": last.other.start,
            "times": times,
        },
    )


def _overlaps(evidence: Evidence, limits: Thresholds) -> Iterable[Overlap]:
    """Hold each session against the one on each other network that ran on for longest."""
    lasting: dict[Network, tuple[float, DataSession]] = {}
    after = limits.parallel_after.total_seconds()
    rows = zip(evidence.in_order, evidence.networks, evidence.rows, strict=True)
    for other, elsewhere, row in rows:
        if elsewhere is None:
            continue
        start, until = row.start, row.sign
        for network, (stop, one) in lasting.items():
            if stop - start > after < until - start and network != elsewhere:
                live = all(is_fresh(each, evidence.now, limits) for each in (one, other))
                yield Overlap(one, other, live)
        last = lasting.get(elsewhere)
        if last is None or until > last[0]:
            lasting[elsewhere] = until, other
