"""Nothing is wrong on the network's side."""

from collections.abc import Iterable

from bot.diagnosis.evidence import Evidence, State, state_of
from bot.diagnosis.fields import packets
from bot.diagnosis.rule import About, Finding, Severity, closing_rule
from bot.diagnosis.thresholds import OURS, Thresholds

SENDS_ONLY = "uplink_only"


@closing_rule(
    About(
        title="The network side is healthy",
        fires="the SIM is online, its current session has packets up and down (or only up, if "
        "that is usual for it), and no rule has a warning or anything critical that holds now",
        severities=(Severity.INFO,),
    )
)
def healthy(
    evidence: Evidence, limits: Thresholds, found: tuple[Finding, ...]
) -> Iterable[Finding]:
    """Say that the network side is fine, where that is known."""
    current = evidence.current
    if current is None or state_of(evidence, limits) is not State.ONLINE:
        return
    counts = packets(current)
    sends_only = any(f.rule == SENDS_ONLY and f.severity is Severity.INFO for f in found)
    if (
        current.last_updated is None
        or not counts
        or not (all(counts) or (counts[0] and sends_only))
    ):
        return
    if any(f.severity > Severity.INFO and f.stands for f in found):
        return
    yield Finding(
        rule="healthy",
        severity=Severity.INFO,
        title="The network side is healthy",
        says="{uploaded} packets up, {downloaded} down in this session, updated {last_updated}.",
        next_step="If the device looks down, look at the server or the application.",
        source=OURS,
        evidence={
            "uploaded": counts[0],
            "downloaded": counts[1],
            "last_updated": current.last_updated,
        },
    )
