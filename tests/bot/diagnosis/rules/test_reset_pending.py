import pytest

from bot.diagnosis.rules.reset_pending import reset_pending
from tests.bot.diagnosis.cases import SECOND, D, ago, evidence, words

FIRES = [
    ("just begun", ago(1), "info"),
    ("exactly 15 minutes", ago(15), "info"),
    ("since when is unknown", None, "info"),
    ("too long", ago(15 + SECOND), "warning"),
    ("far too long", ago(3 * D), "warning"),
]
MUST_NOT = [None, "", "done", "reset"]


@pytest.mark.parametrize(("why", "since", "word"), FIRES)
def test_a_reset_that_runs_is_told(why, since, word):
    """A reset is info, and a warning once it runs for more than 15 minutes."""
    known = evidence(reset_status="resetting", date_updated=since)

    assert [word] == words(reset_pending, known), why


@pytest.mark.parametrize("reset_status", MUST_NOT)
def test_without_a_reset_there_is_nothing(reset_status):
    """Only `resetting` is a reset that runs."""
    known = evidence(reset_status=reset_status, date_updated=ago(D))

    assert [] == words(reset_pending, known)
