"""A SIM that may connect and has not, for as long as KORE tells."""

from collections.abc import Iterable

from bot.diagnosis.evidence import Evidence
from bot.diagnosis.rule import About, Finding, Severity, rule
from bot.diagnosis.state import status_of
from bot.diagnosis.thresholds import Thresholds

MAY_CONNECT = frozenset({"active", "ready"})
SOURCE = (
    "KORE: sessions of a period of 30 days or less, https://docs.korewireless.com/en-us/api/"
    "products/programmable-wireless/datasession-resource"
)


@rule(
    About(
        fires="the SIM's status is active or ready and the window of 30 days has no session",
        severities=(Severity.CRITICAL,),
        source=SOURCE,
    )
)
def never_seen(evidence: Evidence, _limits: Thresholds) -> Iterable[Finding]:
    """Find an empty window; sessions that could not be read are not an empty window."""
    status = status_of(evidence.sim)
    if status not in MAY_CONNECT or evidence.sessions is None or evidence.newest:
        return
    yield Finding(
        rule="never_seen",
        severity=Severity.CRITICAL,
        title="No data session in 30 days",
        says="The SIM is {status} and has no data session in the last {days} days, which is as "
        "far back as KORE tells.",
        next_step="Check the APN (wireless.twilio.com), data roaming, the SIM's seat and power. "
        "Send an SMS Command: if it is delivered, the device is attached and only data fails.",
        source=SOURCE,
        evidence={"status": status, "days": 30},
    )
