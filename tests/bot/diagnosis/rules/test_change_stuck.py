import pytest

from bot.diagnosis.rule import cause_of, diagnose
from bot.diagnosis.rules.change_stuck import change_stuck
from tests.bot.diagnosis.cases import (
    LIMITS,
    SECOND,
    D,
    H,
    ago,
    evidence,
    found,
    reports,
    still_open,
    words,
)

FIRES = [("updating", H + SECOND), ("scheduled", 2 * H), ("Updating", 30 * D)]
MUST_NOT = [
    ("exactly an hour", "updating", H),
    ("just begun", "scheduled", 1),
    ("in the future", "updating", -5),
    ("another status", "active", 2 * D),
    ("unknown status", None, 2 * D),
]


@pytest.mark.parametrize(("status", "since"), FIRES)
def test_a_change_of_more_than_an_hour_is_stuck(status, since):
    """A change that runs for more than an hour is a warning with its age."""
    (finding,) = found(change_stuck, evidence(status=status, date_updated=ago(since)))

    assert "warning" == finding.severity.word
    assert ago(since) == finding.evidence["since"]


@pytest.mark.parametrize(("why", "status", "since"), MUST_NOT)
def test_what_is_not_stuck(why, status, since):
    """A change of an hour or less, and any other status, is not stuck."""
    assert [] == words(change_stuck, evidence(status=status, date_updated=ago(since))), why


def test_an_unknown_time_finds_nothing():
    """Without `date_updated` nobody knows how long it takes."""
    assert [] == words(change_stuck, evidence(status="updating", date_updated=None))


@pytest.mark.parametrize(
    ("why", "last", "cause"),
    [
        ("since the change", 50 * H, "change_stuck"),
        ("a moment later", 50 * H - 9, "change_stuck"),
        ("a moment before", 50 * H + 9, "change_stuck"),
        ("before the change", 50 * H + 40, "gone_silent"),
        ("long before the change", 60 * H, "gone_silent"),
        ("hours after the change", 40 * H, "gone_silent"),
    ],
)
def test_it_explains_a_silence_that_began_with_it(why, last, cause):
    """One cause and one next step: the silence stands under a change that cut it off."""
    sessions = reports(H, last + 5, 20)
    found = diagnose(evidence(*sessions, status="updating", date_updated=ago(50 * H)), LIMITS)

    assert cause == cause_of(found).rule, why
    assert (cause == "gone_silent") == (found[1].next_step is not None)


@pytest.mark.parametrize(("age", "step"), [(D, "Wait up to 24 h"), (D + 1, "Open a ticket")])
def test_what_was_waited_for_is_not_waited_for_again(age, step):
    """After a day a ticket is due."""
    (finding,) = found(change_stuck, evidence(status="updating", date_updated=ago(age)))

    assert finding.next_step.startswith(step)


@pytest.mark.parametrize(
    ("why", "sessions", "age", "severity"),
    [
        ("long silent since", reports(H, 50 * H + 5, 20), 50 * H, "critical"),
        ("silent for little longer", reports(12 * H, 50 * H + 5, 20), 50 * H, "warning"),
        ("its session hangs", [still_open(20 * D, 9 * D)], 9 * D, "critical"),
        ("long silent before", reports(H, 60 * H, 20), 50 * H, "warning"),
        ("never silent", [still_open(20 * D)], 50 * H, "warning"),
    ],
)
def test_it_is_as_grave_as_the_silence_that_it_explains(why, sessions, age, severity):
    """What cuts a SIM off is no lesser matter than that it is away."""
    told = diagnose(evidence(*sessions, status="updating", date_updated=ago(age)), LIMITS)
    (stuck,) = (each for each in told if each.rule == "change_stuck")
    explained = [each.severity for each in told if each.explained_by == "change_stuck"]

    assert severity == stuck.severity.word, why
    assert stuck.severity >= max(explained, default=stuck.severity)
