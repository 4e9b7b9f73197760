"""One device's IMEI is live in two SIMs at once: one of them is a clone."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import islice

from bot.diagnosis.rule import About, Case, Finding, Severity, group_rule
from bot.diagnosis.thresholds import Thresholds
from bot.kore.models import DataSession
from bot.sims.numbers import device_of

SOURCE = (
    "T-Mobile Control Center: one IMEI in two SIMs is a stock security rule, "
    "https://es.t-mobile.com/support/business/control-center-automation"
)
_MOST = 3
_AT_ONCE = timedelta(minutes=10)


@group_rule(
    About(
        fires="two of several SIMs asked for together have a session open with the same IMEI, and "
        "both have sent news since both sessions began",
        severities=(Severity.CRITICAL,),
        source=SOURCE,
        explains=("imei_changed", "impossible_travel"),
    )
)
def twin_imei(cases: Sequence[Case], _limits: Thresholds) -> Iterable[tuple[str, Finding]]:
    """Find SIMs in one device; a device that changes its SIM has them one after the other."""
    seen = defaultdict[str, dict[str, tuple[Case, DataSession]]](dict)
    for case in cases:
        session = case.current
        device = device_of(session.imei) if session and session.end is None else None
        if device and session:
            seen[device][case.sim_sid] = case, session
    for twins in seen.values():
        if len(twins) > _MOST:  # so many do not clone each other: the IMEI is a placeholder
            continue
        for one, session in twins.values():
            others = ((other, _both_since(session, twin)) for other, twin in twins.values())
            live = ((other, since) for other, since in others if since and other is not one)
            for other, since in islice(live, 1):
                yield one.sim_sid, _finding(session, other, since)


def _both_since(one: DataSession, other: DataSession) -> datetime | None:
    """Return since when both are live; None where they are not."""
    if not (one.start and other.start and one.last_updated and other.last_updated):
        return None
    since, until = max(one.start, other.start), min(one.last_updated, other.last_updated)
    return since if until - since >= _AT_ONCE else None


def _finding(session: DataSession, other: Case, since: datetime) -> Finding:
    return Finding(
        rule="twin_imei",
        severity=Severity.CRITICAL,
        title="Its IMEI is live in another SIM too",
        says="IMEI {imei} is live in this SIM and in {other} at once, since {since}: a device was "
        "cloned.",
        next_step="Find out which of the two devices is yours, and suspend the other one's SIM.",
        source=SOURCE,
        evidence={"imei": session.imei, "other": other.name or other.sim_sid, "since": since},
    )
