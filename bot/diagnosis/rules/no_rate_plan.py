"""A SIM without a rate plan cannot connect."""

from collections.abc import Iterable

from bot.diagnosis.anomalies import silence_of
from bot.diagnosis.evidence import MAY_CONNECT, Evidence, status_of
from bot.diagnosis.rule import SILENT_OR_EMPTY, About, Finding, Severity, rule
from bot.diagnosis.thresholds import Thresholds

SOURCE = (
    "KORE: a SIM needs a RatePlan before it can be active, https://docs.korewireless.com/en-us/"
    "api/products/programmable-wireless/wireless-sim-resource"
)

_TRIES = 3  # without a packet, the last of them just open


@rule(
    About(
        title="The SIM has no rate plan",
        fires="the SIM's status is active or ready, KORE says that it has no rate plan, and no "
        "session shows that it has one all the same",
        severities=(Severity.CRITICAL,),
        source=SOURCE,
        explains=SILENT_OR_EMPTY,
    )
)
def no_rate_plan(evidence: Evidence, limits: Thresholds) -> Iterable[Finding]:
    """Find a SIM that was left without; a field that is missing says nothing."""
    sim = evidence.sim
    is_told = "rate_plan_sid" in sim.model_fields_set
    if status_of(sim) not in MAY_CONNECT or sim.rate_plan_sid or not is_told:
        return
    if _is_alive(evidence, limits):
        return
    yield Finding(
        rule="no_rate_plan",
        severity=Severity.CRITICAL,
        title="The SIM has no rate plan",
        says="Networks give it no data without one; its status is {status}.",
        next_step="Give it a rate plan in KORE's console.",
        source=SOURCE,
        evidence={"status": status_of(sim)},
    )


def _is_alive(evidence: Evidence, limits: Thresholds) -> bool:
    """Return whether its sessions contradict that: then the plan is rather unknown."""
    if evidence.sessions is None or not evidence.contacts:
        return evidence.sessions is None
    rhythm, changed = evidence.rhythm, evidence.sim.date_updated
    if silence_of(evidence, limits) is None:
        in_vain = all(each.is_empty for each in rhythm.contacts[-_TRIES:])
        return not (in_vain and any(each.up or each.down for each in rhythm.contacts))
    if rhythm.is_always_on or rhythm.contacts[-1].is_empty:
        return False
    lately = rhythm.now - rhythm.starts[-1] <= rhythm.longest
    return lately and (changed is None or changed.timestamp() < rhythm.starts[-1])
