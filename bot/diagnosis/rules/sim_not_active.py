"""The SIM may not connect, whatever the device does."""

from collections.abc import Iterable
from datetime import timedelta

from bot.diagnosis.evidence import NOT_ACTIVE, Evidence, is_fresh, status_of
from bot.diagnosis.rule import SILENT_OR_EMPTY, About, Finding, Severity, rule
from bot.diagnosis.thresholds import TWILIO_STATUSES, Thresholds

SOURCE = f"{TWILIO_STATUSES}: only ready and active SIMs may connect"
TURNED_AWAY = "networks turn it away."
STILL_OPEN = (
    "a session is still open all the same, so the change may not have reached the network yet."
)
CONNECTED_SINCE = (
    "it has connected again since, so the change may not have reached the network yet."
)
_SLACK = timedelta(minutes=2)
OF_THE_PAST = (
    "cancel_countdown",
    "country_changed",
    "operator_hopping",
    "radio_fallback",
    "usage_spike",
)
NEXT_STEPS = {
    "new": "Set the SIM to ready or active in KORE's console.",
    "suspended": "Find out who suspended it and why, then set it to active in KORE's console.",
    "deactivated": "Set it to ready or active in KORE's console before it is canceled for good.",
    "canceled": "Canceled is final: put another SIM into the device.",
    "deleted": "A deleted SIM does not come back: put another SIM into the device.",
}

BEFORE_IT_IS_GONE = "Set it to active in KORE by {until}, or it is canceled for good."


PLAN_FIRST = "Give the SIM a rate plan, then set it to ready or active in KORE's console."


@rule(
    About(
        title="The SIM is not active",
        fires="the SIM's status is suspended, deactivated, canceled or deleted (critical), or new "
        "(warning)",
        severities=(Severity.CRITICAL, Severity.WARNING),
        source=SOURCE,
        explains=(*SILENT_OR_EMPTY, *OF_THE_PAST),
    )
)
def sim_not_active(evidence: Evidence, limits: Thresholds) -> Iterable[Finding]:
    """Find a SIM that the network turns away because of its status."""
    status = status_of(evidence.sim)
    if status not in NOT_ACTIVE:
        return
    since, until = evidence.sim.date_updated, None
    if since and status == "deactivated" and since + limits.cancel_after > evidence.now:
        until = since + limits.cancel_after
    yield Finding(
        rule="sim_not_active",
        severity=Severity.WARNING if status == "new" else Severity.CRITICAL,
        title=f"The SIM is {status}",
        says=(
            "Its status is {status}, last changed {since}; "
            if since
            else "Its status is {status}; "
        )
        + _how_it_is(evidence, limits),
        next_step=BEFORE_IT_IS_GONE if until else _next_step(evidence, status),
        source=SOURCE,
        evidence={"status": status, "since": since} | ({"until": until} if until else {}),
    )


def _how_it_is(evidence: Evidence, limits: Thresholds) -> str:
    """Say whether the network turns it away, as far as its sessions tell."""
    if any(is_fresh(each, evidence.now, limits) for each in evidence.open):
        return STILL_OPEN
    newest, since = evidence.newest, evidence.sim.date_updated
    began = newest.start if newest else None
    return CONNECTED_SINCE if began and since and began - since > _SLACK else TURNED_AWAY


def _next_step(evidence: Evidence, status: str) -> str:
    sim = evidence.sim
    lacks_plan = "rate_plan_sid" in sim.model_fields_set and not sim.rate_plan_sid
    return PLAN_FIRST if status == "new" and lacks_plan else NEXT_STEPS[status]


def still_connects(findings: Iterable[Finding]) -> bool:
    """Return whether a SIM that may not connect does so all the same, as was found."""
    said = [each.says for each in findings if each.rule == "sim_not_active"]
    return not all(says.endswith(TURNED_AWAY) for says in said)
