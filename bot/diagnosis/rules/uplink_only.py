"""A device that sends and is never answered."""

from collections.abc import Iterable
from itertools import islice

from bot.diagnosis.evidence import Evidence
from bot.diagnosis.fields import packets
from bot.diagnosis.rule import About, Finding, Severity, rule
from bot.diagnosis.thresholds import Thresholds


@rule(
    About(
        fires="the newest {uplink_sessions} closed sessions with known counters each have at least "
        "{uplink_packets} packets up and none down",
        severities=(Severity.WARNING,),
        thresholds=("uplink_sessions", "uplink_packets"),
    )
)
def uplink_only(evidence: Evidence, limits: Thresholds) -> Iterable[Finding]:
    """Find traffic that goes one way only."""
    closed = ((s, packets(s)) for s in evidence.sessions or () if s.end)
    told = ((session, counts) for session, counts in closed if counts)
    newest = list(islice(told, limits.uplink_sessions))
    unanswered = [up for _, (up, down) in newest if up >= limits.uplink_packets and not down]
    if len(unanswered) < limits.uplink_sessions:
        return
    yield Finding(
        rule="uplink_only",
        severity=Severity.WARNING,
        title="Sends, but is not answered",
        says="The last {sessions} closed sessions sent {uploaded} packets and received 0, from "
        "{first} to {last}.",
        next_step="Check the server, its firewall and allow-list, the route back to the SIM, DNS.",
        source=limits.source("uplink_packets"),
        evidence={
            "sessions": len(newest),
            "uploaded": sum(unanswered),
            "first": newest[-1][0].start,
            "last": newest[0][0].end,
        },
    )
