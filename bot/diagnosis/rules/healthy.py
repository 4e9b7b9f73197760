"""Nothing is wrong on the network's side."""

from collections.abc import Iterable

from bot.diagnosis.evidence import Evidence
from bot.diagnosis.fields import packets
from bot.diagnosis.rule import About, Finding, Severity, closing_rule
from bot.diagnosis.state import State, state_of
from bot.diagnosis.thresholds import OURS, Thresholds


@closing_rule(
    About(
        fires="the SIM is online, its newest session has packets up and down, and no rule found a "
        "warning or anything critical",
        severities=(Severity.INFO,),
    )
)
def healthy(
    evidence: Evidence, limits: Thresholds, found: tuple[Finding, ...]
) -> Iterable[Finding]:
    """Say that the network side is fine, where that is known."""
    newest = evidence.newest
    if newest is None or state_of(evidence, limits) is not State.ONLINE:
        return
    counts = packets(newest)
    if not counts or not all(counts) or any(f.severity > Severity.INFO for f in found):
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
            "last_updated": newest.last_updated,
        },
    )
