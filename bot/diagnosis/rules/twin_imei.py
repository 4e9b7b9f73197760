"""One device's IMEI is live in two SIMs at once: one of them is a clone."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import islice

from bot.diagnosis.contrast import Live, Member
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


@group_rule(
    About(
        fires="two SIMs have a session open with the same IMEI, and both have sent news since both "
        "sessions began. It looks at SIMs that were asked for together, looked up in the last ten "
        "minutes, or seen by the last scan",
        severities=(Severity.CRITICAL,),
        source=SOURCE,
        explains=("imei_changed", "impossible_travel"),
    )
)
def twin_imei(
    cases: Sequence[Case], _limits: Thresholds, peers: Sequence[Member] = ()
) -> Iterable[tuple[str, Finding]]:
    """Find SIMs in one device; a device that changes its SIM has them one after the other."""
    seen = defaultdict[str, dict[str, Live]](dict)
    for case in cases:
        if (live := live_of(case)) and (device := device_of(live.imei)):
            seen[device][case.sim_sid] = live
    for live in filter(None, [peer.live for peer in peers]):
        if (device := device_of(live.imei) or "") in seen:
            seen[device].setdefault(live.sid, live)
    for of_device in seen.values():
        for one, other in twins_of(list(of_device.values())):
            yield one.sid, _finding(one, other)


def live_of(case: Case) -> Live | None:
    """Return a SIM as it is live in a device; None where it is not, or too little is told."""
    session = case.current
    if session is None or session.end:
        return None
    imei, since, until = session.imei, case.since or session.start, session.last_updated
    if not (imei and since and until and device_of(imei)):
        return None
    return Live(case.sim_sid, case.name or case.sim_sid, imei, since, until)


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
