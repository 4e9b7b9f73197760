"""How many SIMs of the stand-in's healthy fleet get a warning or worse."""

import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from rounds import report

from bot.diagnosis.engine import diagnose
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.rule import Finding, Severity
from bot.diagnosis.thresholds import Thresholds
from bot.emulators.kore.fleet import Fleet
from bot.kore.models import DataSession, Sim

SIMS = 10_000
MOMENT = datetime(2026, 1, 5, 12, tzinfo=UTC)
APART = timedelta(hours=7, minutes=13)  # another hour of another weekday for each SIM


def alarms(sims: int, seed: int = 1) -> Iterator[tuple[str, Finding]]:
    """Return each finding that is a warning or worse, with the SIM's name."""
    limits, fleet = Thresholds(), Fleet(sims, seed)
    for place in range(sims):
        now = MOMENT + APART * place
        sim = Sim.model_validate(fleet[place].sim(now))
        rows = tuple(map(DataSession.model_validate, fleet[place].sessions(now)))
        for finding in diagnose(Evidence(sim, rows, now), limits):
            if finding.severity >= Severity.WARNING:
                yield sim.name, finding


def main(sims: int = SIMS) -> None:
    """Print the share, and which rules it was."""
    found = list(alarms(sims))
    for rule, times in Counter(finding.rule for _, finding in found).most_common():
        print(f"  {rule:<24} {times}")
    names = len({name for name, _ in found})
    report(f"false alarms: of {sims} healthy SIMs", names / sims * 1000, 1, "in 1000")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
