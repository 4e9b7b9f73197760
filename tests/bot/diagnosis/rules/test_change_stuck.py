import pytest

from bot.diagnosis.rules.change_stuck import change_stuck
from tests.bot.diagnosis.cases import SECOND, D, H, ago, evidence, found, words

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
