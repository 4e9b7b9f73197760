"""The newest session is in another country than the SIM's usual one."""

from collections import Counter
from collections.abc import Iterable

from bot.diagnosis.evidence import Evidence
from bot.diagnosis.fields import country
from bot.diagnosis.rule import About, Finding, Severity, rule
from bot.diagnosis.thresholds import Thresholds


@rule(
    About(
        fires="the newest session's country differs from that of at least {country_percent} % of "
        "the {usual_sessions} or more sessions before it",
        severities=(Severity.WARNING,),
        thresholds=("country_percent", "usual_sessions"),
    )
)
def country_changed(evidence: Evidence, limits: Thresholds) -> Iterable[Finding]:
    """Find a country that is new to this SIM; an unknown one is not new."""
    newest = evidence.newest
    if len({session.operator_country for session in evidence.in_order}) <= 1:
        return
    here = country(newest.operator_country) if newest else None
    told = [code for s in evidence.earlier if (code := country(s.operator_country))]
    if newest is None or here is None or len(told) < limits.usual_sessions:
        return
    usual, times = Counter(told).most_common(1)[0]
    if usual == here or times * 100 < len(told) * limits.country_percent:
        return
    yield Finding(
        rule="country_changed",
        severity=Severity.WARNING,
        title=f"In {here}, usually in {usual}",
        says="In {country} since {since}; {times} of {sessions} earlier sessions were in {usual}.",
        next_step="Ask whether the device moved, and check that its plan allows roaming there.",
        source=limits.source("country_percent"),
        evidence={
            "country": here,
            "since": newest.start,
            "usual": usual,
            "times": times,
            "sessions": len(told),
        },
    )
