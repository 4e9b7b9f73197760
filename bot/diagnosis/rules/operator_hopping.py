"""A device that changes networks far more often than it does."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from bot.diagnosis.evidence import Evidence, is_mobile
from bot.diagnosis.fields import Network, network_name
from bot.diagnosis.rhythm import usual_high
from bot.diagnosis.rule import About, Finding, Severity, rule
from bot.diagnosis.thresholds import DAY, Thresholds

_FAR_ABOVE = 2


@rule(
    About(
        title="Hops between networks",
        fires="the last 24 h had at least {hopping_networks} networks or {hopping_switches} "
        "switches between networks, and more than twice what is usual for a day. Info for a "
        "device that moves",
        severities=(Severity.WARNING, Severity.INFO),
        thresholds=("hopping_networks", "hopping_switches"),
        explains=("degraded",),
    )
)
def operator_hopping(evidence: Evidence, limits: Thresholds) -> Iterable[Finding]:
    """Find many networks, or few with many switches; unknown ones are skipped."""
    first = evidence.first_within(DAY)
    recent = [network for network in evidence.networks[first:] if network]
    count, switches = len(set(recent)), _switches(recent)
    if count < limits.hopping_networks and switches < limits.hopping_switches:
        return
    days = _days_before(evidence)
    usual = int(usual_high([_switches(day) for day in days]))
    if switches <= usual * _FAR_ABOVE and count <= max((len(set(day)) for day in days), default=0):
        return
    pairs = zip(evidence.in_order[first:], evidence.networks[first:], strict=True)
    names = {network: network_name(session) for session, network in pairs if network}
    yield Finding(
        rule="operator_hopping",
        severity=Severity.INFO if is_mobile(evidence) else Severity.WARNING,
        title="Hops between networks",
        says="{switches} switches in the last 24 h, "
        + ("usually at most {usual} a day" if usual else "usually none")
        + "; between {count} networks: {networks}.",
        next_step="Check the antenna; lock the device to one network or make it prefer one.",
        source=limits.sources["hopping_networks"],
        evidence={
            "switches": switches,
            "count": count,
            "networks": tuple(names.values()),
            "usual": usual,
        },
    )


def _days_before(evidence: Evidence) -> list[list[Network]]:
    """Return the networks of each 24 h block before the last 24 h, the latest first."""
    days, now = list[list[Network]](), evidence.now.timestamp()
    for network, row in zip(evidence.networks, evidence.rows, strict=True):
        place = int((now - row.start) // DAY.total_seconds()) - 1
        days += [[] for _ in range(place + 1 - len(days))]
        if network and place >= 0:
            days[place].append(network)
    return days


def _switches(networks: Sequence[Network]) -> int:
    return sum(one != other for one, other in pairwise(networks))
