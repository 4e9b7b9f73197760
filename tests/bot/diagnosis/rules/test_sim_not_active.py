import pytest

from bot.diagnosis.rules.sim_not_active import sim_not_active
from tests.bot.diagnosis.cases import D, H, ago, closed, evidence, found, still_open, words

FIRES = ["suspended", "deactivated", "canceled", "deleted", "Suspended", " canceled ", "cancelled"]
MUST_NOT = ["active", "ready", "updating", "scheduled", None, "", "inactive", "unheard-of"]


@pytest.mark.parametrize("status", FIRES)
def test_a_sim_that_may_not_connect_is_critical(status):
    """Each status that keeps a SIM off the network is critical, however it is written."""
    assert ["critical"] == words(sim_not_active, evidence(status=status))


def test_a_new_sim_is_a_warning():
    """A SIM that was never let onto a network has lost nothing."""
    assert ["warning"] == words(sim_not_active, evidence(status="new"))


@pytest.mark.parametrize(("updated", "says"), [(2, "not have reached"), (9 * H, "turn it away")])
def test_a_session_that_is_still_open_is_said(updated, says):
    """Where a session is open and fresh the change may not have reached the network."""
    (finding,) = found(sim_not_active, evidence(still_open(D, updated), status="suspended"))

    assert says in finding.says


@pytest.mark.parametrize(
    ("began", "says"), [(4 * H, "connected again"), (5 * H - 1, "turn it away"), (6 * H, "turn it")]
)
def test_a_session_that_began_since_is_said(began, says):
    """Who connected after the change is not turned away; clocks may differ by a minute."""
    changed = {"status": "suspended", "date_updated": ago(5 * H)}
    (finding,) = found(sim_not_active, evidence(closed(began, 20), **changed))

    assert says in finding.says


@pytest.mark.parametrize("status", MUST_NOT)
def test_other_statuses_are_fine(status):
    """A status that may connect, is under way, is unknown or unheard of finds nothing."""
    assert [] == words(sim_not_active, evidence(status=status))


def test_sessions_are_not_needed():
    """Sessions that could not be read keep nothing from the SIM's own status."""
    assert ["critical"] == words(sim_not_active, evidence(status="suspended", unread=True))


@pytest.mark.parametrize(
    ("status", "step"), [("canceled", "another SIM"), ("suspended", "active"), ("new", "ready")]
)
def test_the_next_step_fits_the_status(status, step):
    """Canceled is final, so that another SIM is the way; the others can be set active."""
    (finding,) = found(sim_not_active, evidence(status=status, date_updated=ago(5)))

    assert step in finding.next_step
    assert {"status": status, "since": ago(5)} == finding.evidence


def test_a_new_sim_without_a_plan_gets_one_first():
    """Activated without a rate plan it would have no data; an unknown plan is left alone."""
    steps = [
        found(sim_not_active, evidence(status="new", **plan))[0].next_step
        for plan in ({"rate_plan_sid": None}, {"rate_plan_sid": "WP1"}, {})
    ]

    assert [True, False, False] == ["rate plan" in step for step in steps]


def test_what_is_left_of_a_deactivated_sim_is_told():
    """The next step has the moment from which on nothing helps, until that is past."""
    soon, late = (
        found(sim_not_active, evidence(status="deactivated", date_updated=ago(days * D)))[0]
        for days in (1, 4)
    )

    assert ago(-2 * D) == soon.evidence["until"]
    assert ("{until}" in soon.next_step, "{until}" in late.next_step) == (True, False)
