"""A reset of the SIM's connection has been asked for and is not done."""

from collections.abc import Iterable

from bot.diagnosis.evidence import Evidence
from bot.diagnosis.rule import About, Finding, Severity, rule
from bot.diagnosis.thresholds import Thresholds

LATE = "Open a ticket with KORE and give the SID; a second reset would be refused."


@rule(
    About(
        title="A reset has not finished",
        fires="a reset is under way (info), or has been for more than {reset_warning_after} "
        "(warning)",
        severities=(Severity.INFO, Severity.WARNING),
        thresholds=("reset_warning_after",),
        explains=("ghost_session",),
    )
)
def reset_pending(evidence: Evidence, limits: Thresholds) -> Iterable[Finding]:
    """Find a reset that is under way; without a time it may have begun just now."""
    if (evidence.sim.reset_status or "").strip().lower() != "resetting":
        return
    since = evidence.sim.date_updated
    late = since is not None and evidence.now - since > limits.reset_warning_after
    yield Finding(
        rule="reset_pending",
        severity=Severity.WARNING if late else Severity.INFO,
        title="A reset has not finished" if late else "A reset is under way",
        says="It has been running for {age}, since {since}."
        if since
        else "KORE does not tell since when.",
        next_step=LATE if late else "Wait; KORE refuses a second reset while the first one runs.",
        source=limits.sources["reset_warning_after"],
        evidence={"age": evidence.now - since, "since": since} if since else {},
        explains=True,
    )
