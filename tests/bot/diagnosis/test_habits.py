"""A habit is no fault, and a fault is told whatever the habit."""

import pytest

from bot.diagnosis.engine import diagnose
from bot.diagnosis.rule import Severity, When, cause_of
from tests.bot.diagnosis.cases import LIMITS
from tests.bot.diagnosis.lives import HABITS, MINUTE, lives
from tests.builders import NOON

SIMS = 5


def findings(life):
    """Return what is found about a life."""
    return diagnose(life.evidence(NOON), LIMITS)


def test_nobody_in_good_order_is_warned():
    """Of all lives in good order at most one in a hundred gets a warning, and none is critical."""
    told = [
        (name, finding.rule, finding.severity)
        for name in HABITS
        for life in lives(name, SIMS)
        for finding in findings(life)
        if finding.severity > Severity.INFO and finding.stands
    ]

    assert len(told) <= len(HABITS) * SIMS / 100, told
    assert [] == [each for each in told if each[2] is Severity.CRITICAL]


@pytest.mark.parametrize("name", [name for name in HABITS if next(lives(name, 1)).longest])
def test_a_silence_is_told_after_three_of_its_longest_intervals(name):
    """
    Whatever the rhythm, a SIM that stopped is told after three of its longest usual intervals.
    """
    causes = []
    for life in lives(name, SIMS, seed=2):
        life.cut(max(3.1 * life.longest, 1.1))
        causes.append(cause_of(findings(life)))

    assert ["gone_silent"] * SIMS == [cause and cause.rule for cause in causes]


@pytest.mark.parametrize(
    ("name", "hours"),
    [
        ("router_for_weeks", 6),
        ("router_renewed_each_day_at_another_hour", 6),
        ("at_the_edge_of_coverage", 6),
        ("news_every_four_hours", 9),
        ("sleeping_meter", 121),
    ],
)
def test_an_open_session_that_died_is_told(name, hours):
    """What was always on and is not heard of any more is a ghost, in its own time."""
    causes = []
    for life in lives(name, SIMS, seed=3):
        life.cut(hours, ghost=True)
        causes.append(cause_of(findings(life)))

    assert {"ghost_session"} == {cause.rule for cause in causes if cause}
    assert len([cause for cause in causes if cause]) >= SIMS - 1


@pytest.mark.parametrize(
    "name",
    ["every_10_minutes", "every_hour_and_some_are_missed", "uplink_by_design", "every_day"],
)
def test_a_storm_is_told_and_then_over(name):
    """A storm of retries is told while it rages; once the SIM is itself again it is over."""
    for life in lives(name, SIMS, seed=4):
        usual = [row for row in life.rows if not 9.5 < row["ago"] < 12]
        life.cut(12)
        for n in range(55):
            life.add(11 - n * 1.5 * MINUTE, 0.6 * MINUTE, 5, 3)
        (storm,) = (found for found in findings(life) if found.rule == "flapping")
        life.rows = [*usual, *life.rows]

        assert (When.NOW, Severity.CRITICAL) == (storm.when, storm.severity)
        grave = [each.rule for each in findings(life) if each.severity > Severity.INFO]
        assert name == "every_day" or {"flapping"} == set(grave)
        assert name == "every_day" or cause_of(findings(life)) is None


@pytest.mark.parametrize("name", ["every_day", "every_10_minutes", "working_week", "every_week"])
def test_a_wrong_apn_is_told_after_four_tries(name):
    """Tries without a packet are told, hours apart or minutes."""
    causes = []
    for life in lives(name, SIMS, seed=5):
        life.cut(5)
        for n in range(4):
            life.add(4.5 - n, 2 * MINUTE, 0, 0)
        causes.append(cause_of(findings(life)))

    assert ["attach_without_data"] * SIMS == [cause and cause.rule for cause in causes]
