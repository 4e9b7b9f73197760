"""One device's IMEI is live in two SIMs at once: one of them is a clone."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple

from bot.diagnosis.rule import About, Case, Finding, Severity, group_rule
from bot.diagnosis.thresholds import Thresholds
from bot.sims.numbers import device_of

SOURCE = (
    "T-Mobile Control Center: one IMEI in two SIMs is a stock security rule, "
    "https://es.t-mobile.com/support/business/control-center-automation"
)
_MOST = 3
_AT_ONCE = timedelta(minutes=10)


class Live(NamedTuple):
    """A SIM in a device: since when it is there, and when it was last heard of."""

    case: Case
    imei: str
    since: datetime
    until: datetime


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
    seen = defaultdict[str, dict[str, Live]](dict)
    for case in cases:
        session = case.current
        if session is None or session.end:
            continue
        imei, since, until = session.imei, case.since or session.start, session.last_updated
        if imei and since and until and (device := device_of(imei)):
            seen[device][case.sim_sid] = Live(case, imei, since, until)
    for twins in seen.values():
        if len(twins) > _MOST:  # so many do not clone each other: the IMEI is a placeholder
            continue
        for one in twins.values():
            others = (each for each in twins.values() if each is not one and _at_once(each, one))
            for other in islice(others, 1):
                yield one.case.sim_sid, _finding(one, other)


def _at_once(one: Live, other: Live) -> bool:
    return min(one.until, other.until) - max(one.since, other.since) >= _AT_ONCE


def _finding(one: Live, other: Live) -> Finding:
    return Finding(
        rule="twin_imei",
        severity=Severity.CRITICAL,
        title="Its IMEI is live in another SIM too",
        says="IMEI {imei} is live in this SIM and in {other} at once, since {since}: a device was "
        "cloned.",
        next_step="Find out which of the two devices is yours, and suspend the other one's SIM.",
        source=SOURCE,
        evidence={
            "imei": one.imei,
            "other": other.case.name or other.case.sim_sid,
            "since": max(one.since, other.since),
        },
    )
