"""The newest session is on an older radio than usual."""

from collections import Counter
from collections.abc import Iterable

from bot.diagnosis.evidence import Evidence
from bot.diagnosis.fields import generation
from bot.diagnosis.rule import About, Finding, Severity, rule
from bot.diagnosis.thresholds import Thresholds


@rule(
    About(
        fires="the newest session's radio generation is below that of at least {radio_percent} % "
        "of the {usual_sessions} or more sessions before it",
        severities=(Severity.WARNING,),
        thresholds=("radio_percent", "usual_sessions"),
    )
)
def radio_fallback(evidence: Evidence, limits: Thresholds) -> Iterable[Finding]:
    """Find a fall from the usual generation; radio links that cannot be placed do not count."""
    newest = evidence.newest
    now_on = generation(newest.radio_link) if newest else None
    links = {session.radio_link for session in evidence.in_order}
    if now_on is None or max(generation(link) or 0 for link in links) <= now_on:
        return
    told = [(s.radio_link, g) for s in evidence.earlier if (g := generation(s.radio_link))]
    if newest is None or now_on is None or len(told) < limits.usual_sessions:
        return
    better = [link for link, number in told if number > now_on]
    if not better or len(better) * 100 < len(told) * limits.radio_percent:
        return
    usual = Counter(better).most_common(1)[0][0]
    yield Finding(
        rule="radio_fallback",
        severity=Severity.WARNING,
        title=f"Radio fell back to {now_on}G",
        says="On {radio} since {since}; {better} of {sessions} earlier sessions were on a newer "
        "radio, mostly {usual}.",
        next_step="Check LTE coverage and antenna, and which radios the modem is set to use.",
        source=limits.source("radio_percent"),
        evidence={
            "radio": newest.radio_link,
            "since": newest.start,
            "better": len(better),
            "sessions": len(told),
            "usual": usual,
        },
    )
