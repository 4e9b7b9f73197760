"""A device that changes networks all the time."""

from collections.abc import Iterable
from itertools import pairwise

from bot.diagnosis.evidence import Evidence
from bot.diagnosis.fields import network_name, network_of
from bot.diagnosis.rule import About, Finding, Severity, rule
from bot.diagnosis.thresholds import DAY, Thresholds


@rule(
    About(
        fires="in the last 24 h at least {hopping_networks} networks or at least "
        "{hopping_switches} switches between networks",
        severities=(Severity.WARNING,),
        thresholds=("hopping_networks", "hopping_switches"),
    )
)
def operator_hopping(evidence: Evidence, limits: Thresholds) -> Iterable[Finding]:
    """Find many networks, or few with many switches; unknown ones are skipped."""
    recent = evidence.started_within(DAY)
    told = [(session, network) for session in recent if (network := network_of(session))]
    switches = sum(one != other for (_, one), (_, other) in pairwise(told))
    names = {network: network_name(session) for session, network in told}
    if len(names) < limits.hopping_networks and switches < limits.hopping_switches:
        return
    yield Finding(
        rule="operator_hopping",
        severity=Severity.WARNING,
        title="Hops between networks",
        says="{switches} switches between {count} networks in the last 24 h: {networks}.",
        next_step="Check the antenna; lock the device to one network or make it prefer one.",
        source=limits.source("hopping_networks"),
        evidence={
            "switches": switches,
            "count": len(names),
            "networks": tuple(names.values()),
        },
    )
