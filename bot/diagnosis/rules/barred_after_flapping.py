"""Many tries, then nothing: networks bar SIMs that retry too often."""

from collections.abc import Iterable

from bot.diagnosis.evidence import WEEK, Burst, Evidence, bursts
from bot.diagnosis.rule import About, Finding, Severity, rule
from bot.diagnosis.state import State, state_of
from bot.diagnosis.thresholds import HOUR, Thresholds


@rule(
    About(
        fires="in the last 7 days some 60 minutes with more than {barred_starts} session starts, "
        "none since the last of them for more than {barred_quiet_after}, and the SIM is not online",
        severities=(Severity.CRITICAL,),
        thresholds=("barred_starts", "barred_quiet_after"),
        explains=("flapping", "gone_silent", "ghost_session", "attach_without_data"),
    )
)
def barred_after_flapping(evidence: Evidence, limits: Thresholds) -> Iterable[Finding]:
    """Find flapping that ended in silence; only a SIM known to be online is not barred."""
    burst = _last_burst(evidence)
    if burst is None or burst.size <= limits.barred_starts:
        return
    quiet_for = evidence.now - burst.last
    if quiet_for <= limits.barred_quiet_after:
        return
    if state_of(evidence, limits) is State.ONLINE:
        return
    yield Finding(
        rule="barred_after_flapping",
        severity=Severity.CRITICAL,
        title="Barred after flapping",
        says="{starts} session starts between {first} and {last}, none for {quiet_for} since; "
        "networks bar SIMs that retry too often (limit {limit} an hour).",
        next_step="Stop the retries (back off 5, 10, 15, 20, 30, 60 min), then ask KORE to unblock "
        "the SIM.",
        source=limits.source("barred_quiet_after"),
        evidence={
            "starts": burst.size,
            "first": burst.first,
            "last": burst.last,
            "quiet_for": quiet_for,
            "limit": limits.barred_starts,
        },
    )


def _last_burst(evidence: Evidence) -> Burst | None:
    """Return the 60 minutes before the newest start: a start after them would end the silence."""
    starts = evidence.starts[evidence.first_within(WEEK) :]
    return list(bursts(starts, HOUR))[-1] if starts else None
