"""A SIM that may connect and has not, for as long as KORE tells."""

from collections.abc import Iterable
from datetime import UTC, datetime

from bot.diagnosis.evidence import MAY_CONNECT, Evidence, status_of
from bot.diagnosis.fields import UsageKind, month_start, used_bytes
from bot.diagnosis.rule import About, Finding, Severity, Value, rule
from bot.diagnosis.thresholds import DAY, Thresholds

SOURCE = (
    "KORE: sessions of a period of 30 days or less, https://docs.korewireless.com/en-us/api/"
    "products/programmable-wireless/datasession-resource"
)
NEXT_STEPS = {
    "bytes": "Fine if the device works; else reset the SIM's connection.",
    "times": "Fine if it is meant to connect this rarely; else check its power and antenna.",
}
"""What to do about a SIM that was alive, by what tells it."""
APN, NARROWBAND_APN = "wireless.twilio.com", "iot.nb"
SMS = " Send an SMS Command: if it is delivered, the device is attached and only data fails."


@rule(
    About(
        title="No data session in 30 days",
        fires="the SIM's status is active and the window of 30 days has no session (critical). "
        "Info if its status is ready, it is new, or it used data all the same; also if it was "
        "seen before the window: then `gone_silent` says whether it has been away too long",
        severities=(Severity.CRITICAL, Severity.WARNING, Severity.INFO),
        source=SOURCE,
    )
)
def never_seen(evidence: Evidence, _limits: Thresholds) -> Iterable[Finding]:
    """Find an empty window; sessions that could not be read are not an empty window."""
    status = status_of(evidence.sim)
    if status not in MAY_CONNECT or evidence.sessions is None or evidence.newest:
        return
    severity, says, more = _verdict(evidence, status)
    known: dict[str, Value] = {"status": status, "days": 30, **more}
    yield Finding(
        rule="never_seen",
        severity=severity,
        title="No data session in 30 days",
        says=says,
        next_step=next((NEXT_STEPS[name] for name in more if name in NEXT_STEPS), _check(evidence)),
        source=SOURCE,
        evidence=known,
    )


def _check(evidence: Evidence) -> str:
    plan = evidence.rate_plan
    apn = NARROWBAND_APN if _is_narrowband(evidence) else APN
    may_send = plan is None or plan.messaging_enabled is not False
    return f"Check the APN ({apn}), data roaming, the SIM's seat and power." + SMS * may_send


def _verdict(evidence: Evidence, status: str) -> tuple[Severity, str, dict[str, Value]]:
    used = used_bytes(evidence.usage or (), month_start(evidence.sim, evidence.now), UsageKind.ALL)
    if used:
        says = (
            "No session began in the last {days} days; yet {bytes} bytes were used, so an older "
            "session may still be open."
        )
        return Severity.INFO, says, {"bytes": used}
    if evidence.earlier:
        says = (
            "No session began in the last {days} days; it was seen {times} times before, last on "
            "{last_day}."
        )
        last = datetime.fromtimestamp(evidence.earlier[-1].start, UTC).date().isoformat()
        return Severity.INFO, says, {"times": len(evidence.earlier), "last_day": last}
    says = (
        "The SIM is {status} and has no data session in the last {days} days, as far back as "
        "KORE's records go."
    )
    if evidence.skipped_rows:
        says += " Rows of KORE's could not be read, so this may be wrong."
        return Severity.WARNING, says, {"skipped_rows": evidence.skipped_rows}
    if evidence.usage is None and evidence.earlier is None and status != "ready":
        says += " Its usage is not known, so an older session may still be open."
        return Severity.WARNING, says, {}
    made = evidence.sim.date_created
    is_new = made is not None and evidence.now - made < DAY
    return Severity.INFO if status == "ready" or is_new else Severity.CRITICAL, says, {}


def _is_narrowband(evidence: Evidence) -> bool:
    plan = evidence.rate_plan
    names = (plan.unique_name, plan.friendly_name) if plan else ()
    text = " ".join(name for name in names if name).casefold().replace("-", " ").replace("_", " ")
    return "narrowband" in text or "nb" in text.split() or "nb iot" in text
