"""The device is on an older radio than usual."""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial

from bot.diagnosis.anomalies import streak_of
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.fields import generation
from bot.diagnosis.rule import About, Finding, Severity, rule
from bot.diagnosis.thresholds import DAY, HOUR, Thresholds
from bot.kore.models import DataSession

_RECURS = 3
"""Times from which on an odd session is a habit; before that it was an accident."""


@rule(
    About(
        title="Radio fell back",
        fires="the current session has an older radio generation than at least {radio_percent} "
        "% of the {usual_sessions} or more sessions before it. If the SIM has been on it "
        "before, only after more sessions in a row than usual, or after an hour where it is "
        "always on and was so once or twice",
        severities=(Severity.WARNING,),
        thresholds=("radio_percent", "usual_sessions"),
        explains=("degraded",),
    )
)
def radio_fallback(evidence: Evidence, limits: Thresholds) -> Iterable[Finding]:
    """Find a fall from the usual generation; radio links that cannot be placed do not count."""
    current = evidence.current
    now_on = generation(current.radio_link) if current else None
    links = {session.radio_link for session in evidence.in_order}
    if now_on is None or max(generation(link) or 0 for link in links) <= now_on:
        return
    radios = [(s.radio_link, g) for s in evidence.before_current if (g := generation(s.radio_link))]
    run = evidence.streak_of(partial(_is_on, now_on))
    here = len(run) - 1
    before = radios[: len(radios) - here]
    better = [link for link, number in before if number > now_on]
    if current is None or len(before) < limits.usual_sessions or not better:
        return
    times = len(before) - len(better)
    if len(better) * 100 < len(radios) * limits.radio_percent:
        return
    if times and not (times < _RECURS and _hangs_on_it(evidence, run)):
        sessions = zip(reversed(evidence.rows), evidence.sessions or (), strict=True)
        if not streak_of((row, _is_on(now_on, session)) for row, session in sessions).is_unusual:
            return
    if current.end and not here and evidence.now - current.end > DAY:  # one report, long ago
        return
    usual = Counter(better).most_common(1)[0][0]
    yield Finding(
        rule="radio_fallback",
        severity=Severity.WARNING,
        title=f"Radio fell back to {now_on}G",
        says="Since {since}; {better} of {sessions} earlier sessions were on a newer "
        "radio, mostly {usual}.",
        next_step="Check LTE coverage and antenna, and which radios the modem is set to use.",
        source=limits.sources["radio_percent"],
        evidence={
            "radio": current.radio_link,
            "since": run[-1].start,
            "better": len(better),
            "sessions": len(before),
            "usual": usual,
        },
    )


def _hangs_on_it(evidence: Evidence, run: Sequence[DataSession]) -> bool:
    """Return whether a device that is always on has been on its present radio for an hour."""
    since = run[-1].start
    if run[0].end or since is None or not evidence.rhythm.is_always_on:
        return False
    return evidence.now - since >= HOUR


def _is_on(radio: int, session: DataSession) -> bool | None:
    """Return whether a session was on that generation or an older one; None: unknown."""
    known = generation(session.radio_link)
    return None if known is None else known <= radio
