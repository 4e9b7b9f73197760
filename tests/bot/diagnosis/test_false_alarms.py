from datetime import datetime, timedelta

import pytest

from bot.diagnosis.evidence import Evidence, State, state_of
from bot.diagnosis.rule import Severity, diagnose
from bot.emulators.kore.fleet import Fleet
from bot.kore.models import DataSession, Sim
from tests.bot.diagnosis.cases import LIMITS
from tests.builders import NOON

SIMS = 150
MOMENTS = [NOON, NOON + timedelta(days=1, hours=9), NOON + timedelta(days=5, hours=17, minutes=31)]


def judged(moment: datetime, seed: int):
    """Return each SIM of a healthy fleet with its evidence and findings."""
    fleet = Fleet(SIMS, seed)
    for place in range(SIMS):
        sim = Sim.model_validate(fleet[place].sim(moment))
        rows = tuple(map(DataSession.model_validate, fleet[place].sessions(moment)))
        known = Evidence(sim, rows, moment)
        yield sim.name, known, diagnose(known, LIMITS)


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_a_healthy_fleet_is_left_in_peace(moment):
    """None of the SIMs that live well, each in its own habit, gets a warning at any hour."""
    grave = [
        (name, finding)
        for name, _, findings in judged(moment, seed=7)
        for finding in findings
        if finding.severity > Severity.INFO
    ]

    assert [] == grave


def test_the_fleet_is_worth_judging():
    """The fleet is on and off air, with many sessions a SIM, so that peace means something."""
    every = list(judged(NOON, seed=7))

    assert {State.ONLINE, State.OFFLINE} == {state_of(known, LIMITS) for _, known, _ in every}
    assert 10_000 < sum(len(known.in_order) for _, known, _ in every)
