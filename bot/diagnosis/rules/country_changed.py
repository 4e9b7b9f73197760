"""A fixed device is in another country than its usual one."""

from collections import Counter
from collections.abc import Iterable

from bot.diagnosis.evidence import Evidence, is_mobile
from bot.diagnosis.fields import country
from bot.diagnosis.rule import About, Finding, Severity, rule
from bot.diagnosis.thresholds import Thresholds


@rule(
    About(
        title="In another country",
        fires="the current session is in another country than at least {country_percent} % of the "
        "{usual_sessions} or more sessions before it. Info for a device that moves, or that has "
        "been there before",
        severities=(Severity.WARNING, Severity.INFO),
        thresholds=("country_percent", "usual_sessions"),
        explains=("operator_hopping", "radio_fallback"),
    )
)
def country_changed(evidence: Evidence, limits: Thresholds) -> Iterable[Finding]:
    """Find a country that is new to this SIM; an unknown one is not new."""
    if len({session.operator_country for session in evidence.in_order}) <= 1:
        return
    current = evidence.current
    here = country(current.operator_country) if current else None
    countries = [code for s in evidence.before_current if (code := country(s.operator_country))]
    if current is None or here is None or len(countries) < limits.usual_sessions:
        return
    usual, times = Counter(countries).most_common(1)[0]
    if usual == here or times * 100 < len(countries) * limits.country_percent:
        return
    run = evidence.streak_of(
        lambda each: (code == here) if (code := country(each.operator_country)) else None
    )
    earlier = countries[: len(countries) - len(run) + 1]
    known = is_mobile(evidence) or here in earlier
    yield Finding(
        rule="country_changed",
        severity=Severity.INFO if known else Severity.WARNING,
        title=f"In {here}, usually in {usual}",
        says="Since {since}; {times} of {sessions} earlier sessions were in {usual}.",
        next_step="Ask whether the device moved, and check that its plan allows roaming there.",
        source=limits.sources["country_percent"],
        evidence={
            "country": here,
            "since": run[-1].start,
            "usual": usual,
            "times": times,
            "sessions": len(earlier),
        },
    )
