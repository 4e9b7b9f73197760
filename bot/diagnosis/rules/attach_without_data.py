"""A device that attaches, gets no data, and tries again."""

from collections.abc import Iterable

from bot.diagnosis.evidence import Evidence, busiest
from bot.diagnosis.fields import length, packets
from bot.diagnosis.rule import About, Finding, Severity, rule
from bot.diagnosis.thresholds import DAY, Thresholds
from bot.kore.models import DataSession


@rule(
    About(
        fires="in the last 24 h at least {attach_sessions} closed sessions starting within "
        "{attach_within}, each under {attach_shorter_than} and without a packet up or down",
        severities=(Severity.WARNING,),
        thresholds=("attach_sessions", "attach_within", "attach_shorter_than"),
        explains=("flapping",),
    )
)
def attach_without_data(evidence: Evidence, limits: Thresholds) -> Iterable[Finding]:
    """Find short empty sessions close to each other, whatever lies between them."""
    recent = evidence.started_within(DAY)
    starts = [s.start for s in recent if s.start and _is_empty_try(s, limits)]
    burst = busiest(starts, limits.attach_within)
    if burst is None or burst.size < limits.attach_sessions:
        return
    yield Finding(
        rule="attach_without_data",
        severity=Severity.WARNING,
        title="Attaches, but gets no data",
        says="{sessions} sessions between {first} and {last}, each under {limit}, with 0 packets "
        "up and 0 down.",
        next_step="Check APN, its user and password, and DNS; with a private APN also its routes.",
        source=limits.source("attach_sessions"),
        evidence={
            "sessions": burst.size,
            "first": burst.first,
            "last": burst.last,
            "limit": limits.attach_shorter_than,
        },
    )


def _is_empty_try(session: DataSession, limits: Thresholds) -> bool:
    lasted = length(session)
    if lasted is None or lasted >= limits.attach_shorter_than:
        return False
    return packets(session) == (0, 0)
