"""How many healthy SIMs get a warning or worse: the stand-in's fleet, and lives of many habits."""

import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from rounds import report

from bot.diagnosis.evidence import Evidence
from bot.diagnosis.rule import Finding, Severity, diagnose
from bot.diagnosis.thresholds import Thresholds
from bot.emulators.kore.fleet import Fleet
from bot.kore.models import DataSession, Sim
from tests.bot.diagnosis.lives import lives
from tests.bot.diagnosis.more_lives import HABITS

SIMS = 10_000
MOMENT = datetime(2026, 1, 5, 12, tzinfo=UTC)
APART = timedelta(hours=7, minutes=13)  # another hour of another weekday for each SIM


def fleet(sims: int, seed: int = 1) -> Iterator[tuple[str, Evidence]]:
    """Return what is known of each SIM of the stand-in's fleet, with its name."""
    made = Fleet(sims, seed)
    for place in range(sims):
        now = MOMENT + APART * place
        sim = Sim.model_validate(made[place].sim(now))
        rows = tuple(map(DataSession.model_validate, made[place].sessions(now)))
        yield f"fleet {sim.name}", Evidence(sim, rows, now)


def habits(sims: int, seed: int = 1) -> Iterator[tuple[str, Evidence]]:
    """Return what is known of SIMs of all habits, with the habit."""
    many = -(-sims // len(HABITS))
    for name in HABITS:
        for place, life in enumerate(lives(name, many, seed)):
            yield f"{name} {place}", life.evidence(MOMENT + APART * place)


def alarms(known: Iterator[tuple[str, Evidence]]) -> Iterator[tuple[str, Finding]]:
    """Return each finding that stands and is a warning or worse, with the SIM's name."""
    limits = Thresholds()
    for name, evidence in known:
        for finding in diagnose(evidence, limits):
            if finding.stands and finding.severity >= Severity.WARNING:
                yield name, finding


def main(sims: int = SIMS) -> None:
    """Print the shares, and which rules and habits it was."""
    for what, known in (("SIMs of the fleet", fleet(sims)), ("lives", habits(sims))):
        found = list(alarms(known))
        told = Counter((finding.rule, name.split()[0]) for name, finding in found)
        for (rule, habit), times in told.most_common(12):
            print(f"  {rule:<24} {habit:<40} {times}")
        names = {name for name, _ in found}
        grave = {name for name, each in found if each.severity is Severity.CRITICAL}
        report(f"false alarms: of {sims} {what}", len(names) / sims * 1000, 10, "in 1000")
        report(f"false alarms: critical, of {sims} {what}", len(grave), 0)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
