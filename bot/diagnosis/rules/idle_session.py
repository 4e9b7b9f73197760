"""An open session in which nothing happens."""

from collections.abc import Iterable

from bot.diagnosis.evidence import Evidence, is_fresh
from bot.diagnosis.fields import packets
from bot.diagnosis.rule import About, Finding, Severity, rule
from bot.diagnosis.thresholds import Thresholds


@rule(
    About(
        title="Connected, but idle",
        fires="the newest session has been open for more than {idle_after}, was updated in the "
        "last {stale_after}, and has no packets up or down",
        severities=(Severity.INFO,),
        thresholds=("idle_after", "stale_after"),
    )
)
def idle_session(evidence: Evidence, limits: Thresholds) -> Iterable[Finding]:
    """Find a live session without a packet."""
    newest = evidence.current
    if newest is None or newest.start is None or not is_fresh(newest, evidence.now, limits):
        return
    open_for = evidence.now - newest.start
    if open_for <= limits.idle_after or packets(newest) != (0, 0):
        return
    yield Finding(
        rule="idle_session",
        severity=Severity.INFO,
        title="Connected, but idle",
        says="Open for {open_for}, since {start}, with 0 packets up and 0 down.",
        next_step="This may be normal: compare with how often the device is expected to report.",
        source=limits.sources["idle_after"],
        evidence={"open_for": open_for, "start": newest.start},
    )
