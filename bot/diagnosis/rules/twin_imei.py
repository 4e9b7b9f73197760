"""One device's IMEI is live in two SIMs at once: one of them is a clone."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple

from bot.diagnosis.contrast import Member
from bot.diagnosis.rule import About, Case, Finding, Severity, group_rule
from bot.diagnosis.thresholds import Thresholds
from bot.sims.numbers import device_of

SOURCE = (
    "T-Mobile Control Center: one IMEI in two SIMs is a stock security rule, "
    "https://es.t-mobile.com/support/business/control-center-automation"
)
TITLE = "Its IMEI is live in another SIM too"
NEXT_STEP = "Find out which of the two devices is yours, and suspend the other one's SIM."
MOST = 3
"""So many SIMs at most have one IMEI by cloning: that of more is a placeholder."""
_AT_ONCE = timedelta(minutes=10)


class Live(NamedTuple):
    """A SIM in a device: since when it is there, and when it was last heard of."""

    sid: str
    name: str
    imei: str
    since: datetime
    until: datetime


@group_rule(
    About(
        title=TITLE,
        fires="two of several SIMs asked for together, or in the scan of an alert, have a session "
        "open with the same IMEI, and both have had an update at least "
        f"{_AT_ONCE // timedelta(minutes=1)} min after both sessions began",
        severities=(Severity.CRITICAL,),
        source=SOURCE,
        explains=("imei_changed", "impossible_travel"),
    )
)
def twin_imei(
    cases: Sequence[Case], _limits: Thresholds, _peers: Sequence[Member] = ()
) -> Iterable[tuple[str, Finding]]:
    """Find SIMs in one device; a device that changes its SIM has them one after the other."""
    seen = defaultdict[str, dict[str, Live]](dict)
    for case in cases:
        session = case.current
        if session is None or session.end:
            continue
        imei, since, until = session.imei, case.since or session.start, session.last_updated
        if imei and since and until and (device := device_of(imei)):
            name = case.name or case.sim_sid
            seen[device][case.sim_sid] = Live(case.sim_sid, name, imei, since, until)
    for of_device in seen.values():
        for one, other in twins_of(list(of_device.values())):
            yield one.sid, _finding(one, other)


def twins_of(of_device: Sequence[Live]) -> Iterable[tuple[Live, Live]]:
    """Return each of the SIMs in one device that has a twin among them, with that."""
    if len(of_device) > MOST:
        return
    for one in of_device:
        others = (each for each in of_device if each is not one and _at_once(each, one))
        yield from ((one, other) for other in islice(others, 1))


def _at_once(one: Live, other: Live) -> bool:
    return min(one.until, other.until) - max(one.since, other.since) >= _AT_ONCE


def _finding(one: Live, other: Live) -> Finding:
    return Finding(
        rule="twin_imei",
        severity=Severity.CRITICAL,
        title=TITLE,
        says="IMEI {imei} is live in this SIM and in {other} at once, since {since}: a device was "
        "cloned.",
        next_step=NEXT_STEP,
        source=SOURCE,
        evidence={
            "imei": one.imei,
            "other": other.name,
            "since": max(one.since, other.since),
        },
    )
