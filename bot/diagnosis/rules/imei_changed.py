"""The SIM sits in another device than before."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import NamedTuple

from bot.diagnosis.evidence import WEEK, Evidence
from bot.diagnosis.rule import About, Finding, Severity, When, rule
from bot.diagnosis.thresholds import DAY, Thresholds
from bot.kore.models import DataSession
from bot.sims.numbers import devices_of

SOURCE = (
    "T-Mobile Control Center: any change of IMEI is a stock security rule, "
    "https://es.t-mobile.com/support/business/control-center-automation"
)
_WINDOW = timedelta(days=29)
_BY_HABIT = 4
"""Changes between two devices, after which they are a habit of the SIM."""


class Seen(NamedTuple):
    """A session, and the device that it names."""

    session: DataSession
    device: str


@rule(
    About(
        title="The SIM is in another device",
        fires="two sessions of the window have IMEIs that differ in the first 14 digits: "
        "critical for a day, a warning for a week, then info. Also info on the first day of a "
        "SIM's life",
        severities=(Severity.CRITICAL, Severity.WARNING, Severity.INFO),
        source=SOURCE,
        explains=("country_changed", "radio_fallback", "usage_spike", "degraded"),
    )
)
def imei_changed(evidence: Evidence, _limits: Thresholds) -> Iterable[Finding]:
    """Find the latest change; what is not reported, or a placeholder, is no change."""
    imeis = {session.imei for session in evidence.in_order}
    if len(imeis) <= 1:
        return
    devices = devices_of(imeis)
    seen = [Seen(each, name) for each in evidence.in_order if (name := devices[each.imei])]
    changes = [place for place, (a, b) in enumerate(pairwise(seen), 1) if a.device != b.device]
    if changes:
        yield _finding(evidence, seen, changes)


def _finding(evidence: Evidence, seen: Sequence[Seen], changes: Sequence[int]) -> Finding:
    before, after = seen[changes[-1] - 1].session, seen[changes[-1]]
    is_back = after.device in {each.device for each in seen[: changes[-1]]}
    severity = _severity(evidence, seen[0].session, after.session)
    if len(changes) >= _BY_HABIT and is_back:
        severity = Severity.INFO
    return Finding(
        rule="imei_changed",
        severity=severity,
        title="The SIM is back in an earlier device"
        if is_back
        else "The SIM moved to another device",
        says="Until {since} it was in IMEI {imei_before}; now in {imei}; {devices} devices "
        "in 30 days.",
        next_step="Confirm the swap with the field; if nobody made it, suspend the SIM.",
        source=SOURCE,
        evidence={
            "imei": after.session.imei,
            "since": after.session.start,
            "imei_before": before.imei,
            "devices": len({each.device for each in seen}),
            "changes": len(changes),
        },
        when=When.OVER if is_back and after.device == seen[0].device else When.NOW,
    )


def _severity(evidence: Evidence, first: DataSession, after: DataSession) -> Severity:
    """Return how grave a change is: by its age, and none on the day of the installation."""
    since, begun = after.start or evidence.now, first.start or evidence.now
    is_new = begun > evidence.now - _WINDOW and since - begun < DAY
    if evidence.now - since >= WEEK or is_new:
        return Severity.INFO
    return Severity.CRITICAL if evidence.now - since < DAY else Severity.WARNING
