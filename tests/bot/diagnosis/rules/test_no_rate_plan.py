import pytest

from bot.diagnosis.rules.no_rate_plan import no_rate_plan
from tests.bot.diagnosis.cases import D, H, ago, closed, evidence, reports, still_open, words

NONE = {"rate_plan_sid": None}
HOURLY = reports(H, 30, 9)

EMPTY = {"packets_uploaded": 0, "packets_downloaded": 0}
IN_VAIN = [still_open(1, 0, **EMPTY), closed(10, 1, **EMPTY), closed(20, 1, **EMPTY)]

FIRES = [
    ("active", [], NONE),
    ("ready", [], NONE | {"status": "ready"}),
    ("silent since", reports(H, 2 * D, 9), NONE | {"date_updated": ago(47 * H)}),
    ("silent, and nobody knows since when", reports(H, 2 * D, 9), NONE),
    ("always on, and closed", [closed(20 * D, 20 * D - 90)], NONE),
    ("taken away after its last report", HOURLY, NONE | {"date_updated": ago(10)}),
    (
        "attaches, and gets no data",
        [closed(20, 1, packets_uploaded=0, packets_downloaded=0), *HOURLY],
        NONE | {"date_updated": ago(9 * D)},
    ),
    ("a try in vain is just open", [*IN_VAIN, *HOURLY], NONE),
]
MUST_NOT = [
    ("a session began a moment ago", [*IN_VAIN[:1], *HOURLY], NONE),
    ("nothing ever flowed, as on a spare line", IN_VAIN, NONE),
    ("it has one", [], {"rate_plan_sid": "WP1"}),
    ("it is not told", [], {}),
    ("suspended", [], NONE | {"status": "suspended"}),
    ("new", [], NONE | {"status": "new"}),
    ("a session lives all the same", [still_open(H)], NONE),
    ("it reports all the same", HOURLY, NONE | {"date_updated": ago(9 * D)}),
]


@pytest.mark.parametrize(("why", "sessions", "sim"), FIRES)
def test_a_sim_without_a_plan_is_critical(why, sessions, sim):
    """A SIM that may connect, without a rate plan and without a session since, is critical."""
    assert ["critical"] == words(no_rate_plan, evidence(*sessions, **sim)), why


@pytest.mark.parametrize(("why", "sessions", "sim"), MUST_NOT)
def test_what_has_a_plan_or_may(why, sessions, sim):
    """What is not told is not none, and what connects has one."""
    assert [] == words(no_rate_plan, evidence(*sessions, **sim)), why


def test_unread_sessions_say_nothing():
    """Where the sessions could not be read the SIM may be connected."""
    assert [] == words(no_rate_plan, evidence(unread=True, **NONE))
