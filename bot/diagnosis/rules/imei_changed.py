"""The SIM sits in another device than before."""

from collections.abc import Iterable
from itertools import pairwise

from bot.diagnosis.evidence import Evidence
from bot.diagnosis.fields import device
from bot.diagnosis.rule import About, Finding, Severity, rule
from bot.diagnosis.thresholds import Thresholds

SOURCE = (
    "T-Mobile Control Center: any change of IMEI is a stock security rule, "
    "https://es.t-mobile.com/support/business/control-center-automation"
)


@rule(
    About(
        fires="two sessions of the window whose IMEIs differ in the first 14 digits",
        severities=(Severity.CRITICAL,),
        source=SOURCE,
    )
)
def imei_changed(evidence: Evidence, _limits: Thresholds) -> Iterable[Finding]:
    """Find the latest change; what is not reported, or all zeros, is no change."""
    if len({session.imei for session in evidence.in_order}) <= 1:
        return
    told = [(s, name) for s in evidence.in_order if (name := device(s.imei))]
    changes = [(a, b) for (a, one), (b, other) in pairwise(told) if one != other]
    if not changes:
        return
    before, after = changes[-1]
    yield Finding(
        rule="imei_changed",
        severity=Severity.CRITICAL,
        title="The SIM moved to another device",
        says="IMEI {imei} since {since}, {imei_before} before; {devices} devices in the window.",
        next_step="Confirm the swap with the field; if nobody made it, suspend the SIM.",
        source=SOURCE,
        evidence={
            "imei": after.imei,
            "since": after.start,
            "imei_before": before.imei,
            "devices": len({name for _, name in told}),
            "changes": len(changes),
        },
    )
