import pytest

from tests.bot.diagnosis.cases import D, H, a_plan, closed, evidence, starts, still_open, verdict

HEALTHY = ("healthy", "info")
FIRES = [
    ("online, packets both ways", [still_open(H)], {}),
    ("one packet each", [still_open(H, 1, packets_uploaded=1, packets_downloaded=1)], {}),
    ("updated exactly an hour ago", [still_open(9 * H, H)], {}),
    ("besides info", [still_open(H)], {"status": "ready"}),
    ("an unknown status", [still_open(H)], {"status": None}),
    ("a plan that is not known", [still_open(H)], {"plan": None}),
    ("open for 35 days", [still_open(35 * D)], {}),
]
MUST_NOT = [
    ("no news of a newer one", [still_open(6 * H), closed(1, 5, last_updated=None)], {}),
    ("stale", [still_open(9 * H, 2 * H)], {}),
    ("offline", [closed(H, 5)], {}),
    ("unknown state", [still_open(H, None)], {}),
    ("nothing up", [still_open(H, 1, packets_uploaded=0)], {}),
    ("nothing down", [still_open(H, 1, packets_downloaded=0)], {}),
    ("up unknown", [still_open(H, 1, packets_uploaded=None)], {}),
    ("down unknown", [still_open(H, 1, packets_downloaded=None)], {}),
    ("a warning", [still_open(5), *starts(15, 25, 35, 45)], {}),
    ("something critical", [still_open(H)], {"plan": a_plan(data_enabled=False)}),
    ("blocked", [still_open(H)], {"status": "suspended"}),
    ("unread", [], {"unread": True}),
    ("no session", [], {}),
]


@pytest.mark.parametrize(("why", "sessions", "sim"), FIRES)
def test_a_live_sim_without_a_warning_is_healthy(why, sessions, sim):
    """Online with packets both ways and no warning is healthy, said last."""
    assert HEALTHY == verdict(evidence(*sessions, **sim))[-1], why


@pytest.mark.parametrize(("why", "sessions", "sim"), MUST_NOT)
def test_what_is_not_known_to_be_healthy(why, sessions, sim):
    """A SIM that is not online, not used both ways, or has a warning, is not called healthy."""
    assert HEALTHY not in verdict(evidence(*sessions, **sim)), why
