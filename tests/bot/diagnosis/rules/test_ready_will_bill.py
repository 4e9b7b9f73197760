import pytest

from bot.diagnosis.rules.ready_will_bill import ready_will_bill
from tests.bot.diagnosis.cases import evidence, still_open, words

FIRES = [(), (still_open(5),)]
MUST_NOT = ["active", "new", "updating", "suspended", None, ""]


@pytest.mark.parametrize("sessions", FIRES)
def test_a_ready_sim_will_be_billed(sessions):
    """A SIM that is ready is told to become active, with sessions or without."""
    assert ["info"] == words(ready_will_bill, evidence(*sessions, status="ready"))


@pytest.mark.parametrize("status", MUST_NOT)
def test_other_statuses_are_not_about_to_be_billed(status):
    """No other status turns into active by itself."""
    assert [] == words(ready_will_bill, evidence(status=status))
