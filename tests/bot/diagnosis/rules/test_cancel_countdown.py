import pytest

from bot.diagnosis.rules.cancel_countdown import cancel_countdown
from tests.bot.diagnosis.cases import H, ago, evidence, found, words

FIRES = [
    ("just now", 0, 72),
    ("a day ago", 24 * H, 48),
    ("hours are told to a tenth when few are left", 71.75 * H, 0.2),
    ("the time is over", 80 * H, 0),
]
MUST_NOT = ["suspended", "canceled", "deleted", "new", "active", "", None]


@pytest.mark.parametrize(("why", "since", "left"), FIRES)
def test_the_hours_left_are_told(why, since, left):
    """A deactivated SIM says how many hours are left until it is canceled."""
    (finding,) = found(cancel_countdown, evidence(status="deactivated", date_updated=ago(since)))

    assert ("critical", left) == (finding.severity.word, finding.evidence["hours_left"]), why
    assert ago(since - 72 * H) == finding.evidence["until"]


def test_without_a_time_there_are_no_hours():
    """Where KORE does not tell since when, the finding stands without hours."""
    (finding,) = found(cancel_countdown, evidence(status="deactivated", date_updated=None))

    assert "critical" == finding.severity.word
    assert "hours_left" not in finding.evidence
    assert "does not say" in finding.says


@pytest.mark.parametrize("status", MUST_NOT)
def test_other_statuses_count_nothing_down(status):
    """Only a deactivated SIM is canceled by itself."""
    assert [] == words(cancel_countdown, evidence(status=status, date_updated=ago(H)))
